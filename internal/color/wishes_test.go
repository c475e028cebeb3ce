package color

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
		codec    astiav.CodecID
		height   int
		space    astiav.ColorSpace
		tvOrPC   astiav.ColorRange
		location astiav.ChromaLocation
	}{
		"below 720 lines":   {astiav.PixelFormatYuv420P, astiav.CodecIDH264, 719, bt601, tv, center},
		"from 720 lines":    {astiav.PixelFormatYuv420P, astiav.CodecIDH264, 720, bt709, tv, center},
		"4:4:4":             {astiav.PixelFormatYuv444P, astiav.CodecIDH264, 720, bt709, tv, no},
		"4:2:2":             {astiav.PixelFormatYuv422P, astiav.CodecIDH264, 720, bt709, tv, left},
		"10 bits":           {astiav.PixelFormatYuv420P10Le, astiav.CodecIDHevc, 720, bt709, tv, center},
		"grey":              {astiav.PixelFormatGray8, astiav.CodecIDH264, 480, bt601, pc, no},
		"JFIF fixes it all": {astiav.PixelFormatYuvj420P, astiav.CodecIDMjpeg, 720, astiav.ColorSpaceBt470Bg, pc, center},
		"RGB":               {astiav.PixelFormatRgb24, astiav.CodecIDH264, 720, rgb, pc, no},
		"planar RGB":        {astiav.PixelFormatGbrp, astiav.CodecIDHevc, 480, rgb, pc, no},
		"format of JPEG":    {astiav.PixelFormatYuvj420P, astiav.CodecIDH264, 480, bt601, pc, center},
		"AV1 knows no more": {astiav.PixelFormatYuv420P, astiav.CodecIDAv1, 720, bt709, tv, left},
		"MPEG-4 fixes it":   {astiav.PixelFormatYuv420P, astiav.CodecIDMpeg4, 480, bt601, tv, left},
	} {
		t.Run(name, func(t *testing.T) {
			target := Target{Format: c.format, Codec: c.codec, Height: c.height}
			got, _, err := new(Wishes).Resolve(target)
			require.NoError(t, err)
			require.Equal(t, astiavx.Color{
				Space: c.space, Range: c.tvOrPC, Location: c.location,
				Primaries: astiav.ColorPrimariesBt709, Transfer: astiav.ColorTransferCharacteristicBt709,
			}, got)
		})
	}
}

// TestColorNames says the same colours by field, by option, by another of FFmpeg's names, and by
// number (ITU-T H.273).
func TestColorNames(t *testing.T) {
	want := astiavx.Color{
		Space: astiav.ColorSpaceBt2020Ncl, Range: astiav.ColorRangeJpeg, Primaries: astiav.ColorPrimariesBt2020,
		Transfer: astiav.ColorTransferCharacteristicSmpte2084, Location: astiav.ChromaLocationTopleft,
	}
	for name, cfg := range map[string]struct {
		Fields
		options map[string]any
	}{
		"fields": {
			Fields:  Fields{Space: "bt2020", Range: "pc", Primaries: "bt2020", Transfer: "smpte2084"},
			options: map[string]any{"chroma_sample_location": "topleft"},
		},
		"options": {options: map[string]any{
			"colorspace": "bt2020nc", "color_range": "pc", "color_primaries": "bt2020", "color_trc": "smpte2084",
			"chroma_sample_location": "topleft",
		}},
		"other names": {options: map[string]any{
			"colorspace": "bt2020_ncl", "color_range": "full", "color_primaries": "bt2020", "color_trc": "smpte2084",
			"chroma_sample_location": "topleft",
		}},
		"numbers": {options: map[string]any{
			"colorspace": 9, "color_range": 2.0, "color_primaries": "9", "color_trc": 16, "chroma_sample_location": 3,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := NewWishes(cfg.Fields, cfg.options)
			require.NoError(t, err)
			got, _, err := s.Resolve(Target{Format: astiav.PixelFormatYuv420P, Codec: astiav.CodecIDH264, Height: 480})
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

// TestColorThatCannotBeSaid checks that what a format, a codec or a container cannot say is neither
// tagged nor converted to, and that the wish is not passed over in silence.
func TestColorThatCannotBeSaid(t *testing.T) {
	options := map[string]any{"chroma_sample_location": "bottom"}
	wishes, err := NewWishes(Fields{Space: "bt2020", Range: "pc"}, options)
	require.NoError(t, err)
	const (
		space, pcRange, location = "ColorSpace", "ColorRange", "ExtraOptions[chroma_sample_location]"
		bt601, bt709, bt2020     = astiav.ColorSpaceBt470Bg, astiav.ColorSpaceBt709, astiav.ColorSpaceBt2020Ncl
		tv, pc                   = astiav.ColorRangeMpeg, astiav.ColorRangeJpeg
		bottom, no               = astiav.ChromaLocationBottom, astiav.ChromaLocationUnspecified
		left, center             = astiav.ChromaLocationLeft, astiav.ChromaLocationCenter
	)
	for name, c := range map[string]struct {
		target   Target
		space    astiav.ColorSpace
		tvOrPC   astiav.ColorRange
		location astiav.ChromaLocation
		lost     []string
	}{
		"H.264 says all": {Target{astiav.PixelFormatYuv420P, astiav.CodecIDH264, "mpegts", 480}, bt2020, pc, bottom, nil},
		"4:4:4":          {Target{astiav.PixelFormatYuv444P, astiav.CodecIDH264, "mp4", 480}, bt2020, pc, no, []string{location}},
		"4:2:2":          {Target{astiav.PixelFormatYuv422P, astiav.CodecIDH264, "mp4", 480}, bt2020, pc, left, []string{location}},
		"RGB":            {Target{astiav.PixelFormatRgb24, astiav.CodecIDH264, "mp4", 480}, astiav.ColorSpaceRgb, pc, no, []string{space, location}},
		"mjpeg":          {Target{astiav.PixelFormatYuvj420P, astiav.CodecIDMjpeg, "mov", 480}, bt601, pc, center, []string{space, location}},
		"VP8":            {Target{astiav.PixelFormatYuv420P, astiav.CodecIDVp8, "webm", 720}, bt601, tv, bottom, []string{space, pcRange}},
		"AV1":            {Target{astiav.PixelFormatYuv420P, astiav.CodecIDAv1, "mp4", 480}, bt2020, pc, left, []string{location}},
		"MPEG-2":         {Target{astiav.PixelFormatYuv420P, astiav.CodecIDMpeg2Video, "matroska", 480}, bt2020, tv, left, []string{pcRange, location}},
		"MPEG-4 in mp4":  {Target{astiav.PixelFormatYuv420P, astiav.CodecIDMpeg4, "mp4", 480}, bt2020, pc, left, []string{location}},
		"MPEG-4 in mov":  {Target{astiav.PixelFormatYuv420P, astiav.CodecIDMpeg4, "mov", 480}, bt2020, tv, left, []string{pcRange, location}},
		"ProRes":         {Target{astiav.PixelFormatYuv422P10Le, astiav.CodecIDProres, "mov", 480}, bt2020, tv, bottom, []string{pcRange}},
		"DNxHD":          {Target{astiav.PixelFormatYuv422P, astiav.CodecIDDnxhd, "mov", 480}, bt709, pc, bottom, []string{space}},
		"FFV1 in avi":    {Target{astiav.PixelFormatYuv420P, astiav.CodecIDFfv1, "avi", 480}, bt2020, tv, bottom, []string{pcRange}},
	} {
		t.Run(name, func(t *testing.T) {
			got, lost, err := wishes.Resolve(c.target)
			require.NoError(t, err)
			require.Equal(t, []any{c.space, c.tvOrPC, c.location}, []any{got.Space, got.Range, got.Location})
			var fields []string
			for _, l := range lost {
				fields = append(fields, l.Field)
			}
			require.Equal(t, c.lost, fields)
			_, lost, err = new(Wishes).Resolve(c.target)
			require.NoError(t, err)
			require.Empty(t, lost, "what nobody wished for is not lost")
		})
	}
	wishes, err = NewWishes(Fields{Range: "tv"}, nil)
	require.NoError(t, err)
	_, lost, err := wishes.Resolve(Target{Format: astiav.PixelFormatGray8, Codec: astiav.CodecIDH264, Container: "mp4"})
	require.NoError(t, err)
	require.Len(t, lost, 1)
	require.Equal(
		t,
		`ColorRange "tv": gray in h264 in mp4 cannot signal it; pixels and tags use a value that it can signal`,
		lost[0].String(),
	)
}
