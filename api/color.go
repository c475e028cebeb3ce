package api

import (
	"maps"
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

// colorKeys are the options of colour, which the conversion must know too, and the fields that say the same.
var colorKeys = map[string]string{
	"colorspace": "ColorSpace", "color_range": "ColorRange", "color_primaries": "ColorPrimaries", "color_trc": "ColorTransfer",
	"chroma_sample_location": "",
}

// colorSettings are the wishes for colour, from wherever they came.
type colorSettings struct {
	space, colorRange, primaries, transfer, location setting
}

// setting is a value and the field that it came from.
type setting struct{ field, value string }

// newColorSettings collects the wishes for colour from the fields and the options. The same twice is an error.
func newColorSettings(cfg *VideoConfig) (colorSettings, error) {
	var s colorSettings
	for key, to := range map[string]struct {
		*setting
		value string
	}{
		"colorspace":             {&s.space, cfg.ColorSpace},
		"color_range":            {&s.colorRange, cfg.ColorRange},
		"color_primaries":        {&s.primaries, cfg.ColorPrimaries},
		"color_trc":              {&s.transfer, cfg.ColorTransfer},
		"chroma_sample_location": {&s.location, ""},
	} {
		*to.setting = setting{field: colorKeys[key], value: to.value}
		extra, ok := cfg.ExtraOptions[key]
		if !ok {
			continue
		}
		text, err := optionText(key, extra)
		if err != nil {
			return s, err
		}
		*to.setting = setting{field: extraField(key), value: text}
	}
	return s, nil
}

// check finds names that stand for nothing.
func (s *colorSettings) check() error {
	_, err := s.resolve(astiav.PixelFormatYuv420P, "", 0)
	return err
}

// resolve turns the wishes into the tags of video of this format, encoder and height. What the format or the codec fixes wins, and the
// pixels follow the tags.
func (s *colorSettings) resolve(format astiav.PixelFormat, encoder string, height int) (astiavx.Color, error) {
	color := astiavx.Color{
		Space: astiav.ColorSpaceSmpte170M, Range: astiav.ColorRangeMpeg,
		Primaries: astiav.ColorPrimariesBt709, Transfer: astiav.ColorTransferCharacteristicBt709,
	}
	if height >= firstBT709Height {
		color.Space = astiav.ColorSpaceBt709
	}
	find := func(table map[string]astiav.ColorSpace) func(string) (astiav.ColorSpace, bool) {
		return func(name string) (astiav.ColorSpace, bool) { v, ok := table[name]; return v, ok }
	}
	info := astiavx.DescribePixelFormat(format)
	color.Location = defaultLocation(encoder, info)
	if isFullRange(format, encoder) {
		color.Range = astiav.ColorRangeJpeg
	}
	err := firstError(
		choose(&color.Space, s.space, find(matrices), slices.Sorted(maps.Keys(matrices))),
		choose(&color.Range, s.colorRange, astiavx.FindColorRange, []string{"tv", "pc"}),
		choose(&color.Primaries, s.primaries, astiavx.FindColorPrimaries, astiavx.ColorNames("primaries")),
		choose(&color.Transfer, s.transfer, astiavx.FindColorTransfer, astiavx.ColorNames("transfer")),
		choose(&color.Location, s.location, astiavx.FindChromaLocation, astiavx.ColorNames("location")),
	)
	if isFullRange(format, encoder) {
		color.Range = astiav.ColorRangeJpeg
	}
	if info.RGB {
		color.Space = astiav.ColorSpaceRgb
	}
	if location, fixed := fixedLocations[encoder]; fixed && isSubsampled420(info) {
		color.Location = location
	}
	return color, err
}

// choose sets to to what the setting names, if it names anything.
func choose[T any](to *T, s setting, find func(string) (T, bool), supported []string) error {
	if s.value == "" {
		return nil
	}
	v, ok := find(s.value)
	if !ok {
		return &ConfigError{Field: s.field, Value: s.value, Reason: "there is no such name, or no conversion to it", Supported: supported}
	}
	*to = v
	return nil
}

// isFullRange says whether video of this format or codec has the full range whatever one wishes: RGB, the formats of JPEG, and
// mjpeg, which does not open with another.
func isFullRange(format astiav.PixelFormat, encoder string) bool {
	switch format {
	case astiav.PixelFormatYuvj420P, astiav.PixelFormatYuvj422P, astiav.PixelFormatYuvj444P, astiav.PixelFormatYuvj440P,
		astiav.PixelFormatYuvj411P:
		return true
	default:
		return encoder == "mjpeg" || astiavx.DescribePixelFormat(format).RGB
	}
}

// fixedLocations are the encoders whose codec fixes where 4:2:0 chroma lies, or cannot say it and is read so: MPEG-4 Part 2
// (ISO/IEC 14496-2, 6.1.3.6) and MPEG-2 put it left; AV1 (its colour_description) knows left and top-left only.
var fixedLocations = map[string]astiav.ChromaLocation{
	"mpeg4": astiav.ChromaLocationLeft, "libxvid": astiav.ChromaLocationLeft, "mpeg2video": astiav.ChromaLocationLeft,
	"libaom-av1": astiav.ChromaLocationLeft, "libsvtav1": astiav.ChromaLocationLeft, "librav1e": astiav.ChromaLocationLeft,
	"av1_nvenc": astiav.ChromaLocationLeft,
}

// defaultLocation is where chroma lies unless one wishes otherwise: for 4:2:0 at the centre of its four pixels.
func defaultLocation(encoder string, info astiavx.PixelFormatInfo) astiav.ChromaLocation {
	if location, fixed := fixedLocations[encoder]; fixed && isSubsampled420(info) {
		return location
	}
	if isSubsampled420(info) {
		return astiav.ChromaLocationCenter
	}
	return astiav.ChromaLocationUnspecified
}

func isSubsampled420(info astiavx.PixelFormatInfo) bool {
	return info.Log2ChromaWidth == 1 && info.Log2ChromaHeight == 1
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
