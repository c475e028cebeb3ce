package nodes

import (
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/rgbyuv"
	"github.com/avloom/avloom/pipeline"
)

// kernelInputs are the pixel formats that the kernels of rgbyuv read. Swscale reads all others.
var kernelInputs = map[astiav.PixelFormat]rgbyuv.Input{
	astiav.PixelFormatRgb24: rgbyuv.RGB24, astiav.PixelFormatBgr24: rgbyuv.BGR24,
	astiav.PixelFormatRgba: rgbyuv.RGBA, astiav.PixelFormatRgb0: rgbyuv.RGBA,
	astiav.PixelFormatBgra: rgbyuv.BGRA, astiav.PixelFormatBgr0: rgbyuv.BGRA,
	astiav.PixelFormatArgb: rgbyuv.ARGB, astiav.PixelFormat0Rgb: rgbyuv.ARGB,
	astiav.PixelFormatAbgr: rgbyuv.ABGR, astiav.PixelFormat0Bgr: rgbyuv.ABGR,
	astiav.PixelFormatGbrp: rgbyuv.PlanarRGB,
}

// jpegInputs are the pixel formats that the kernels read if the colours are those of JPEG. They
// read no other YUV.
var jpegInputs = map[astiav.PixelFormat]rgbyuv.Input{
	astiav.PixelFormatYuv444P: rgbyuv.JPEG444, astiav.PixelFormatYuv422P: rgbyuv.JPEG422,
	astiav.PixelFormatYuv420P: rgbyuv.JPEG420, astiav.PixelFormatYuv440P: rgbyuv.JPEG440,
	astiav.PixelFormatYuv411P: rgbyuv.JPEG411, astiav.PixelFormatYuv410P: rgbyuv.JPEG410,
}

// kernelOutputs are the pixel formats that the kernels write.
var kernelOutputs = map[astiav.PixelFormat]rgbyuv.Output{
	astiav.PixelFormatGray8: rgbyuv.Gray, astiav.PixelFormatNv12: rgbyuv.NV12,
	astiav.PixelFormatYuv420P: rgbyuv.I420, astiav.PixelFormatYuvj420P: rgbyuv.I420,
	astiav.PixelFormatYuv444P: rgbyuv.I444, astiav.PixelFormatYuvj444P: rgbyuv.I444,
}

var (
	kernelMatrices = map[astiav.ColorSpace]rgbyuv.Matrix{
		astiav.ColorSpaceSmpte170M: rgbyuv.BT601, astiav.ColorSpaceBt470Bg: rgbyuv.BT601,
		astiav.ColorSpaceBt709: rgbyuv.BT709, astiav.ColorSpaceBt2020Ncl: rgbyuv.BT2020,
	}
	kernelSitings = map[astiav.ChromaLocation]rgbyuv.Siting{
		astiav.ChromaLocationUnspecified: rgbyuv.Centre, astiav.ChromaLocationCenter: rgbyuv.Centre,
		astiav.ChromaLocationLeft: rgbyuv.Left, astiav.ChromaLocationTopleft: rgbyuv.TopLeft,
	}
)

// KernelColor returns the kernels' configuration for YUV of these colour tags; false: the kernels
// cannot make such YUV.
func KernelColor(color astiavx.Color) (cfg rgbyuv.Config, ok bool) {
	matrix, hasMatrix := kernelMatrices[color.Space]
	siting, hasSiting := kernelSitings[color.Location]
	cfg.Matrix, cfg.Siting = matrix, siting
	if color.Range == astiav.ColorRangeJpeg {
		cfg.Range = rgbyuv.Full
	}
	return cfg, hasMatrix && hasSiting
}

// kernelInput is a kind of picture that a kernel may read.
type kernelInput struct {
	format astiav.PixelFormat
	jpeg   bool // Y, Cb and Cr of JPEG
}

// findKernel returns the kernel for pictures of this kind; nil if there is none.
func findKernel(input kernelInput, output astiav.PixelFormat, color astiavx.Color) *rgbyuv.Converter {
	inputs := kernelInputs
	if input.jpeg {
		inputs = jpegInputs
	}
	cfg, ok := KernelColor(color)
	in, hasInput := inputs[input.format]
	out, hasOutput := kernelOutputs[output]
	if !ok || !hasInput || !hasOutput {
		return nil
	}
	cfg.Input, cfg.Output = in, out
	kernel, _ := rgbyuv.New(cfg)
	return kernel
}

// kernels are the kernels of a Convert, by the kind of input. It finds each when it is first
// needed.
type kernels struct {
	cfg   *ConvertConfig
	found map[kernelInput]*rgbyuv.Converter // nil: there is no kernel
}

// find returns the kernel for a picture; nil if there is none.
func (k *kernels) find(in pipeline.Input) *rgbyuv.Converter {
	input := kernelInput{in.Format, in.JPEG}
	kernel, known := k.found[input]
	if !known {
		kernel = findKernel(input, k.cfg.Format, k.cfg.Color)
		k.found[input] = kernel
	}
	return kernel
}

// run converts a picture. If the output is larger, it repeats the last column and row of luma; the
// kernel itself does so for chroma.
func (k *kernels) run(kernel *rgbyuv.Converter, out pipeline.Frame, in pipeline.Input) {
	src := rgbyuv.Planes{Data: in.Planes, Stride: in.Strides, Phase: in.Phase}
	if in.Format == astiav.PixelFormatGbrp {
		src = rgbFromGBR(src)
	}
	dst := rgbyuv.Planes{Stride: stridesOf(out)}
	for i := range dst.Data {
		dst.Data[i] = astiavx.Plane(out.Frame, i)
	}
	width, height := min(k.cfg.Width, k.cfg.OutWidth), min(k.cfg.Height, k.cfg.OutHeight)
	kernel.Convert(dst, src, width, height)
	from, to := plane{bytes: width, rows: height, step: 1}, plane{bytes: k.cfg.OutWidth, rows: k.cfg.OutHeight}
	if from.bytes < to.bytes || from.rows < to.rows {
		luma := unsafe.Slice((*byte)(dst.Data[0]), dst.Stride[0]*to.rows)
		repeatEdge(luma, dst.Stride[0], from, to)
	}
}
