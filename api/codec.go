package api

import (
	"fmt"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// resolveEncoder finds the encoder for a name of an encoder or of a codec.
func resolveEncoder(name string, media astiav.MediaType) (*astiav.Codec, error) {
	if strings.ContainsRune(name, 0) {
		return nil, &ConfigError{Field: "Codec", Value: fmt.Sprintf("%q", name), Reason: "there is a NUL byte in it"}
	}
	codec := astiav.FindEncoderByName(name)
	if codec == nil {
		if id, ok := astiavx.CodecID(name); ok {
			codec = astiav.FindEncoder(id)
		}
	}
	if codec == nil {
		names := encoders(media, nil)
		reason := "FFmpeg has no encoder or codec of this name"
		if near := nearest(name, names); near != "" {
			reason += fmt.Sprintf("; did you mean %q?", near)
		}
		return nil, &ConfigError{Field: "Codec", Value: name, Reason: reason, Supported: names}
	}
	if astiavx.EncoderMedia(codec.Name()) != media {
		return nil, &ConfigError{Field: "Codec", Value: name, Reason: "it does not encode " + media.String(), Supported: encoders(media, nil)}
	}
	return codec, nil
}

// encoderFor finds the encoder of a stream in this container: the one that is named, or the container's default.
func encoderFor(name string, media astiav.MediaType, container astiavx.Container) (*astiav.Codec, error) {
	carries := func(id astiav.CodecID) bool {
		can, known := container.Carries(id)
		return can || !known
	}
	if name == "" {
		id := container.VideoCodec
		if media == astiav.MediaTypeAudio {
			id = container.AudioCodec
		}
		codec := astiav.FindEncoder(id)
		if id == astiav.CodecIDNone || codec == nil {
			return nil, &ConfigError{
				Field: "Codec", Reason: fmt.Sprintf("%s has no default codec for %s that this FFmpeg can encode; name one", container.Name, media),
				Supported: encoders(media, carries),
			}
		}
		return codec, nil
	}
	codec, err := resolveEncoder(name, media)
	if err != nil {
		return nil, err
	}
	if !carries(codec.ID()) {
		return nil, &ConfigError{
			Field: "Codec", Value: name, Reason: fmt.Sprintf("%s cannot carry %s", container.Name, astiavx.CodecName(codec.ID())),
			Supported: encoders(media, carries),
		}
	}
	return codec, nil
}

// encoders lists the software encoders of a medium, those that the filter lets through.
func encoders(media astiav.MediaType, carries func(astiav.CodecID) bool) []string {
	var names []string
	for _, c := range astiav.Codecs() {
		if !c.IsEncoder() || astiavx.EncoderMedia(c.Name()) != media || isHardware(c.Name()) {
			continue
		}
		if carries == nil || carries(c.ID()) {
			names = append(names, c.Name())
		}
	}
	slices.Sort(names)
	return names
}

// isHardware says whether an encoder needs a device of a kind that Device "cpu" excludes, by FFmpeg's naming.
func isHardware(encoder string) bool {
	for _, suffix := range []string{"_nvenc", "_vaapi", "_qsv", "_amf", "_v4l2m2m", "_vulkan", "_videotoolbox", "_mediacodec", "_omx", "_rkmpp"} {
		if strings.HasSuffix(encoder, suffix) {
			return true
		}
	}
	return false
}

// resolveContainer finds the container of an output.
func resolveContainer(o Output) (astiavx.Container, error) {
	field, value := "Format", o.format
	var c astiavx.Container
	var ok bool
	if o.format == "" {
		field, value = "path", o.path
		c, ok = astiavx.GuessContainer("", o.path)
	} else if c, ok = astiavx.GuessContainer(o.format, ""); !ok {
		c, ok = astiavx.GuessContainer("", "x."+o.format)
	}
	if !ok {
		return c, &ConfigError{Field: field, Value: value, Reason: "no container has this name or extension", Supported: []string{
			"mp4", "mov", "mkv", "webm", "avi", "flv", "ts", "ogg", "wav", "mp3", "flac", "m4a", "gif", "and what \"ffmpeg -muxers\" lists",
		}}
	}
	if c.NoFile {
		return c, &ConfigError{Field: field, Value: value, Reason: fmt.Sprintf("%s is not written to one file", c.Name)}
	}
	return c, nil
}
