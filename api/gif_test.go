package api_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// gifFrames encodes frames as gif, and returns the file.
func gifFrames(t *testing.T, cfg api.VideoConfig, frames api.Frames, opts ...api.OutputOption) []byte {
	t.Helper()
	return encodedAs(t, "gif", cfg, func(v *api.VideoStream) error {
		return v.AddFrames(context.Background(), frames)
	}, opts...)
}

// encodedAs encodes what feed adds, and returns the file.
func encodedAs(
	t *testing.T, container string, cfg api.VideoConfig, feed func(*api.VideoStream) error, opts ...api.OutputOption,
) []byte {
	t.Helper()
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	var file api.MemoryFile
	require.NoError(t, enc.OpenWriter(context.Background(), &file, container, opts...))
	require.NoError(t, feed(v))
	require.NoError(t, enc.Close())
	return file.Bytes()
}

const gifSide = 48

// tinted is a picture of rgb24 with some 400 colours, which depend on k, over a background that
// does not.
func tinted(k int) []byte {
	p := make([]byte, 0, 3*gifSide*gifSide)
	for y := range gifSide {
		for x := range gifSide {
			if inside := x >= 4*k%40 && x < 4*k%40+8; inside {
				p = append(p, byte(40*k+y), byte(200-4*y), byte(60*k))
			} else {
				p = append(p, byte(5*x), byte(5*(x/8)), byte(5*(y/4)))
			}
		}
	}
	return p
}

func tintedFrames(n int) (all []byte) {
	for k := range n {
		all = append(all, tinted(k)...)
	}
	return all
}

// TestGIFGetsPalettesOfItsPictures compares with what FFmpeg's command shows. The fixed colours
// that FFmpeg's encoder takes by default are far from those of the picture.
func TestGIFGetsPalettesOfItsPictures(t *testing.T) {
	mediatest.NoLeaks(t)
	const n = 12
	cfg := api.VideoConfig{Width: gifSide, Height: gifSide, FrameRate: 25}
	frames := api.Frames{Data: tintedFrames(n), Layout: api.NHWC}
	file := gifFrames(t, cfg, frames)
	shown := bytes.Join(mediatest.Pictures(t, saved(t, "palettes.gif", file), 0, "rgb24"), nil)
	require.Len(t, shown, len(frames.Data))
	require.Greater(t, mediatest.PSNR(frames.Data, shown), 40.0)
	require.Equal(t, file, gifFrames(t, cfg, frames), "equal pictures give equal files")

	cfg.PixelFormat = "rgb8"
	fixed := bytes.Join(mediatest.Pictures(t, saved(t, "fixed.gif", gifFrames(t, cfg, frames)), 0, "rgb24"), nil)
	require.Less(t, mediatest.PSNR(frames.Data, fixed), 25.0)
}

// TestGIFKeepsFewColors: 256 colours in a picture are exact, and 255 among the pixels that change.
func TestGIFKeepsFewColors(t *testing.T) {
	mediatest.NoLeaks(t)
	var all []byte
	for k := range 6 {
		for i := range gifSide * gifSide {
			c := byte(i % 200)
			if i/gifSide%6 != k {
				c = byte(i % 56)
			}
			all = append(all, c, byte(3*int(c)), 255-c)
		}
	}
	cfg := api.VideoConfig{Width: gifSide, Height: gifSide, FrameRate: 10}
	for _, pad := range []bool{false, true} { // equal pictures one after another change nothing
		data := all
		if pad {
			data = append(bytes.Clone(all[:3*gifSide*gifSide]), all...)
		}
		file := gifFrames(t, cfg, api.Frames{Data: data, Layout: api.NHWC})
		require.Equal(t, data, bytes.Join(mediatest.Pictures(t, saved(t, "exact.gif", file), 0, "rgb24"), nil))
	}
}

// glass is a picture of rgba. Where it is transparent changes with k, and picture 0 and 2 are not
// transparent at all.
func glass(k int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, gifSide, gifSide))
	for y := range gifSide {
		for x := range gifSide {
			alpha := uint8(255)
			if k%2 == 1 && (x/8+y/8+k/2)%2 == 0 {
				alpha = uint8(2 * x) // below 128 everywhere
			} else if k > 2 {
				alpha = uint8(128 + x)
			}
			p.SetNRGBA(x, y, color.NRGBA{uint8(40 * k), uint8(5 * (y / 8)), uint8(100 + x/8), alpha})
		}
	}
	return p
}

// TestGIFKeepsTransparency shows the file with Go's decoder and with FFmpeg's. A pixel is opaque
// from an alpha of 128 on.
func TestGIFKeepsTransparency(t *testing.T) {
	mediatest.NoLeaks(t)
	const n = 6
	cfg := api.VideoConfig{Width: gifSide, Height: gifSide, FrameRate: 10, InputFormat: "rgba"}
	var raw, want []byte
	for k := range n {
		p := glass(k)
		raw = append(raw, p.Pix...)
		for i := 3; i < len(p.Pix); i += 4 {
			p.Pix[i] = p.Pix[i] / 128 * 255
			if p.Pix[i] == 0 {
				clear(p.Pix[i-3 : i])
			}
		}
		want = append(want, p.Pix...)
	}
	byFrames := gifFrames(t, cfg, api.Frames{Data: raw, Layout: api.Raw})
	byImages := encodedAs(t, "gif", cfg, func(v *api.VideoStream) error {
		for k := range n {
			if err := v.AddImage(context.Background(), glass(k)); err != nil {
				return err
			}
		}
		return nil
	})
	require.Equal(t, byFrames, byImages)
	film, err := gif.DecodeAll(bytes.NewReader(byFrames))
	require.NoError(t, err)
	require.Equal(t, want, bytes.Join(composed(film), nil), "Go's decoder")
	shown := bytes.Join(mediatest.Pictures(t, saved(t, "glass.gif", byFrames), 0, "rgba"), nil)
	for i := 3; i < len(shown); i += 4 { // FFmpeg shows transparent white
		if shown[i] == 0 {
			clear(shown[i-3 : i])
		}
	}
	require.Equal(t, want, shown, "FFmpeg's decoder")
}

// composed returns the pictures that a viewer shows, in bytes of R G B A.
func composed(film *gif.GIF) (shown [][]byte) {
	canvas := image.NewNRGBA(image.Rect(0, 0, film.Config.Width, film.Config.Height))
	for i, p := range film.Image {
		draw.Draw(canvas, p.Rect, p, p.Rect.Min, draw.Over)
		shown = append(shown, bytes.Clone(canvas.Pix))
		if film.Disposal[i] == gif.DisposalBackground {
			draw.Draw(canvas, p.Rect, image.Transparent, image.Point{}, draw.Src)
		}
	}
	return shown
}

// TestGIFDelays: viewers count in hundredths of a second, and show a picture of fewer than two of
// them for ten.
func TestGIFDelays(t *testing.T) {
	mediatest.NoLeaks(t)
	ms := time.Millisecond
	for name, c := range map[string]struct {
		rate, outRate float64
		times         []time.Duration
		options       map[string]any
		want          []int
		loops         int // of Go's decoder: -1 shows the film once, 0 for ever
	}{
		"25":           {25, 0, nil, nil, []int{4, 4, 4, 4, 4, 4}, 0},
		"30":           {30, 0, nil, nil, []int{3, 4, 3, 3, 4, 3}, 0},
		"50":           {50, 0, nil, nil, []int{2, 2, 2, 2, 2, 2}, 0},
		"60 as 50":     {60, 50, nil, nil, []int{2, 2, 2, 2, 2}, 0},
		"15 as 30":     {15, 30, nil, nil, []int{3, 4, 3, 3, 4, 3, 3, 4, 3, 3, 4, 3}, 0},
		"own times":    {10, 0, []time.Duration{0, 40 * ms, 50 * ms, 55 * ms, 500 * ms, 520 * ms}, nil, []int{4, 2, 2, 42, 2, 10}, 0},
		"a late start": {10, 0, []time.Duration{900 * ms, 1000 * ms}, nil, []int{10, 10}, 0},
		"one picture":  {10, 0, []time.Duration{0}, nil, []int{10}, 0},
		"shown once":   {25, 0, nil, map[string]any{"loop": -1}, []int{4, 4, 4, 4, 4, 4}, -1},
		"shown thrice": {25, 0, nil, map[string]any{"loop": 2, "final_delay": 300}, []int{4, 4, 4, 4, 4, 300}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := api.VideoConfig{
				Width: gifSide, Height: gifSide, FrameRate: c.rate, OutFrameRate: c.outRate, VariableRate: c.times != nil,
			}
			n := 6
			if c.times != nil {
				n = len(c.times)
			}
			file := gifFrames(t, cfg, api.Frames{Data: tintedFrames(n), Layout: api.NHWC, PTS: c.times}, api.FormatOptions(c.options))
			film, err := gif.DecodeAll(bytes.NewReader(file))
			require.NoError(t, err)
			require.Equal(t, c.want, film.Delay)
			require.Equal(t, c.loops, film.LoopCount)
		})
	}
}

// TestGIFWithOtherRates keeps differences between pictures right where some are repeated or left
// out, and in every division of the work among actors.
func TestGIFWithOtherRates(t *testing.T) {
	mediatest.NoLeaks(t)
	const n = 12
	data := tintedFrames(n)
	size := len(data) / n
	for name, every := range map[string]int{"left out": 2, "repeated": 1} {
		for _, budget := range []int{1, 4} {
			cfg := api.VideoConfig{Width: gifSide, Height: gifSide, FrameRate: 20, OutFrameRate: 10}
			repeat := 1
			if every == 1 {
				cfg.FrameRate, repeat = 5, 2
			}
			enc, streams := sharing(t, api.NewThreadBudget(budget), cfg)
			path := temporary(t, "rate.gif")
			require.NoError(t, enc.OpenFile(context.Background(), path))
			require.NoError(t, streams[0].AddFrames(context.Background(), api.Frames{Data: data, Layout: api.NHWC}))
			require.NoError(t, enc.Close())
			shown := mediatest.Pictures(t, path, 0, "rgb24")
			require.Len(t, shown, n*repeat/every)
			for i, p := range shown {
				k := i / repeat * every
				if every > 1 { // of two pictures, the one that is nearest to the instant
					k = min(k+1, n-1)
				}
				require.Greater(t, best(data, size, k, every, p), 38.0, "%s: picture %d on %d threads", name, i, budget)
			}
			var names []string
			for _, node := range enc.Stats().Nodes {
				names = append(names, node.Name)
			}
			want := []string{"convert", "rate", "palette", "encode", "mux"}
			if budget == 1 {
				want = []string{"convert+rate+encode", "mux"}
			}
			require.Equal(t, want, names)
		}
	}
}

// best returns the PSNR of a picture to the nearest of those that it may be.
func best(data []byte, size, k, every int, p []byte) (most float64) {
	for i := max(0, k-every+1); i <= k; i++ {
		most = max(most, mediatest.PSNR(data[i*size:(i+1)*size], p))
	}
	return most
}
