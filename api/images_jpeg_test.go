package api_test

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// jpegNoise is an image of any Y, Cb and Cr, those included that are no colour.
func jpegNoise(r image.Rectangle, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	m, seed := image.NewYCbCr(r, ratio), uint32(ratio)+1
	for _, plane := range [][]byte{m.Y, m.Cb, m.Cr} {
		for i := range plane {
			seed = seed*1664525 + 1013904223
			plane[i] = byte(seed >> 24)
		}
	}
	return m
}

// TestJPEGIsWhatItIsThroughRGB adds images of Y, Cb and Cr, and the same as image/draw turns them
// into RGB: the videos are equal.
func TestJPEGIsWhatItIsThroughRGB(t *testing.T) {
	for _, encoded := range []string{"yuv420p", "yuv444p", "gray", "yuv422p", "yuv420p10le", "bgr0"} {
		t.Run(encoded, func(t *testing.T) {
			mediatest.NoLeaks(t)
			const width, height = 70, 38
			cfg := api.VideoConfig{Width: width, Height: height, FrameRate: 25, Codec: "ffv1", PixelFormat: encoded}
			var names []string
			path := saved(t, "jpeg.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
				for ratio := image.YCbCrSubsampleRatio444; ratio <= image.YCbCrSubsampleRatio410; ratio++ {
					whole := jpegNoise(image.Rect(-8, -8, 100, 60), ratio)
					for _, at := range []image.Point{{}, {1, 0}, {2, 1}, {7, 3}, {-1, 5}, {3, -2}} {
						part := whole.SubImage(image.Rectangle{at, at.Add(image.Pt(width, height))})
						rgba := image.NewRGBA(part.Bounds())
						draw.Draw(rgba, rgba.Rect, part, rgba.Rect.Min, draw.Src)
						require.NoError(t, v.AddImage(context.Background(), part))
						require.NoError(t, v.AddImage(context.Background(), rgba))
						names = append(names, fmt.Sprint(ratio, " at ", at))
					}
				}
			}))
			pictures := mediatest.Pictures(t, path, 0, encoded)
			require.Len(t, pictures, 2*len(names))
			for i, name := range names {
				require.Equal(t, pictures[2*i+1], pictures[2*i], name)
			}
		})
	}
}

// TestJPEGStaysWhatItIs encodes Y, Cb and Cr without loss as just these.
func TestJPEGStaysWhatItIs(t *testing.T) {
	for ratio, encoded := range map[image.YCbCrSubsampleRatio]string{
		image.YCbCrSubsampleRatio444: "yuv444p", image.YCbCrSubsampleRatio422: "yuv422p",
		image.YCbCrSubsampleRatio420: "yuv420p", image.YCbCrSubsampleRatio440: "yuv440p", image.YCbCrSubsampleRatio411: "yuv411p",
	} {
		t.Run(encoded, func(t *testing.T) {
			mediatest.NoLeaks(t)
			cfg := api.VideoConfig{
				Width: 72, Height: 40, FrameRate: 25, Codec: "ffv1", PixelFormat: encoded, ColorRange: "pc", ColorSpace: "bt601",
				ExtraOptions: map[string]any{"chroma_sample_location": "center"},
			}
			img := jpegNoise(image.Rect(0, 0, 72, 40), ratio)
			path := saved(t, "jpeg.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
				require.NoError(t, v.AddImage(context.Background(), img))
			}))
			require.Equal(t, [][]byte{slices.Concat(img.Y, img.Cb, img.Cr)}, mediatest.Pictures(t, path, 0, encoded))
		})
	}
}

// BenchmarkAddImage adds images of 1080p to an encoder that takes hardly any time.
func BenchmarkAddImage(b *testing.B) {
	r := image.Rect(0, 0, 1920, 1080)
	rgba := image.NewRGBA(r)
	for name, img := range map[string]image.Image{
		"RGBA": rgba, "YCbCr 4:2:0": jpegNoise(r, image.YCbCrSubsampleRatio420),
		"YCbCr 4:4:4": jpegNoise(r, image.YCbCrSubsampleRatio444),
		"CMYK, drawn": image.NewCMYK(r),
	} {
		b.Run(name, func(b *testing.B) {
			enc := api.NewEncoder()
			v, err := enc.AddVideo(api.VideoConfig{
				Width: 1920, Height: 1080, FrameRate: 30, Codec: "rawvideo", PixelFormat: "yuv420p",
			})
			require.NoError(b, err)
			require.NoError(b, enc.OpenWriter(b.Context(), discard{}, "nut"))
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, v.AddImage(b.Context(), img))
			}
			require.NoError(b, enc.Close())
		})
	}
}
