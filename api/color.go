package api

import (
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
	info := astiavx.DescribePixelFormat(format)
	color.Location = defaultLocation(encoder, info)
	if isFullRange(format, encoder) {
		color.Range = astiav.ColorRangeJpeg
	}
	err := firstError(
		choose(&color.Space, s.space, "colorspace", findMatrix, matrixNames),
		choose(&color.Range, s.colorRange, "color_range", astiavx.FindColorRange, []string{"tv", "pc"}),
		choose(&color.Primaries, s.primaries, "color_primaries", astiavx.FindColorPrimaries, astiavx.ColorNames("primaries")),
		choose(&color.Transfer, s.transfer, "color_trc", astiavx.FindColorTransfer, astiavx.ColorNames("transfer")),
		choose(&color.Location, s.location, "chroma_sample_location", astiavx.FindChromaLocation, astiavx.ColorNames("location")),
	)
	if isFullRange(format, encoder) {
		color.Range = astiav.ColorRangeJpeg
	}
	switch {
	case info.RGB:
		color.Space = astiav.ColorSpaceRgb
	case encoder == "mjpeg": // JFIF (ITU-T T.871, 7): the matrix of BT.601, which decoders take whatever the container says
		color.Space = astiav.ColorSpaceBt470Bg
	}
	if location, fixed := fixedLocations[encoder]; fixed && isSubsampled420(info) {
		color.Location = location
	}
	return color, err
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
	"av1_nvenc": astiav.ChromaLocationLeft, "mjpeg": astiav.ChromaLocationCenter, // T.871, 9
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
