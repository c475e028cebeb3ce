package api

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// firstBT709Height is the height from which video is taken for high definition, whose matrix is BT.709 (ITU-R BT.709); below
// it that of BT.601.
const firstBT709Height = 720

// matrices are those that swscale converts to, by the names of VideoConfig and by FFmpeg's.
var matrices = map[string]astiav.ColorSpace{
	"bt601": astiav.ColorSpaceSmpte170M, "smpte170m": astiav.ColorSpaceSmpte170M, "bt470bg": astiav.ColorSpaceBt470Bg,
	"bt709": astiav.ColorSpaceBt709, "bt2020": astiav.ColorSpaceBt2020Ncl, "bt2020nc": astiav.ColorSpaceBt2020Ncl,
	"bt2020_ncl": astiav.ColorSpaceBt2020Ncl, "fcc": astiav.ColorSpaceFcc, "smpte240m": astiav.ColorSpaceSmpte240M,
}

// matrixNames are those names, the usual first.
var matrixNames = []string{"bt601", "bt709", "bt2020", "smpte170m", "bt470bg", "smpte240m", "fcc", "bt2020nc", "bt2020_ncl"}

// colorSettings are the wishes for colour, from wherever they came.
type colorSettings struct {
	space, colorRange, primaries, transfer, location setting
}

// newColorSettings collects the wishes for colour from the fields and the options, which exclude each other.
func newColorSettings(cfg *VideoConfig) (colorSettings, error) {
	s := colorSettings{
		space: setting{"ColorSpace", cfg.ColorSpace}, colorRange: setting{"ColorRange", cfg.ColorRange},
		primaries: setting{"ColorPrimaries", cfg.ColorPrimaries}, transfer: setting{"ColorTransfer", cfg.ColorTransfer},
	}
	for _, from := range []struct {
		key string
		to  *setting
	}{
		{"colorspace", &s.space},
		{"color_range", &s.colorRange},
		{"color_primaries", &s.primaries},
		{"color_trc", &s.transfer},
		{"chroma_sample_location", &s.location},
	} {
		extra, ok := cfg.ExtraOptions[from.key]
		if !ok {
			continue
		}
		text, err := optionText(from.key, extra)
		if err != nil {
			return s, err
		}
		if text == "" {
			return s, &ConfigError{Field: extraField(from.key), Value: text, Reason: "is empty; name a value or drop it"}
		}
		*from.to = setting{extraField(from.key), text}
	}
	return s, nil
}

// check finds names that stand for nothing.
func (s *colorSettings) check() error {
	_, _, err := s.resolve(colorTarget{format: astiav.PixelFormatYuv444P})
	return err
}

// colorTarget is the video whose colour is to be settled.
type colorTarget struct {
	format    astiav.PixelFormat
	codec     astiav.CodecID
	container string // "": not known yet
	height    int
}

// overruled is a wish for colour that the format, the codec or the container does not know.
type overruled struct {
	setting
	by string // what fixes it
}

// String says what became of the wish.
func (o overruled) String() string {
	return fmt.Sprintf("%s %q: %s cannot say it; pixels and tags follow what it can", o.field, o.value, o.by)
}

// resolve turns the wishes into the tags of a video. What the format, the codec or the container cannot say is overruled, and the pixels
// follow the tags, so that a reader sees what was put in.
func (s *colorSettings) resolve(t colorTarget) (color astiavx.Color, lost []overruled, err error) {
	wished := t.defaults()
	err = firstError(
		choose(&wished.Space, s.space, "colorspace", findMatrix, matrixNames),
		choose(&wished.Range, s.colorRange, "color_range", astiavx.FindColorRange, []string{"tv", "pc"}),
		choose(&wished.Primaries, s.primaries, "color_primaries", astiavx.FindColorPrimaries, astiavx.ColorNames("primaries")),
		choose(&wished.Transfer, s.transfer, "color_trc", astiavx.FindColorTransfer, astiavx.ColorNames("transfer")),
		choose(&wished.Location, s.location, "chroma_sample_location", astiavx.FindChromaLocation, astiavx.ColorNames("location")),
	)
	color = t.fit(wished)
	lost = append(lost, s.space.overruled(sameMatrix(wished.Space, color.Space), t)...)
	lost = append(lost, s.colorRange.overruled(wished.Range == color.Range, t)...)
	lost = append(lost, s.location.overruled(wished.Location == color.Location, t)...)
	return color, lost, err
}

// overruled is the setting, if it says something that was not kept.
func (s setting) overruled(kept bool, t colorTarget) []overruled {
	if s.value == "" || kept {
		return nil
	}
	by := t.format.Name()
	if t.codec != astiav.CodecIDNone {
		by += " in " + t.codec.Name()
	}
	if t.container != "" {
		by += " in " + t.container
	}
	return []overruled{{s, by}}
}

func findMatrix(name string) (astiav.ColorSpace, bool) { v, ok := matrices[name]; return v, ok }

// choose sets to to what the setting names, if it names anything: one of those supported, or what FFmpeg's option of this key takes for
// the same, "full" for "pc" or a number.
func choose[T ~int | ~uint32](to *T, s setting, key string, find func(string) (T, bool), supported []string) error {
	if s.value == "" {
		return nil
	}
	if v, ok := find(s.value); ok && slices.Contains(supported, s.value) {
		*to = v
		return nil
	}
	if n, err := astiavx.CheckEncoderOption("", key, s.value); err == nil {
		for _, name := range supported {
			if v, _ := find(name); v == T(n) {
				*to = v
				return nil
			}
		}
	}
	return &ConfigError{
		Field: s.field, Value: s.value, Reason: colorReasons[key] + didYouMean(s.value, supported), Supported: supported,
	}
}

var colorReasons = map[string]string{
	"colorspace":             "there is no such matrix, or no conversion to it",
	"color_range":            "there is no such range",
	"color_primaries":        "there are no such primaries",
	"color_trc":              "there is no such transfer characteristic",
	"chroma_sample_location": "there is no such chroma location",
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
