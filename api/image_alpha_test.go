package api_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// deepFunction is an image of a type that nobody knows, with 16 bits.
type deepFunction struct{ function }

func (deepFunction) ColorModel() color.Model { return color.NRGBA64Model }

// glassyPalette has colours of every kind, straight and multiplied, opaque and not.
func glassyPalette() color.Palette {
	p := color.Palette{
		color.NRGBA{},
		color.White,
		color.RGBA{100, 50, 25, 128},
		color.NRGBA64{0xffff, 0x8000, 0x4000, 0x6000},
		color.Gray{77},
		color.Alpha{99},
	}
	for i := range 100 {
		p = append(p, color.NRGBA{uint8(i * 2), uint8(255 - i), uint8(i), uint8(i*2 + 20)})
	}
	return p
}

// glassyImages returns images of every type that there is, with alpha where the type has one.
func glassyImages(r image.Rectangle) map[string]image.Image {
	images := standardImages(r)
	paletted := image.NewPaletted(r, glassyPalette())
	for i := range paletted.Pix {
		paletted.Pix[i] = byte(i % len(paletted.Palette))
	}
	images["Paletted with alpha"] = paletted
	images["uniform"] = function{r, func(int, int) color.Color { return color.RGBA{10, 20, 30, 40} }}
	images["unknown type of 16 bits"] = deepFunction{function{r, func(x, y int) color.Color {
		return color.NRGBA64{uint16(x * 2000), uint16(y * 3001), 0x1234, uint16(0x2000 + x*1500)}
	}}}
	return images
}

// straightOf is the colour of a pixel before it is multiplied by its alpha, in 16 bits, as Go's own
// colours say it.
func straightOf(c color.Color) (rgba [4]int) {
	switch m := c.(type) { // which have no colour of their own for it in Go that would not multiply
	case color.NRGBA:
		return [4]int{257 * int(m.R), 257 * int(m.G), 257 * int(m.B), 257 * int(m.A)}
	case color.NYCbCrA:
		red, green, blue, _ := m.YCbCr.RGBA()
		return [4]int{int(red), int(green), int(blue), 257 * int(m.A)}
	}
	n, _ := color.NRGBA64Model.Convert(c).(color.NRGBA64)
	return [4]int{int(n.R), int(n.G), int(n.B), int(n.A)}
}

// requireStraight compares pixels of so many bits with those of an image. Those of 8 bits are
// exact, those of 16 exact or, in a video of 8 bits, cut. Go's own multiplied colours know less the
// more they are transparent: half of a step of theirs is allowed.
func requireStraight(t *testing.T, img image.Image, rgba []byte, bits int, name string) {
	t.Helper()
	b, at := img.Bounds(), 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			pixel := img.At(x, y)
			want := straightOf(pixel)
			for c, w := range want {
				got, step := 0, 1
				if bits == 8 {
					got, w = int(rgba[at+c]), w>>8
				} else {
					got, step = int(binary.BigEndian.Uint16(rgba[2*(at+c):])), 1<<(16-bits)
				}
				if c < 3 && want[3] == 0 {
					continue // there is no colour
				}
				require.InDelta(
					t,
					w,
					got,
					float64(allowed(pixel, want[3], bits, step)),
					"%s: component %d at %d, %d: %v",
					name,
					c,
					x,
					y,
					want,
				)
			}
			at += 4
		}
	}
	require.Len(t, rgba, at*max(1, (bits+7)/8), name)
}

// allowed is by how much a component may differ.
func allowed(pixel color.Color, alpha, bits, step int) int {
	scale := 1
	if bits > 8 {
		scale = 257
	}
	switch pixel.(type) {
	case color.NRGBA, color.Gray:
		return step - 1
	case color.RGBA:
		return step + scale*0xffff/max(alpha, 1)/2
	case color.NYCbCrA, color.YCbCr: // that Go turns into R G B in one way for 8 bits, and in another for 16
		return step + scale
	default:
		return step
	}
}

// TestImagesKeepTheirAlpha adds images of every type to videos that have an alpha, of 8 bits and of
// more.
func TestImagesKeepTheirAlpha(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 32, 16
	for _, c := range []struct {
		codec, format string
		bits          int
	}{
		{"ffv1", "bgra", 8},
		{"png", "rgba", 8},
		{"utvideo", "gbrap", 8},
		{"png", "rgba64be", 16},
		{"ffv1", "gbrap12le", 12},
		{"ffv1", "gbrap16le", 16},
	} {
		t.Run(c.codec+" "+c.format, func(t *testing.T) {
			cfg := api.VideoConfig{Width: width, Height: height, FrameRate: 25, Codec: c.codec, PixelFormat: c.format}
			var images []image.Image
			var names []string
			path := saved(t, "alpha.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
				for _, at := range []image.Point{{}, {-5, -3}} {
					for name, img := range glassyImages(image.Rectangle{at, at.Add(image.Pt(width, height))}) {
						require.NoError(t, v.AddImage(context.Background(), img), name)
						images, names = append(images, img), append(names, fmt.Sprint(name, " at ", at))
					}
				}
			}))
			shown := "rgba"
			if c.bits > 8 {
				shown = "rgba64be"
			}
			pictures := mediatest.Pictures(t, path, 0, shown)
			require.Len(t, pictures, len(images))
			for i, img := range images {
				requireStraight(t, img, pictures[i], c.bits, names[i])
			}
		})
	}
}

// TestImagesKeepTheirDepth adds images of 16 bits to a video of 16 without alpha: they are
// composited over black, and not cut to 8 bits.
func TestImagesKeepTheirDepth(t *testing.T) {
	mediatest.NoLeaks(t)
	r := image.Rect(3, 4, 35, 20)
	cfg := api.VideoConfig{Width: 32, Height: 16, FrameRate: 25, Codec: "png", PixelFormat: "rgb48be"}
	images := glassyImages(r)
	for _, name := range []string{"RGBA64", "NRGBA64", "Alpha16", "unknown type of 16 bits"} {
		img := images[name]
		path := saved(t, "depth.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
			require.NoError(t, v.AddImage(context.Background(), img), name)
		}))
		picture, at := mediatest.Pictures(t, path, 0, "rgb48be")[0], 0
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				red, green, blue, _ := img.At(x, y).RGBA()
				for c, want := range []uint32{red, green, blue} {
					require.InDelta(t, want, binary.BigEndian.Uint16(picture[at+2*c:]), 1, "%s at %d, %d", name, x, y)
				}
				at += 6
			}
		}
	}
}

// TestImagesAreExactInMoreBits adds white, grey and black of every type to 10 bits of YUV, and to
// 16 of RGB and of grey with alpha.
func TestImagesAreExactInMoreBits(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		codec, format, shown string
		white, middle        uint16 // the latter of 128 of 255
	}{
		{"libx264", "yuv444p10le", "gray10le", 940, 504},
		{"png", "rgb48be", "gbrp16le", 65535, 32896},
		{"png", "ya16be", "ya16le", 65535, 32896},
		{"png", "gray16be", "gray16le", 65535, 32896},
	} {
		cfg := api.VideoConfig{Width: 16, Height: 16, FrameRate: 25, Codec: c.codec, PixelFormat: c.format, Threads: 1}
		if c.codec == "libx264" {
			cfg.ExtraOptions = map[string]any{"qp": 0}
		}
		for value, want := range map[uint8]uint16{255: c.white, 128: c.middle} {
			for name, img := range grays(value) {
				path := saved(t, "exact.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
					require.NoError(t, v.AddImage(context.Background(), img))
				}))
				args := []string{"-v", "error", "-i", path, "-f", "rawvideo"}
				if c.shown == "gray10le" { // without a conversion
					args = append(args, "-vf", "extractplanes=y")
				}
				args = append(args, "-pix_fmt", c.shown, "-")
				raw := mediatest.Run(t, "ffmpeg", args...)
				require.InDelta(t, want, binary.LittleEndian.Uint16(raw), 4, "%s of %d in %s", name, value, c.format)
				if c.format == "ya16be" {
					require.InDelta(t, 0xffff, binary.LittleEndian.Uint16(raw[2:]), 4, "%s is opaque", name)
				}
			}
		}
	}
}

// grays are flat images of every type that has a grey of its own.
func grays(value uint8) map[string]image.Image {
	images := map[string]image.Image{}
	r := image.Rect(0, 0, 16, 16)
	for name, m := range map[string]draw.Image{
		"RGBA": image.NewRGBA(r), "NRGBA": image.NewNRGBA(r), "RGBA64": image.NewRGBA64(r),
		"NRGBA64": image.NewNRGBA64(r), "Gray": image.NewGray(r), "Gray16": image.NewGray16(r),
	} {
		images[name] = filled(m, func(int, int) color.NRGBA { return color.NRGBA{value, value, value, 255} })
	}
	return images
}

// TestImagesInYUVWithAlpha looks at the alpha, and at flat colours, of video whose chroma is
// shared.
func TestImagesInYUVWithAlpha(t *testing.T) {
	mediatest.NoLeaks(t)
	r := image.Rect(0, 0, 32, 32)
	for _, c := range [][2]string{{"libvpx-vp9", "yuva420p"}, {"libvpx", "yuva420p"}, {"prores_ks", "yuva444p10le"}} {
		half := image.NewRGBA(r)
		fill := color.NRGBA{200, 100, 50, 128}
		for y := range 32 {
			for x := range 32 {
				half.Set(x, y, fill) // which multiplies
			}
		}
		cfg := api.VideoConfig{
			Width:        32,
			Height:       32,
			FrameRate:    25,
			Codec:        c[0],
			PixelFormat:  c[1],
			ExtraOptions: map[string]any{"b": "4M"},
		}
		path := saved(t, "alpha.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
			require.NoError(t, v.AddImage(context.Background(), half))
		}))
		reader := []string{}
		if c[0] != "prores_ks" {
			reader = []string{"-c:v", c[0]}
		}
		rgba := mediatest.Run(
			t,
			"ffmpeg",
			append(
				append([]string{"-v", "error"}, reader...),
				"-i",
				path,
				"-f",
				"rawvideo",
				"-pix_fmt",
				"rgba",
				"-",
			)...)
		require.InDeltaSlice(t, []byte{200, 100, 50, 128}, rgba[4*(16*32+16):][:4], 3, c[0])
	}
}
