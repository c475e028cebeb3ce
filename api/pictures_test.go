package api_test

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// encodePictures encodes pictures without loss of detail, as far as the pixel format allows, and
// returns the file.
func encodePictures(t *testing.T, cfg api.VideoConfig, add func(v *api.VideoStream)) []byte {
	t.Helper()
	var file api.MemoryFile
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenWriter(context.Background(), &file, "mkv"))
	add(v)
	require.NoError(t, enc.Close())
	requireLaw(t, enc.Stats(), true)
	return file.Bytes()
}

// lossless keeps the numbers of the converted picture exactly.
func lossless(width, height int) api.VideoConfig {
	return api.VideoConfig{Width: width, Height: height, FrameRate: 25, Codec: "ffv1", PixelFormat: "yuv420p"}
}

// painting returns a smooth picture with some noise.
func painting(width, height int) *image.RGBA {
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(
				x,
				y,
				color.RGBA{
					uint8(x * 255 / width),
					uint8(y * 255 / height),
					uint8((x + y + random.IntN(20)) * 255 / (width + height + 20)),
					255,
				},
			)
		}
	}
	return img
}

func TestEqualPixelsGiveEqualFiles(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, size := range []image.Point{{64, 48}, {66, 34}, {34, 2}} {
		w, h := size.X, size.Y
		img := painting(w, h)
		nhwc, nchw := make([]byte, 3*w*h), make([]byte, 3*w*h)
		for i := range w * h {
			for c := range 3 {
				nhwc[3*i+c] = img.Pix[4*i+c]
				nchw[c*w*h+i] = img.Pix[4*i+c]
			}
		}
		add := func(f api.Frames) func(v *api.VideoStream) {
			return func(v *api.VideoStream) { require.NoError(t, v.AddFrames(context.Background(), f)) }
		}
		addImage := func(img image.Image) func(v *api.VideoStream) {
			return func(v *api.VideoStream) { require.NoError(t, v.AddImage(context.Background(), img)) }
		}
		frame := image.NewRGBA(image.Rect(-5, -7, w+9, h+3)) // with room on all sides
		draw.Draw(frame, image.Rect(3, 1, 3+w, 1+h), img, image.Point{}, draw.Src)
		wide := image.NewRGBA64(img.Rect)
		draw.Draw(wide, img.Rect, img, image.Point{}, draw.Src)
		opaque := image.NewNRGBA(img.Rect)
		draw.Draw(opaque, img.Rect, img, image.Point{}, draw.Src)
		want := encodePictures(t, lossless(w, h), add(api.Frames{Data: nhwc, Layout: api.NHWC}))
		for format, raw := range packed(nhwc) {
			cfg := lossless(w, h)
			cfg.InputFormat = format
			require.Equal(t, want, encodePictures(t, cfg, add(api.Frames{Data: raw, Layout: api.Raw})), "%d×%d %s", w, h, format)
		}
		for name, got := range map[string][]byte{
			"NCHW":        encodePictures(t, lossless(w, h), add(api.Frames{Data: nchw, Layout: api.NCHW})),
			"raw rgb24":   encodePictures(t, lossless(w, h), add(api.Frames{Data: nhwc, Layout: api.Raw})),
			"image":       encodePictures(t, lossless(w, h), addImage(img)),
			"sub-image":   encodePictures(t, lossless(w, h), addImage(frame.SubImage(image.Rect(3, 1, 3+w, 1+h)))),
			"RGBA64":      encodePictures(t, lossless(w, h), addImage(wide)),
			"NRGBA":       encodePictures(t, lossless(w, h), addImage(opaque)),
			"batch of 1s": encodePictures(t, lossless(w, h), func(v *api.VideoStream) { addImage(img)(v); add(api.Frames{})(v) }),
		} {
			require.Equal(t, want, got, "%d×%d %s", w, h, name)
		}
	}
}

// packed lays the pixels, R G B, out in the other ways in which RGB of 8 bits comes.
func packed(rgb []byte) map[string][]byte {
	raw := map[string][]byte{}
	for _, format := range []string{"bgr24", "rgba", "bgra", "argb", "abgr", "rgb0", "bgr0", "0rgb", "0bgr"} {
		order := strings.TrimSuffix(format, "24")
		for i := 0; i < len(rgb); i += 3 {
			for _, c := range order {
				if k := strings.IndexRune("rgb", c); k >= 0 {
					raw[format] = append(raw[format], rgb[i+k])
				} else {
					raw[format] = append(raw[format], 255)
				}
			}
		}
	}
	for _, k := range []int{1, 2, 0} {
		for i := k; i < len(rgb); i += 3 {
			raw["gbrp"] = append(raw["gbrp"], rgb[i])
		}
	}
	return raw
}

func TestAlphaIsOverBlack(t *testing.T) {
	mediatest.NoLeaks(t)
	half := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	draw.Draw(half, half.Rect, image.NewUniform(color.NRGBA{200, 100, 50, 128}), image.Point{}, draw.Src)
	cfg := api.VideoConfig{Width: 16, Height: 16, FrameRate: 25, Codec: "ffv1", PixelFormat: "bgr0"}
	content := encodePictures(
		t,
		cfg,
		func(v *api.VideoStream) { require.NoError(t, v.AddImage(context.Background(), half)) },
	)
	picture := mediatest.Pictures(t, saved(t, "alpha.mkv", content), 0, "rgb24")[0]
	require.Equal(t, []byte{100, 50, 25}, picture[:3])
}

func TestOddSizes(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		odd           api.OddSize
		width, height int
	}{{api.OddSizePad, 18, 34}, {api.OddSizeCrop, 16, 32}} {
		t.Run(c.odd.String(), func(t *testing.T) {
			cfg := api.VideoConfig{
				Width:        17,
				Height:       33,
				FrameRate:    25,
				Codec:        "libx264",
				PixelFormat:  "yuv420p",
				OddSize:      c.odd,
				ExtraOptions: map[string]any{"qp": 1},
			}
			flat := image.NewRGBA(image.Rect(0, 0, 17, 33))
			draw.Draw(flat, flat.Rect, image.NewUniform(color.RGBA{200, 60, 20, 255}), image.Point{}, draw.Src)
			path := saved(t, "odd.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
				require.NoError(t, v.AddImage(context.Background(), flat))
			}))
			s := mediatest.Probe(t, path).Streams[0]
			require.Equal(t, [2]int{c.width, c.height}, [2]int{s.Width, s.Height})
			picture := mediatest.Pictures(t, path, 0, "rgb24")[0]
			for i := 0; i < len(picture); i += 3 {
				require.InDeltaSlice(t, []byte{200, 60, 20}, picture[i:i+3], 3, "to the last column and row")
			}
		})
	}
	for _, format := range []string{"yuv420p", "yuv444p"} {
		enc := api.NewEncoder()
		_, err := enc.AddVideo(api.VideoConfig{Width: 17, Height: 32, FrameRate: 25, Codec: "libx264", PixelFormat: format})
		if err == nil {
			err = enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv")
		}
		if format == "yuv444p" {
			require.NoError(t, err)
			require.NoError(t, enc.Close())
			continue
		}
		var config *api.ConfigError
		require.ErrorAs(t, err, &config)
		require.Equal(t, "Width", config.Field)
		require.Equal(t, 17, config.Value)
	}
}

func TestWrongPictures(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(ctx, &api.MemoryFile{}, "mkv"))
	for name, err := range map[string]error{
		"half a frame":       v.AddFrames(ctx, api.Frames{Data: make([]byte, 64*64*3+1)}),
		"unknown layout":     v.AddFrames(ctx, api.Frames{Layout: 9}),
		"image too small":    v.AddImage(ctx, image.NewGray(image.Rect(0, 0, 63, 64))),
		"no image":           v.AddImage(ctx, nil),
		"too few channels":   a.AddSamples(ctx, tone(1, 0, 5)),
		"uneven channels":    a.AddSamples(ctx, [][]float32{make([]float32, 5), make([]float32, 6)}),
		"no channels at all": a.AddSamples(ctx, nil),
	} {
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, name)
	}
	for _, n := range enc.Stats().Nodes {
		require.Zero(t, n.In, "nothing of it was accepted")
	}
	require.NoError(t, enc.Close())
}
