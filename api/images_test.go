package api_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// function is an image of a type that nobody knows.
type function struct {
	bounds image.Rectangle
	at     func(x, y int) color.Color
}

func (f function) Bounds() image.Rectangle { return f.bounds }
func (f function) ColorModel() color.Model { return color.NRGBAModel }
func (f function) At(x, y int) color.Color { return f.at(x, y) }
func noisy(x, y int) color.NRGBA {
	return color.NRGBA{uint8(x * 13), uint8(y * 17), uint8(x*y + 40), 255}
}

func glassy(x, y int) color.NRGBA { c := noisy(x, y); c.A = uint8(x*31 + y); return c }

func filled(img draw.Image, at func(x, y int) color.NRGBA) image.Image {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			img.Set(x, y, at(x, y))
		}
	}
	return img
}

// standardImages returns an image of each type of the standard library, with these bounds.
func standardImages(r image.Rectangle) map[string]image.Image {
	gray := func(x, y int) color.NRGBA { return color.NRGBA{uint8(x*7 + y), uint8(x*7 + y), uint8(x*7 + y), 255} }
	images := map[string]image.Image{
		"RGBA": filled(image.NewRGBA(r), noisy), "RGBA with alpha": filled(image.NewRGBA(r), glassy),
		"NRGBA": filled(image.NewNRGBA(r), noisy), "NRGBA with alpha": filled(image.NewNRGBA(r), glassy),
		"RGBA64": filled(
			image.NewRGBA64(r),
			glassy,
		), "NRGBA64": filled(image.NewNRGBA64(r), glassy), "CMYK": filled(image.NewCMYK(r), noisy),
		"Gray": filled(
			image.NewGray(r),
			gray,
		), "Gray16": filled(image.NewGray16(r), gray), "Alpha": filled(image.NewAlpha(r), glassy),
		"Alpha16": filled(image.NewAlpha16(r), glassy), "Paletted": filled(image.NewPaletted(r, palette.WebSafe), noisy),
		"unknown type": function{r, func(x, y int) color.Color { return glassy(x, y) }},
	}
	for ratio := image.YCbCrSubsampleRatio444; ratio <= image.YCbCrSubsampleRatio410; ratio++ {
		m := image.NewNYCbCrA(r, ratio)
		for _, plane := range [][]byte{m.Y, m.Cb, m.Cr, m.A} {
			for i := range plane {
				plane[i] = byte(i*37 + len(plane))
			}
		}
		images["YCbCr "+ratio.String()], images["NYCbCrA "+ratio.String()] = &m.YCbCr, m
	}
	return images
}

// overBlack is what Go says that the image looks like over black: its premultiplied colours,
// without the alpha.
func overBlack(img image.Image) []byte {
	var rgb []byte
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			red, green, blue, _ := img.At(x, y).RGBA()
			rgb = append(rgb, byte(red>>8), byte(green>>8), byte(blue>>8))
		}
	}
	return rgb
}

// TestEveryTypeOfImage adds images of every type, whose bounds begin here and there, whole and as
// parts of larger ones.
func TestEveryTypeOfImage(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 31, 17
	cfg := api.VideoConfig{Width: width, Height: height, FrameRate: 25, Codec: "ffv1", PixelFormat: "bgr0"}
	var want [][]byte
	var names []string
	path := saved(t, "images.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
		for _, at := range []image.Point{{}, {-5, -3}, {100, 1}, {-40, 7}} {
			for name, whole := range standardImages(image.Rect(-40, -20, 140, 30)) {
				part := image.Rectangle{at, at.Add(image.Pt(width, height))}
				images := []image.Image{standardImages(part)[name]}
				if large, ok := whole.(interface {
					SubImage(image.Rectangle) image.Image
				}); ok {
					images = append(images, large.SubImage(part))
				}
				for _, img := range images {
					require.NoError(t, v.AddImage(context.Background(), img), name)
					want, names = append(want, overBlack(img)), append(names, fmt.Sprint(name, " at ", at))
				}
			}
		}
	}))
	got := mediatest.Pictures(t, path, 0, "rgb24")
	require.Len(t, got, len(want))
	for i := range want {
		within(t, want[i], got[i], 1, names[i])
	}
}

// within checks that no value is further away than that.
func within(t *testing.T, want, got []byte, most int, name string) {
	t.Helper()
	require.Len(t, got, len(want), name)
	for i := range want {
		if d := int(want[i]) - int(got[i]); d < -most || d > most {
			require.Failf(t, "too far away", "%s: byte %d is %d, not %d", name, i, got[i], want[i])
		}
	}
}

// malformedImages claim to have 16 × 8 pixels.
func malformedImages() []struct {
	name, field string
	img         image.Image
} {
	r := image.Rect(0, 0, 16, 8)
	type list = []struct {
		name, field string
		img         image.Image
	}
	short := image.NewNYCbCrA(r, image.YCbCrSubsampleRatio420)
	short.A = short.A[:20]
	chroma, luma, blue := image.NewYCbCr(
		r,
		image.YCbCrSubsampleRatio410,
	), image.NewYCbCr(
		r,
		image.YCbCrSubsampleRatio422,
	), image.NewYCbCr(
		r,
		image.YCbCrSubsampleRatio444,
	)
	chroma.Cr, luma.YStride, blue.Cb = chroma.Cr[:15], 15, nil
	return list{
		{"image is nil", "Image", nil},
		{"image is a typed nil", "Image", (*image.RGBA)(nil)},
		{"image is of another size", "Image", image.NewRGBA(image.Rect(0, 0, 16, 9))},
		{"image without pixels", "Image.Pix", &image.RGBA{Rect: r, Stride: 64}},
		{"image without a stride", "Image.Stride", &image.RGBA{Rect: r, Pix: make([]byte, 512)}},
		{"image a byte short", "Image.Pix", &image.NRGBA{Rect: r, Stride: 64, Pix: make([]byte, 511)}},
		{"image with a stride too small", "Image.Stride", &image.RGBA{Rect: r, Stride: 63, Pix: make([]byte, 512)}},
		{"image with a negative stride", "Image.Stride", &image.Gray{Rect: r, Stride: -16, Pix: make([]byte, 512)}},
		{"image with a huge stride", "Image.Stride", &image.Gray{Rect: r, Stride: math.MaxInt64, Pix: make([]byte, 512)}},
		{
			"image with a stride beyond its pixels",
			"Image.Pix",
			&image.Gray16{Rect: r, Stride: math.MaxInt32, Pix: make([]byte, 512)},
		},
		{"RGBA64 short", "Image.Pix", &image.RGBA64{Rect: r, Stride: 128, Pix: make([]byte, 1023)}},
		{"NRGBA64 short", "Image.Pix", &image.NRGBA64{Rect: r, Stride: 128, Pix: make([]byte, 1023)}},
		{"CMYK short", "Image.Pix", &image.CMYK{Rect: r, Stride: 64, Pix: make([]byte, 511)}},
		{"Alpha short", "Image.Pix", &image.Alpha{Rect: r, Stride: 16, Pix: make([]byte, 127)}},
		{"Alpha16 short", "Image.Pix", &image.Alpha16{Rect: r, Stride: 32, Pix: make([]byte, 255)}},
		{
			"Paletted short",
			"Image.Pix",
			&image.Paletted{Rect: r, Stride: 16, Pix: make([]byte, 127), Palette: palette.WebSafe},
		},
		{"Paletted without a palette", "Image.Pix", image.NewPaletted(r, nil)},
		{"Paletted with a nil colour", "Image.Palette[1]", image.NewPaletted(r, color.Palette{color.Black, nil})},
		{"YCbCr with a row too short", "Image.YStride", luma},
		{"YCbCr with too little chroma", "Image.Cr", chroma},
		{"YCbCr without a plane", "Image.Cb", blue},
		{"NYCbCrA with too little alpha", "Image.A", short},
	}
}

// TestMalformedImagesAreRefused also has a good picture pass between them: nothing of the bad ones
// is accepted.
func TestMalformedImagesAreRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := api.VideoConfig{Width: 16, Height: 8, FrameRate: 25, Codec: "ffv1", PixelFormat: "bgr0"}
	good := filled(image.NewRGBA(image.Rect(0, 0, 16, 8)), noisy)
	path := saved(t, "images.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
		for _, m := range malformedImages() {
			var config *api.ConfigError
			require.ErrorAs(t, v.AddImage(context.Background(), m.img), &config, m.name)
			require.Equal(t, m.field, config.Field, m.name)
		}
		require.NoError(t, v.AddImage(context.Background(), good))
		panicking := function{good.Bounds(), func(int, int) color.Color { panic("no pixels today") }}
		require.PanicsWithValue(t, "no pixels today", func() { _ = v.AddImage(context.Background(), panicking) })
		require.NoError(t, v.AddImage(context.Background(), good))
		// A last row may end with its last pixel.
		require.NoError(
			t,
			v.AddImage(context.Background(), &image.RGBA{Rect: good.Bounds(), Stride: 70, Pix: make([]byte, 7*70+64)}),
		)
	}))
	pictures := mediatest.Pictures(t, path, 0, "rgb24")
	require.Equal(t, [][]byte{overBlack(good), overBlack(good), make([]byte, 3*16*8)}, pictures)
}

// addedRaw returns a stream that is open until the end of the test.
func addedRaw(t *testing.T, cfg api.VideoConfig) *api.VideoStream {
	t.Helper()
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenWriter(context.Background(), new(api.MemoryFile), "mkv"))
	t.Cleanup(func() { _ = enc.Abort(nil) })
	return v
}

// noteWrongPictures notes what is said about pictures that cannot be added.
func noteWrongPictures(t *testing.T, note func(name, field string, err error)) {
	ctx, enc := context.Background(), api.NewEncoder()
	v := addVideo(t, enc, api.VideoConfig{Width: 16, Height: 8, FrameRate: 25, Codec: "ffv1"})
	require.NoError(t, enc.OpenWriter(ctx, new(api.MemoryFile), "mkv"))
	for _, m := range malformedImages() {
		note(m.name, m.field, v.AddImage(ctx, m.img))
	}
	note("frames that are not whole", "Data", v.AddFrames(ctx, api.Frames{Data: make([]byte, 1000)}))
	noteWrongStrides(note, v)
	note("layout unknown", "Layout", v.AddFrames(ctx, api.Frames{Layout: 9}))
	for _, layout := range []api.Layout{api.NCHW, api.NHWC} {
		raw := addedRaw(t, api.VideoConfig{Width: 16, Height: 8, FrameRate: 25, Codec: "ffv1", InputFormat: "rgba"})
		note("input format with layout "+layout.String(), "Layout", raw.AddFrames(ctx, api.Frames{Layout: layout}))
	}
	palettes := addedRaw(t, api.VideoConfig{Width: 16, Height: 8, FrameRate: 25, Codec: "png", InputFormat: "pal8"})
	note("image for a palette", "Image", palettes.AddImage(ctx, image.NewRGBA(image.Rect(0, 0, 16, 8))))
	note("times of frames", "PTS", v.AddFrames(ctx, api.Frames{PTS: []time.Duration{0}}))
	require.NoError(t, enc.Close())
}
