package nodes

import (
	"context"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/rgbyuv"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// ConvertConfig says what comes in and what must come out.
type ConvertConfig struct {
	InputFormat         astiav.PixelFormat // of the blanks
	Width, Height       int                // of the input, in pixels
	OutWidth, OutHeight int                // of the output: at most a chroma sample more or less. More is padded by repetition, less is cropped
	Format              astiav.PixelFormat
	Color               astiavx.Color // of the output
	InputColor          astiavx.Color // of input that is neither RGB nor grey
	Device              Device        // that encodes, which the Convert takes over; nil: the CPU
}

// Fast says whether 8-bit RGB and pictures in the input format take no more than a fast path.
func (cfg ConvertConfig) Fast() bool {
	fast := func(input astiav.PixelFormat) bool {
		return findKernel(kernelInput{format: input}, cfg.Format, cfg.Color) != nil
	}
	return fast(astiav.PixelFormatRgb24) && (cfg.InputFormat == cfg.Format || fast(cfg.InputFormat))
}

// Path names the way on which pictures of a format come into the encoder's: "as it is", "kernel" or "swscale".
func (cfg ConvertConfig) Path(input astiav.PixelFormat) string {
	switch {
	case findKernel(kernelInput{format: input}, cfg.Format, cfg.Color) != nil:
		return "kernel"
	case input == cfg.Format:
		return "as it is"
	default:
		return "swscale"
	}
}

// Convert reads borrowed pictures, once, into pictures of the encoder's format.
//
//	input                                    path
//	the encoder's own format and size        as it is, where it was handed over; else rows are copied
//	8-bit RGB to 8-bit 4:2:0, 4:4:4 or grey  our own kernels (kernel.go says which)
//	JPEG's Y, Cb and Cr to the same          our own kernels; rows are copied where the encoder takes just these
//	all else                                 swscale
//	what is on the device that encodes it    the device's own kernels
//
// JPEG that swscale converts is turned into RGB first, by a kernel, so that its colours are always
// those that image/color gives it.
//
// What swscale reads and must be padded is copied before, or where its pixels have no bytes of their own, unpacked by swscale.
type Convert struct {
	cfg      ConvertConfig
	blanks   *Blanks
	shelf    shelf.Frames
	pool     *astiavx.PicturePool // nil: the device's serves
	kernels  kernels
	scaler   *astiavx.Scaler
	shelter  shelter
	padder   padder
	unpacker unpacker
	copier   copier
	decoder  jpegDecoder
	src      pipeline.Frame // refers to the borrowed memory while it is being read
}

var _ pipeline.Processor[pipeline.Input, pipeline.Frame] = (*Convert)(nil)

// NewConvert returns a Convert. Close frees it.
func NewConvert(cfg ConvertConfig) (*Convert, error) {
	var pool *astiavx.PicturePool
	if cfg.Device == nil {
		var err error
		if pool, err = astiavx.NewPicturePool(cfg.Format, cfg.OutWidth, cfg.OutHeight); err != nil {
			return nil, err
		}
	}
	c := &Convert{
		cfg: cfg, blanks: newBlanks(cfg.InputFormat, cfg.Width, cfg.Height), pool: pool, scaler: newScaler(), src: pipeline.NewFrame(),
		padder: padder{width: cfg.OutWidth, height: cfg.OutHeight},
	}
	c.copier = newCopier(&c.cfg)
	c.kernels = kernels{cfg: &c.cfg, found: map[kernelInput]*rgbyuv.Converter{}}
	return c, nil
}

// Blanks are pictures for input that is to be handed over.
func (c *Convert) Blanks() *Blanks { return c.blanks }

// Process converts one picture, and gives borrowed memory back.
func (c *Convert) Process(_ context.Context, in pipeline.Input, emit pipeline.Emit[pipeline.Frame]) error {
	if in.Owned.Frame != nil && in.Format == c.cfg.Format && c.cfg.Width == c.cfg.OutWidth && c.cfg.Height == c.cfg.OutHeight {
		astiavx.SetColor(in.Owned.Frame, c.cfg.Color)
		return emit(in.Owned)
	}
	out, err := c.convert(in)
	if err != nil {
		return err
	}
	return emit(out)
}

// convert settles the loan in any case: its owner waits.
func (c *Convert) convert(in pipeline.Input) (pipeline.Frame, error) {
	defer in.Settle()
	defer in.Owned.Free()
	out := pipeline.FrameFrom(&c.shelf)
	if err := c.read(in, out); err != nil {
		out.Free()
		return pipeline.Frame{}, fmt.Errorf("convert %s to %s: %w", in.Format, c.cfg.Format, err)
	}
	return out, nil
}

func (c *Convert) read(in pipeline.Input, out pipeline.Frame) error {
	if in.OnDevice() {
		return c.cfg.Device.Convert(out.Frame, in)
	}
	if err := c.blank(out); err != nil {
		return err
	}
	astiavx.SetColor(out.Frame, c.cfg.Color)
	if c.encodesJPEG(in) {
		c.copier.copy(out, in)
		return nil
	}
	if kernel := c.kernels.of(in); kernel != nil {
		c.kernels.run(kernel, out, in)
		return nil
	}
	if in.Format == c.cfg.Format && !in.JPEG && !c.padder.enlarges(c.cfg.Width, c.cfg.Height) {
		c.copier.copy(out, in)
		return nil
	}
	if in.JPEG {
		var err error
		if in, err = c.decoder.decode(in, c.cfg.Width, c.cfg.Height); err != nil {
			return err
		}
	}
	in, err := c.shelter.of(in, c.cfg.Width, c.cfg.Height)
	if err != nil {
		return err
	}
	picture, err := c.sized(in)
	if err != nil {
		return err
	}
	if picture.Format == c.cfg.Format {
		c.copier.copy(out, picture)
		return nil
	}
	return c.scale(out, picture)
}

// scale lets swscale read the picture.
func (c *Convert) scale(out pipeline.Frame, picture pipeline.Input) error {
	defer c.forget()
	c.refer(picture, c.cfg.OutWidth, c.cfg.OutHeight)
	out.SetPixelFormat(astiavx.WithoutRange(c.cfg.Format))
	astiavx.SetColor(out.Frame, c.alike(c.cfg.Color, picture.Format))
	defer func() {
		out.SetPixelFormat(c.cfg.Format)
		astiavx.SetColor(out.Frame, c.cfg.Color)
	}()
	return c.scaler.Convert(out.Frame, c.src.Frame)
}

// blank gives out a picture to fill.
func (c *Convert) blank(out pipeline.Frame) error {
	if c.pool == nil {
		return c.cfg.Device.Host(out.Frame)
	}
	return c.pool.Get(out.Frame)
}

// alike gives a colour the primaries and the transfer that the other side of the conversion has too, or swscale would "correct" the picture for
// the difference: those of the output, or those that swscale takes XYZ to have.
func (c *Convert) alike(color astiavx.Color, input astiav.PixelFormat) astiavx.Color {
	color.Primaries, color.Transfer = c.cfg.Color.Primaries, c.cfg.Color.Transfer
	if astiavx.DescribePixelFormat(input).XYZ || astiavx.DescribePixelFormat(c.cfg.Format).XYZ {
		color.Primaries, color.Transfer = astiav.ColorPrimariesBt709, astiav.ColorTransferCharacteristicSmpte428
	}
	return color
}

// sized returns the picture in a size that is not smaller than the output's.
func (c *Convert) sized(in pipeline.Input) (pipeline.Input, error) {
	if !c.padder.enlarges(c.cfg.Width, c.cfg.Height) {
		return in, nil
	}
	if !astiavx.DescribePixelFormat(in.Format).Whole {
		defer c.forget()
		c.refer(in, c.cfg.Width, c.cfg.Height)
		var err error
		if in, err = c.unpacker.unpack(c.src, c.inputColor(in.Format)); err != nil {
			return in, err
		}
	}
	return c.padder.pad(in, c.cfg.Width, c.cfg.Height)
}

// refer lets src refer to the picture.
func (c *Convert) refer(picture pipeline.Input, width, height int) {
	c.src.SetWidth(width)
	c.src.SetHeight(height)
	c.src.SetPixelFormat(astiavx.WithoutRange(picture.Format))
	for i, p := range picture.Planes {
		astiavx.SetPlane(c.src.Frame, i, p, picture.Strides[i])
	}
	astiavx.SetColor(c.src.Frame, c.inputColor(picture.Format))
}

// forget drops the references to memory that is about to be given back.
func (c *Convert) forget() {
	for i := range 4 {
		astiavx.SetPlane(c.src.Frame, i, nil, 0)
	}
}

// inputColor says what the numbers of the input mean. RGB and grey are full range.
func (c *Convert) inputColor(format astiav.PixelFormat) astiavx.Color {
	color := c.cfg.InputColor
	info := astiavx.DescribePixelFormat(format)
	if info.RGB {
		color.Space = astiav.ColorSpaceRgb
	}
	if info.RGB || info.Gray {
		color.Range = astiav.ColorRangeJpeg
		color.Location = astiav.ChromaLocationUnspecified
	}
	return c.alike(color, format)
}

// Flush has nothing to do: every picture is converted as it comes.
func (c *Convert) Flush(context.Context, pipeline.Emit[pipeline.Frame]) error { return nil }

// Close frees the pool, whose pictures live on until they come back, and the rest.
func (c *Convert) Close() {
	c.shelter.free()
	c.padder.free()
	c.unpacker.free()
	c.decoder.free()
	c.src.Free()
	c.scaler.Free()
	if c.pool == nil {
		c.cfg.Device.Close()
	} else {
		c.pool.Free()
	}
	c.shelf.Close()
	c.blanks.close()
}

// copier copies pictures of the encoder's own format and size.
type copier struct {
	planes  []plane
	palette bool
}

func newCopier(cfg *ConvertConfig) copier {
	return copier{
		planes:  planesOf(cfg.Format, cfg.OutWidth, cfg.OutHeight),
		palette: astiavx.DescribePixelFormat(cfg.Format).Palette,
	}
}

// copy copies a picture row by row, and its palette, if it has one.
func (c *copier) copy(dst pipeline.Frame, src pipeline.Input) {
	strides := stridesOf(dst)
	for i, plane := range c.planes {
		astiavx.CopyPlane(astiavx.Plane(dst.Frame, i), strides[i], src.Planes[i], src.Strides[i], plane.bytes, plane.rows)
	}
	if c.palette {
		astiavx.CopyPlane(astiavx.Plane(dst.Frame, 1), paletteBytes, src.Planes[1], paletteBytes, paletteBytes, 1)
	}
}
