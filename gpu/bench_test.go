package gpu_test

import (
	"testing"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/rgbyuv"
	"github.com/avloom/avloom/pipeline"
)

// openBench opens device 0 for pictures of this size. Without a GPU the benchmark is skipped.
func openBench(b *testing.B, width, height int) *gpu.Device {
	b.Helper()
	d, err := gpu.Open(gpu.Config{
		Width: width, Height: height, OutWidth: width, OutHeight: height, Color: rgbyuv.Config{Matrix: rgbyuv.BT709},
	})
	if err != nil {
		b.Skipf("it takes a GPU: %v", err)
	}
	b.Cleanup(d.Close)
	return d
}

// BenchmarkUpload uploads pictures of 1080p one behind the other, and as the bandwidth that there
// is at most, of 200 million pixels each.
func BenchmarkUpload(b *testing.B) {
	for _, size := range []struct {
		name          string
		width, height int
	}{{"1080p", 1920, 1080}, {"bandwidth", 16384, 12288}} {
		b.Run(size.name, func(b *testing.B) {
			d := openBench(b, size.width, size.height)
			src := astiavx.NewFrame()
			defer astiavx.FreeFrame(src)
			if err := d.Host(src); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(size.width * size.height * 3 / 2))
			for n := 0; b.Loop(); n++ {
				if n >= 2 { // as many as can be under way
					settle(b, d)
				}
				dst := astiavx.NewFrame()
				if err := d.Upload(dst, src); err != nil {
					b.Fatal(err)
				}
				astiavx.FreeFrame(dst)
			}
			settle(b, d)
			settle(b, d)
		})
	}
}

func settle(b *testing.B, d *gpu.Device) {
	if err := d.AwaitUpload(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkConvert converts pictures of 1080p that are on the GPU. The bytes are those that are
// read.
func BenchmarkConvert(b *testing.B) {
	const width, height = 1920, 1080
	for name, in := range map[string]pipeline.Input{
		"nchw": {Format: astiav.PixelFormatGbrp, Strides: [4]int{width, width, width}},
		"nhwc": {Format: astiav.PixelFormatRgb24, Strides: [4]int{3 * width}},
	} {
		b.Run(name, func(b *testing.B) {
			d := openBench(b, width, height)
			memory := cudatest.Primary(b, 0).Alloc(b, 3*width*height)
			in.Device.Planes = [3]uintptr{memory, memory + width*height, memory + 2*width*height}
			b.SetBytes(3 * width * height)
			for b.Loop() {
				dst := astiavx.NewFrame()
				if err := d.Convert(dst, in); err != nil {
					b.Fatal(err)
				}
				astiavx.FreeFrame(dst)
			}
		})
	}
}
