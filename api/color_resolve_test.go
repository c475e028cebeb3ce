package api

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
)

func TestColorDefaults(t *testing.T) {
	const (
		bt601, bt709, rgb = astiav.ColorSpaceSmpte170M, astiav.ColorSpaceBt709, astiav.ColorSpaceRgb
		tv, pc            = astiav.ColorRangeMpeg, astiav.ColorRangeJpeg
		left, center, no  = astiav.ChromaLocationLeft, astiav.ChromaLocationCenter, astiav.ChromaLocationUnspecified
	)
	for name, c := range map[string]struct {
		format   astiav.PixelFormat
		encoder  string
		height   int
		space    astiav.ColorSpace
		tvOrPC   astiav.ColorRange
		location astiav.ChromaLocation
	}{
		"below 720 lines":   {astiav.PixelFormatYuv420P, "libx264", 719, bt601, tv, center},
		"from 720 lines":    {astiav.PixelFormatYuv420P, "libx264", 720, bt709, tv, center},
		"4:4:4":             {astiav.PixelFormatYuv444P, "libx264", 720, bt709, tv, no},
		"4:2:2":             {astiav.PixelFormatYuv422P, "libx264", 720, bt709, tv, no},
		"10 bits":           {astiav.PixelFormatYuv420P10Le, "libx265", 720, bt709, tv, center},
		"grey":              {astiav.PixelFormatGray8, "libx264", 480, bt601, tv, no},
		"RGB":               {astiav.PixelFormatRgb24, "libx264rgb", 720, rgb, pc, no},
		"planar RGB":        {astiav.PixelFormatGbrp, "libx265", 480, rgb, pc, no},
		"format of JPEG":    {astiav.PixelFormatYuvj420P, "libx264", 480, bt601, pc, center},
		"AV1 knows no more": {astiav.PixelFormatYuv420P, "libsvtav1", 720, bt709, tv, left},
		"MPEG-4 fixes it":   {astiav.PixelFormatYuv420P, "mpeg4", 480, bt601, tv, left},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := new(colorSettings).resolve(c.format, c.encoder, c.height)
			require.NoError(t, err)
			require.Equal(t, astiavx.Color{
				Space: c.space, Range: c.tvOrPC, Location: c.location,
				Primaries: astiav.ColorPrimariesBt709, Transfer: astiav.ColorTransferCharacteristicBt709,
			}, got)
		})
	}
	got, err := new(colorSettings).resolve(astiav.PixelFormatYuvj420P, "mjpeg", 720)
	require.NoError(t, err)
	require.Equal(t, pc, got.Range)
}

// TestColorNames says the same colours by field, by option, by another of FFmpeg's names, and by number (ITU-T H.273).
func TestColorNames(t *testing.T) {
	want := astiavx.Color{
		Space: astiav.ColorSpaceBt2020Ncl, Range: astiav.ColorRangeJpeg, Primaries: astiav.ColorPrimariesBt2020,
		Transfer: astiav.ColorTransferCharacteristicSmpte2084, Location: astiav.ChromaLocationTopleft,
	}
	for name, cfg := range map[string]VideoConfig{
		"fields": {
			ColorSpace: "bt2020", ColorRange: "pc", ColorPrimaries: "bt2020", ColorTransfer: "smpte2084",
			ExtraOptions: map[string]any{"chroma_sample_location": "topleft"},
		},
		"options": {ExtraOptions: map[string]any{
			"colorspace": "bt2020nc", "color_range": "pc", "color_primaries": "bt2020", "color_trc": "smpte2084", "chroma_sample_location": "topleft",
		}},
		"other names": {ExtraOptions: map[string]any{
			"colorspace": "bt2020_ncl", "color_range": "full", "color_primaries": "bt2020", "color_trc": "smpte2084", "chroma_sample_location": "topleft",
		}},
		"numbers": {ExtraOptions: map[string]any{
			"colorspace": 9, "color_range": 2.0, "color_primaries": "9", "color_trc": 16, "chroma_sample_location": 3,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := newColorSettings(&cfg)
			require.NoError(t, err)
			got, err := s.resolve(astiav.PixelFormatYuv420P, "libx264", 480)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

// TestColorThatCodecsFix checks that what a codec or a format fixes is neither tagged nor converted to anything else.
func TestColorThatCodecsFix(t *testing.T) {
	cfg := VideoConfig{ColorSpace: "bt709", ColorRange: "tv", ExtraOptions: map[string]any{"chroma_sample_location": "center"}}
	s, err := newColorSettings(&cfg)
	require.NoError(t, err)
	got, err := s.resolve(astiav.PixelFormatRgb24, "libx264rgb", 720)
	require.NoError(t, err)
	require.Equal(t, astiav.ColorSpaceRgb, got.Space)
	require.Equal(t, astiav.ColorRangeJpeg, got.Range)
	got, err = s.resolve(astiav.PixelFormatYuv420P, "libaom-av1", 720)
	require.NoError(t, err)
	require.Equal(t, astiav.ChromaLocationLeft, got.Location)
	got, err = s.resolve(astiav.PixelFormatYuvj420P, "mjpeg", 720)
	require.NoError(t, err)
	require.Equal(t, astiav.ColorRangeJpeg, got.Range)
}
