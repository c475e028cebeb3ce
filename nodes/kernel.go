package nodes

import (
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/rgbyuv"
	"github.com/avloom/avloom/pipeline"
)

// kernelInputs are the pixel formats that our own kernels read. All else is read by swscale.
var kernelInputs = map[astiav.PixelFormat]rgbyuv.Input{
	astiav.PixelFormatRgb24: rgbyuv.RGB24, astiav.PixelFormatBgr24: rgbyuv.BGR24,
	astiav.PixelFormatRgba: rgbyuv.RGBA, astiav.PixelFormatRgb0: rgbyuv.RGBA,
	astiav.PixelFormatBgra: rgbyuv.BGRA, astiav.PixelFormatBgr0: rgbyuv.BGRA,
	astiav.PixelFormatArgb: rgbyuv.ARGB, astiav.PixelFormat0Rgb: rgbyuv.ARGB,
	astiav.PixelFormatAbgr: rgbyuv.ABGR, astiav.PixelFormat0Bgr: rgbyuv.ABGR,
	astiav.PixelFormatGbrp: rgbyuv.PlanarRGB,
}

// jpegInputs are those that they read where the colours are those of JPEG. They read no other YUV.
var jpegInputs = map[astiav.PixelFormat]rgbyuv.Input{
	astiav.PixelFormatYuv444P: rgbyuv.JPEG444, astiav.PixelFormatYuv422P: rgbyuv.JPEG422, astiav.PixelFormatYuv420P: rgbyuv.JPEG420,
	astiav.PixelFormatYuv440P: rgbyuv.JPEG440, astiav.PixelFormatYuv411P: rgbyuv.JPEG411, astiav.PixelFormatYuv410P: rgbyuv.JPEG410,
}

// kernelOutputs are those that they write.
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

// KernelColor says how RGB becomes YUV of this colour by kernels like our own. False: they do not do it.
func KernelColor(color astiavx.Color) (cfg rgbyuv.Config, ok bool) {
	matrix, hasMatrix := kernelMatrices[color.Space]
	siting, hasSiting := kernelSitings[color.Location]
	cfg.Matrix, cfg.Siting = matrix, siting
	if color.Range == astiav.ColorRangeJpeg {
		cfg.Range = rgbyuv.Full
	}
	return cfg, hasMatrix && hasSiting
}

// kernelInput is a form of picture that a kernel may read.
type kernelInput struct {
	format astiav.PixelFormat
	jpeg   bool
}

// findKernel returns the kernel for pictures of this form; nil where swscale has to serve.
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

// kernels are those that a Convert has needed so far, by form of the input.
type kernels struct {
	cfg   *ConvertConfig
	found map[kernelInput]*rgbyuv.Converter // nil: none
}

// of returns the kernel for pictures of this form; nil where there is none.
func (k *kernels) of(in pipeline.Input) *rgbyuv.Converter {
	form := kernelInput{in.Format, in.JPEG}
	kernel, known := k.found[form]
	if !known {
		kernel = findKernel(form, k.cfg.Format, k.cfg.Color)
		k.found[form] = kernel
	}
	return kernel
}

// run converts a picture, and repeats the last column and row of luma where the output is larger; the kernel itself does so for chroma.
func (k *kernels) run(kernel *rgbyuv.Converter, out pipeline.Frame, in pipeline.Input) {
	src := rgbyuv.Planes{Data: in.Planes, Stride: in.Strides, Phase: in.Phase}
	if in.Format == astiav.PixelFormatGbrp { // whose planes are G, B and R
		src.Data[0], src.Data[1], src.Data[2] = in.Planes[2], in.Planes[0], in.Planes[1]
		src.Stride[0], src.Stride[1], src.Stride[2] = in.Strides[2], in.Strides[0], in.Strides[1]
	}
	dst := rgbyuv.Planes{Stride: stridesOf(out)}
	for i := range dst.Data {
		dst.Data[i] = astiavx.Plane(out.Frame, i)
	}
	width, height := min(k.cfg.Width, k.cfg.OutWidth), min(k.cfg.Height, k.cfg.OutHeight)
	kernel.Convert(dst, src, width, height)
	from, to := plane{bytes: width, rows: height, step: 1}, plane{bytes: k.cfg.OutWidth, rows: k.cfg.OutHeight}
	if from.bytes < to.bytes || from.rows < to.rows {
		repeatEdge(unsafe.Slice((*byte)(dst.Data[0]), dst.Stride[0]*to.rows), dst.Stride[0], from, to)
	}
}
