package capacity

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// list returns the parts between commas, without empty ones.
func list(text string) (parts []string) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func readOptions(text string) (map[string]string, error) {
	options := map[string]string{}
	for _, option := range list(text) {
		key, value, ok := strings.Cut(option, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("-options %q: an option is key=value", option)
		}
		options[key] = value
	}
	return options, nil
}

// readCases returns all codecs with their presets, in all sizes.
func readCases(t texts) (cases []Case, err error) {
	codecs, sizes := list(t.codecs), list(t.sizes)
	if len(codecs) == 0 || len(sizes) == 0 {
		return nil, errors.New("-codecs and -sizes must not be empty")
	}
	for _, item := range codecs {
		codec, own, named := strings.Cut(item, ":")
		presets := list(t.presets)
		if named {
			presets = []string{own}
		} else if len(presets) == 0 {
			presets = defaultPresets(codec)
		}
		for _, preset := range presets {
			for _, size := range sizes {
				c := Case{Codec: codec, Preset: preset, Size: size}
				if c.Width, c.Height, err = readSize(size); err != nil {
					return nil, err
				}
				cases = append(cases, c)
			}
		}
	}
	return cases, nil
}

// defaultPresets returns the presets that are measured where none is named.
func defaultPresets(codec string) []string {
	switch {
	case codec == "libx264":
		return []string{"ultrafast", "veryfast", "medium"}
	case codec == "libx265":
		return []string{"ultrafast", "medium"}
	case codec == "libsvtav1":
		return []string{"12"}
	case realtime(codec) != nil:
		return []string{realtimePreset}
	default:
		return []string{""}
	}
}

func presetsHelp() string {
	return "libx264: ultrafast,veryfast,medium; libx265: ultrafast,medium; libsvtav1: 12; " +
		"libvpx-vp9, libvpx and libaom-av1: realtime, a set of options for live streams"
}

// readSize returns the width and the height that a name means.
func readSize(name string) (width, height int, err error) {
	sizes := map[string][2]int{
		"240p": {426, 240}, "360p": {640, 360}, "480p": {854, 480}, "720p": {1280, 720},
		"1080p": {1920, 1080}, "1440p": {2560, 1440}, "2160p": {3840, 2160},
	}
	if size, ok := sizes[name]; ok {
		return size[0], size[1], nil
	}
	w, h, _ := strings.Cut(name, "x")
	width, err = strconv.Atoi(w)
	if err == nil {
		height, err = strconv.Atoi(h)
	}
	if err != nil || width < 16 || height < 16 || width%2 != 0 || height%2 != 0 {
		return 0, 0, fmt.Errorf("-sizes %q: it must be such as 1080p, or such as 640x360 with even numbers from 16", name)
	}
	return width, height, nil
}
