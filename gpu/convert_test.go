package gpu_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/internal/rgbyuv"
	"github.com/avloom/avloom/pipeline"
)

// shape is the size of a picture, and of what is made of it.
type shape struct{ width, height, outWidth, outHeight int }

var shapes = []shape{
	{width, height, width, height},
	{161, 97, 162, 98}, // padded
	{161, 97, 160, 96}, // cropped
	{2, 2, 2, 2},
	{1, 1, 2, 2},
}

// layouts are the layouts of RGB that the device converts.
var layouts = map[astiav.PixelFormat]rgbyuv.Input{
	astiav.PixelFormatGbrp: rgbyuv.PlanarRGB, astiav.PixelFormatRgb24: rgbyuv.RGB24,
}

func testConvertRGB(t *testing.T) {
	mediatest.NoLeaks(t)
	caller := cudatest.Primary(t, 0)
	for _, s := range shapes {
		for format, input := range layouts {
			for m := range 3 {
				for r := range 2 {
					for siting := range 3 {
						cfg := rgbyuv.Config{
							Input: input, Output: rgbyuv.NV12,
							Matrix: rgbyuv.Matrix(m), Range: rgbyuv.Range(r), Siting: rgbyuv.Siting(siting),
						}
						t.Run(fmt.Sprintf("%v_%s_%d%d%d", s, format, m, r, siting), func(t *testing.T) {
							testConversion(t, caller, s, format, cfg)
						})
					}
				}
			}
		}
	}
}

// testConversion compares a picture from the device's kernel with one from those of the CPU.
func testConversion(t *testing.T, caller *cudatest.GPU, s shape, format astiav.PixelFormat, cfg rgbyuv.Config) {
	const padding = 5
	pitch := 3*s.width + padding
	data := noise(3 * pitch * s.height)
	in := pipeline.Input{Format: format, Strides: [4]int{pitch, pitch, pitch}}
	src := rgbyuv.Planes{Stride: [4]int{pitch, pitch, pitch}}
	at := func(plane int) int { return plane * pitch * s.height }
	for i := range 3 {
		src.Data[i] = unsafe.Pointer(&data[at(i)])
	}
	memory := onDevice(t, caller, &in, data)
	in.Device.Planes = [3]uintptr{memory + uintptr(at(1)), memory + uintptr(at(2)), memory} // G, B, R
	if format == astiav.PixelFormatRgb24 {
		in.Device.Planes = [3]uintptr{memory}
	}
	kernel, ok := rgbyuv.New(cfg)
	require.True(t, ok)
	require.Equal(t, reference(kernel, src, s), convert(t, s, cfg, in))
	last := pitch * (s.height - 1) // the same memory, read bottom up
	for i := range 3 {
		in.Strides[i], src.Stride[i] = -pitch, -pitch
		src.Data[i] = unsafe.Add(src.Data[i], last)
		if in.Device.Planes[i] != 0 {
			in.Device.Planes[i] += uintptr(last)
		}
	}
	require.Equal(t, reference(kernel, src, s), convert(t, s, cfg, in))
}

// reference converts with the kernels of the CPU, and repeats the last column and row of luma where
// there are more to write.
func reference(kernel *rgbyuv.Converter, src rgbyuv.Planes, s shape) []byte {
	w, h := min(s.width, s.outWidth), min(s.height, s.outHeight)
	out := make([]byte, s.outWidth*s.outHeight*3/2)
	dst := rgbyuv.Planes{Stride: [4]int{s.outWidth, s.outWidth}}
	dst.Data[0], dst.Data[1] = unsafe.Pointer(&out[0]), unsafe.Pointer(&out[s.outWidth*s.outHeight])
	kernel.Convert(dst, src, w, h)
	for y := range s.outHeight {
		row := out[y*s.outWidth:][:s.outWidth]
		if y >= h {
			copy(row, out[(h-1)*s.outWidth:])
		}
		for x := w; x < s.outWidth; x++ {
			row[x] = row[w-1]
		}
	}
	return out
}

func testConvertNV12(t *testing.T) {
	mediatest.NoLeaks(t)
	caller := cudatest.Primary(t, 0)
	for _, s := range shapes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			pitch := s.width + s.width%2 + 3
			data := noise(pitch * (s.height + (s.height+1)/2))
			in := pipeline.Input{Format: astiav.PixelFormatNv12, Strides: [4]int{pitch, pitch}}
			memory := onDevice(t, caller, &in, data)
			in.Device.Planes = [3]uintptr{memory, memory + uintptr(pitch*s.height)}
			got := convert(t, s, rgbyuv.Config{}, in)
			var want []byte
			for y := range s.outHeight {
				row := data[min(y, s.height-1)*pitch:]
				for x := range s.outWidth {
					want = append(want, row[min(x, s.width-1)])
				}
			}
			for y := range s.outHeight / 2 {
				want = append(want, data[(s.height+y)*pitch:][:s.outWidth]...)
			}
			require.Equal(t, want, got)
		})
	}
}

// convert converts a picture on the device.
func convert(t *testing.T, s shape, color rgbyuv.Config, in pipeline.Input) []byte {
	t.Helper()
	d, err := gpu.Open(gpu.Config{
		Width: s.width, Height: s.height, OutWidth: s.outWidth, OutHeight: s.outHeight, Color: color,
	})
	require.NoError(t, err)
	defer d.Close()
	dst := newFrame(t)
	require.NoError(t, d.Convert(dst, in))
	return download(t, d, dst)
}

// onDevice gives a stream of the caller's own the picture to write to the device's memory, which it
// has not done yet.
func onDevice(t *testing.T, caller *cudatest.GPU, in *pipeline.Input, data []byte) uintptr {
	t.Helper()
	memory := caller.Alloc(t, len(data))
	in.Device.Stream = caller.Stream(t)
	caller.Write(t, memory, data, in.Device.Stream)
	return memory
}

func noise(n int) []byte {
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	data := bytes.Repeat([]byte{0}, n)
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	return data
}

func TestPTX(t *testing.T) { cudatest.CheckPTX(t, "kernel/convert.cu") }
