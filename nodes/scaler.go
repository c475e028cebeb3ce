package nodes

import (
	"maps"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// DefaultScaler is the method of scaling if none is named.
const DefaultScaler = "bicubic"

// scalers are the methods by which swscale scales, by the names in configs.
var scalers = map[string]astiav.SoftwareScaleContextFlag{
	DefaultScaler: astiav.SoftwareScaleContextFlagBicubic,
	"lanczos":     astiav.SoftwareScaleContextFlagLanczos,
	"bilinear":    astiav.SoftwareScaleContextFlagBilinear,
	"area":        astiav.SoftwareScaleContextFlagArea,
	"nearest":     astiav.SoftwareScaleContextFlagPoint,
}

// Scalers returns the names of the methods by which pictures can be scaled.
func Scalers() []string { return slices.Sorted(maps.Keys(scalers)) }

// newScaler returns a scaler that rounds correctly, and scales by this method. Swscale's other
// defaults are biased by half a level, and its converters for equal sizes leak colour between
// neighbouring blocks unless the method is area.
func newScaler(method astiav.SoftwareScaleContextFlag, threads int) *astiavx.Scaler {
	return astiavx.NewScaler(astiav.NewSoftwareScaleContextFlags(
		method, astiav.SoftwareScaleContextFlagAccurateRnd,
		astiav.SoftwareScaleContextFlagFullChrHInp, astiav.SoftwareScaleContextFlagFullChrHInt,
		astiav.SoftwareScaleContextFlagBitexact), threads)
}

// method returns how swscale works for this configuration. Where sizes are equal, it averages the
// areas of chroma samples.
func (cfg *ConvertConfig) method() astiav.SoftwareScaleContextFlag {
	if cfg.Scales() {
		return scalers[cfg.Scaler]
	}
	return scalers["area"]
}

// threads returns among how many threads swscale divides each picture. Slices of a mosaic would
// show at their borders.
func (cfg *ConvertConfig) threads() int {
	if cfg.Scales() && !astiavx.DescribePixelFormat(cfg.InputFormat).Mosaic {
		return max(cfg.Threads, 1)
	}
	return 1
}

// CanScale reports whether swscale scales pictures from one format and size to another. It refuses
// some extreme changes of the shape.
func (cfg *ConvertConfig) CanScale(input astiav.PixelFormat) bool {
	src, dst := astiavx.NewFrame(), astiavx.NewFrame()
	defer astiavx.FreeFrame(src)
	defer astiavx.FreeFrame(dst)
	describe(src, input, cfg.Width, cfg.Height)
	describe(dst, cfg.Format, cfg.ScaledWidth, cfg.ScaledHeight)
	scaler := newScaler(cfg.method(), 1)
	defer scaler.Free()
	return scaler.Prepare(dst, src) == nil
}

// describe sets the format and the size of a frame.
func describe(f *astiav.Frame, format astiav.PixelFormat, width, height int) {
	f.SetPixelFormat(astiavx.WithoutRange(format))
	f.SetWidth(width)
	f.SetHeight(height)
}
