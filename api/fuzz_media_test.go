package api_test

import (
	"context"
	"image"
	"io"
	"math"
	"os"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
)

// fenced returns memory of so many bytes behind which, and if before also in front of which, nobody
// may read or write. It lives until the end of the test.
func fenced(t *testing.T, n int, before bool) []byte {
	t.Helper()
	page := os.Getpagesize()
	room := (n + page - 1) / page * page
	all, err := unix.Mmap(-1, 0, room+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, unix.Munmap(all)) })
	require.NoError(t, unix.Mprotect(all[:page], unix.PROT_NONE))
	require.NoError(t, unix.Mprotect(all[page+room:], unix.PROT_NONE))
	first := page + room - n
	if before {
		first = page
	}
	return all[first:][:n:n]
}

// FuzzMedia feeds pictures and sound of any length, from memory with fences around it: what is no
// whole number of frames is refused as a whole, all else is encoded, and nothing is read beside it.
// It has found
//   - pictures that end where a mapping of memory does (among the first seeds): swscale read on.
//     nodes/shelter.go copies them now.
//   - mosaic_of_one_row: swscale ended the process; checkInput in video_plan.go refuses it now.
func FuzzMedia(f *testing.F) {
	seed(f, 150, 60)
	inputs := astiavx.PixelFormats(astiavx.CanScaleFrom)
	f.Fuzz(func(t *testing.T, data []byte) {
		overseen(t, func() {
			d := &dice{data}
			feedPictures(t, d, inputs[d.below(len(inputs))])
			feedSound(t, d)
		})
	})
}

func feedPictures(t *testing.T, d *dice, input string) {
	ctx := context.Background()
	width, height := 1+d.below(70), 1+d.below(20)
	cfg := api.VideoConfig{
		Width: width, Height: height, FrameRate: 25, Codec: "rawvideo", InputFormat: input, OddSize: api.OddSizePad,
		PixelFormat: []string{"yuv420p", "rgb24", "yuv444p", "gray", "yuv420p10le"}[d.below(5)],
	}
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	v, err := enc.AddVideo(cfg)
	if err != nil {
		requireDocumented(t, err)
		return
	}
	require.NoError(t, enc.OpenWriter(ctx, io.Discard, "nut"))
	format := astiav.FindPixelFormatByName(input)
	raw, _ := astiavx.RawLayout(format, width, height)
	accepted := 0
	for range 1 + d.below(4) {
		layout := api.Layout(d.below(3))
		size := map[api.Layout]int{api.NCHW: 3 * width * height, api.NHWC: 3 * width * height, api.Raw: raw.Size}[layout]
		n := size * d.below(3)
		if d.below(3) == 0 {
			n = max(n+d.below(7)-3, 0)
		}
		err := v.AddFrames(ctx, api.Frames{Data: fenced(t, n, d.below(2) == 0), Layout: layout})
		if layout != api.Raw {
			requireBlamed(t, "Layout", err)
			continue
		}
		if n%size != 0 {
			requireBlamed(t, "Data", err)
			continue
		}
		require.NoError(t, err)
		accepted += n / size
	}
	accepted += feedImage(t, v, d, width, height)
	require.NoError(t, enc.Close())
	for _, node := range enc.Stats().Nodes {
		require.Equal(t, int64(accepted), node.In, node.Name)
	}
}

// feedImage adds an image whose pixels may be fewer than it says, and returns how many that makes.
func feedImage(t *testing.T, v *api.VideoStream, d *dice, width, height int) int {
	stride := width*4 + d.below(5) - 1
	whole := (height-1)*stride + width*4
	pixels := fenced(t, max(whole+d.below(3)-1, 0), false)
	rect := image.Rect(0, 0, width, height).Add(image.Pt(d.below(256)-128, d.below(256)-128))
	var img image.Image = &image.RGBA{Pix: pixels, Stride: stride, Rect: rect}
	if d.below(2) == 0 {
		img = &image.NRGBA{Pix: pixels, Stride: stride, Rect: rect}
	}
	err := v.AddImage(context.Background(), img)
	if stride < width*4 || len(pixels) < whole {
		require.Error(t, err)
		return 0
	}
	require.NoError(t, err)
	return 1
}

func feedSound(t *testing.T, d *dice) {
	ctx := context.Background()
	channels := 1 + d.below(8)
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	a, err := enc.AddAudio(
		api.AudioConfig{
			SampleRate:     8000 + 1000*d.below(41),
			NumChannels:    channels,
			OutNumChannels: 1 + d.below(8),
			Codec:          "pcm_f32le",
		},
	)
	require.NoError(t, err)
	var memory api.MemoryFile
	require.NoError(t, enc.OpenWriter(ctx, &memory, "nut"))
	accepted := int64(0)
	for range 1 + d.below(4) {
		n := d.below(5000)
		samples := make([][]float32, channels)
		for i := range samples {
			samples[i] = make([]float32, n)
			for k := range samples[i] {
				samples[i][k] = math.Float32frombits(uint32(d.byte())<<24 | uint32(k)) // NaN, infinite and denormal too
			}
		}
		if d.below(4) == 0 && n > 0 {
			samples[d.below(channels)] = make([]float32, n-1)
			err := a.AddSamples(ctx, samples)
			require.Equal(t, channels > 1, err != nil, err)
			if channels == 1 {
				accepted += int64(n) - 1
			}
			continue
		}
		require.NoError(t, a.AddSamples(ctx, samples))
		accepted += int64(n)
	}
	require.NoError(t, enc.Close())
	require.Equal(t, accepted > 0, len(memory.Bytes()) > 2000 || enc.Stats().Nodes[len(enc.Stats().Nodes)-2].In > 0)
}
