package api_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"os"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

const paletteSide = 32

// indexed is a picture in pal8: 200 indices of 256 colours, none of which is transparent, and which
// change with seed.
func indexed(seed int) []byte {
	raw := make([]byte, paletteSide*paletteSide, paletteSide*paletteSide+1024)
	for i := range raw {
		raw[i] = byte((i + seed) % 200)
	}
	for i := range 256 {
		raw = append(raw, byte(i), byte(255-i), byte(i*3+seed), 255)
	}
	return raw
}

// shownAs is the same picture in R G B.
func shownAs(raw []byte) []byte {
	palette := raw[paletteSide*paletteSide:]
	var rgb []byte
	for _, index := range raw[:paletteSide*paletteSide] {
		c := palette[4*int(index):]
		rgb = append(rgb, c[2], c[1], c[0])
	}
	return rgb
}

// TestPalettesAreEncodedAsTheyAre feeds pictures with a palette to every encoder that takes one,
// named and as the default, by frames and drawn.
func TestPalettesAreEncodedAsTheyAre(t *testing.T) {
	mediatest.NoLeaks(t)
	containers := map[string]string{
		"gif": "gif", "png": "mkv", "apng": "apng", "zmbv": "avi", "rawvideo": "nut", "tiff": "mov", "targa": "avi",
	}
	for codec, container := range containers {
		for _, format := range []string{"pal8", ""} {
			if codec == "targa" && format == "" {
				continue // see TestDefaultPixelFormats
			}
			t.Run(codec+" "+format, func(t *testing.T) {
				ctx := context.Background()
				path := temporary(t, "palette."+container)
				enc := api.NewEncoder()
				v := addVideo(
					t,
					enc,
					api.VideoConfig{
						Width:       paletteSide,
						Height:      paletteSide,
						FrameRate:   25,
						Codec:       codec,
						PixelFormat: format,
						InputFormat: "pal8",
					},
				)
				require.NoError(t, enc.OpenFile(ctx, path))
				second := 1
				if codec == "apng" { // which has one palette for all
					second = 0
				}
				raw := append(indexed(0), indexed(second)...)
				require.NoError(t, v.AddFrames(ctx, api.Frames{Data: raw, Layout: api.Raw}))
				p, err := v.Acquire(ctx)
				require.NoError(t, err)
				drawIndexed(p, indexed(0))
				require.NoError(t, v.Commit(ctx, p))
				require.NoError(t, enc.Close())
				require.Equal(
					t,
					[][]byte{shownAs(indexed(0)), shownAs(indexed(second)), shownAs(indexed(0))},
					mediatest.Pictures(t, path, 0, "rgb24"),
				)
			})
		}
	}
}

func drawIndexed(p *api.Picture, raw []byte) {
	for y := range paletteSide {
		copy(p.Pix[y*p.Stride:], raw[y*paletteSide:][:paletteSide])
	}
	palette, _ := p.Plane(1)
	copy(palette, raw[paletteSide*paletteSide:])
}

// TestPalettedImagesAreEncodedAsTheyAre also keeps what is transparent, and looks with Go's own
// decoders.
func TestPalettedImagesAreEncodedAsTheyAre(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	palette := color.Palette{color.NRGBA{}, color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 200, 100, 255}, color.Gray{99}}
	img := image.NewPaletted(image.Rect(-3, 5, -3+paletteSide, 5+paletteSide), palette)
	for i := range img.Pix {
		img.Pix[i] = byte(i / 5 % len(palette))
	}
	for codec, decode := range map[string]func(io.Reader) (image.Image, error){"gif": gif.Decode, "apng": png.Decode} {
		path := temporary(t, "image."+codec)
		enc := api.NewEncoder()
		v := addVideo(t, enc, api.VideoConfig{Width: paletteSide, Height: paletteSide, FrameRate: 25, InputFormat: "pal8"})
		require.NoError(t, enc.OpenFile(ctx, path))
		requireField(t, v.AddImage(ctx, image.NewRGBA(img.Rect)), "Image")
		require.NoError(t, v.AddImage(ctx, img))
		require.NoError(t, enc.Close())
		file, err := os.ReadFile(path)
		require.NoError(t, err)
		shown, err := decode(bytes.NewReader(file))
		require.NoError(t, err)
		for y := range paletteSide {
			for x := range paletteSide {
				want, got := img.At(x-3, y+5), shown.At(shown.Bounds().Min.X+x, shown.Bounds().Min.Y+y)
				require.Equal(t, color.NRGBAModel.Convert(want), color.NRGBAModel.Convert(got), "%s at %d, %d", codec, x, y)
			}
		}
	}
}

// TestPalettedImagesAreOverBlackWithoutAlpha encodes colours that are partly transparent with a
// codec whose palettes have no alpha.
func TestPalettedImagesAreOverBlackWithoutAlpha(t *testing.T) {
	mediatest.NoLeaks(t)
	img := image.NewPaletted(
		image.Rect(0, 0, paletteSide, paletteSide),
		color.Palette{color.NRGBA{200, 100, 50, 128}, color.NRGBA{}},
	)
	for codec, container := range map[string]string{"zmbv": "avi", "rawvideo": "avi", "tiff": "mov"} {
		path := temporary(t, "black."+container)
		enc := api.NewEncoder()
		v := addVideo(
			t,
			enc,
			api.VideoConfig{
				Width:       paletteSide,
				Height:      paletteSide,
				FrameRate:   25,
				Codec:       codec,
				PixelFormat: "pal8",
				InputFormat: "pal8",
			},
		)
		require.NoError(t, enc.OpenFile(context.Background(), path))
		require.NoError(t, v.AddImage(context.Background(), img))
		require.NoError(t, enc.Close())
		require.Equal(
			t,
			[][]byte{bytes.Repeat([]byte{100, 50, 25}, paletteSide*paletteSide)},
			mediatest.Pictures(t, path, 0, "rgb24"),
			codec,
		)
	}
}

// TestFormatsWithoutConversion encodes formats that swscale does not read or write, as they are,
// and refuses anything else with them.
func TestFormatsWithoutConversion(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	formats := astiavx.PixelFormats(func(f astiav.PixelFormat) bool {
		return !astiavx.DescribePixelFormat(f).Hardware && astiavx.HasRawTag(f) &&
			(!astiavx.CanScaleFrom(f) || !astiavx.CanScaleTo(f))
	})
	require.Greater(t, len(formats), 15)
	for _, f := range formats {
		for _, named := range []string{f, ""} {
			cfg := api.VideoConfig{
				Width:       36,
				Height:      18,
				FrameRate:   25,
				Codec:       "rawvideo",
				PixelFormat: named,
				InputFormat: f,
			}
			path := temporary(t, "raw.nut")
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenFile(ctx, path), f)
			noise := noiseIn(t, f, cfg.Width, cfg.Height)
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: noise, Layout: api.Raw}), f)
			if format := astiav.FindPixelFormatByName(f); !astiavx.CanScaleTo(format) {
				requireField(t, v.AddImage(ctx, image.NewRGBA(image.Rect(0, 0, cfg.Width, cfg.Height))), "Image")
			}
			require.NoError(t, enc.Close(), f)
			dir := t.TempDir()
			command(t, nil, "-v", "error", "-i", path, "-c", "copy", "-f", "rawvideo", dir+"/raw")
			require.True(t, bytes.Equal(noise, readFiles(t, dir, []string{"raw"})["raw"]), f)
		}
	}
	config := func(codec, input, encoded string) api.VideoConfig {
		return api.VideoConfig{Codec: codec, InputFormat: input, PixelFormat: encoded}
	}
	for name, c := range map[string]struct {
		field string
		cfg   api.VideoConfig
	}{
		"pal8 of RGB, one palette": {"PixelFormat", config("apng", "", "pal8")},
		"a mosaic of RGB, raw":     {"PixelFormat", config("rawvideo", "", "bayer_rggb8")},
		"gray32 into another":      {"InputFormat", config("ffv1", "gray32le", "gray16le")},
		"gray32 into what is left": {"InputFormat", config("ffv1", "gray32le", "")},
		"only one palette":         {"Codec", config("smc", "", "")},
		"a GPU's format":           {"PixelFormat", config("rawvideo", "rgb24", "cuda")},
		"a GPU's format twice":     {"InputFormat", config("rawvideo", "cuda", "cuda")},
	} {
		c.cfg.Width, c.cfg.Height, c.cfg.FrameRate = 32, 32, 25
		_, err := api.NewEncoder().AddVideo(c.cfg)
		require.Error(t, err, name)
		requireField(t, err, c.field)
	}
	_, err := api.NewEncoder().
		AddVideo(api.VideoConfig{Width: 32, Height: 32, FrameRate: 25, Codec: "msrle", InputFormat: "pal8"})
	require.NoError(t, err)
}
