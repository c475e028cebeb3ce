package api

import (
	"encoding"
	"time"

	"github.com/avloom/avloom/internal/plan"
)

// Frames are pictures in memory that belongs to the caller.
type Frames struct {
	// Data holds whole frames, one after another.
	Data []byte
	// Layout says how a frame lies in Data.
	Layout Layout
	// Strides are the bytes from one row to the next: one value for each plane of the layout, in the
	// order in which the planes lie in Data; for NCHW, one value can serve all three. Each is at least
	// the bytes of a row. nil: there is no padding.
	//
	// A plane takes stride × rows bytes. Padding is not read, and the padding after the very last row
	// of Data may be missing. A palette (pal8) is no plane: it has no stride and follows the last row
	// with that row's padding.
	//
	// Rows are read where they lie. Only those are copied first that swscale cannot read safely: near
	// the end of a page of memory behind which may be none, or, for samples of more than 8 bits, at an
	// odd distance.
	Strides []int
	// BottomUp says that the last row of the picture comes first, in every plane, as OpenGL reads
	// pixels. It costs no copy.
	BottomUp bool
	// PTS is when each frame is shown, with VideoConfig.VariableRate: as many times as frames. They
	// rise, also from one call to the next. The first may be later than 0. nil, without VariableRate:
	// frame k is shown at k/FrameRate.
	PTS []time.Duration
}

// Layout says how a frame lies in memory.
type Layout int

const (
	// NCHW is, for each frame, the R, then the G, then the B plane, each Height*Width bytes.
	NCHW Layout = iota
	// NHWC is, for each frame, Height*Width*3 bytes, R G B per pixel.
	NHWC
	// Raw is, for each frame, one picture in VideoConfig.InputFormat, as the ffmpeg command reads and
	// writes "-f rawvideo": the planes one after another in FFmpeg's order (gbrp: G, B, R), row by row
	// and without padding. A subsampled chroma plane has half (or a quarter) of the width and height,
	// rounded up. In nv12 and p010 a chroma sample is a pair, U V. Formats that group pixels (uyvy422)
	// end each row with a whole group, and formats of bits (monow) with a whole byte. In pal8, 256
	// colours of 4 bytes, B G R A, follow the indices.
	Raw
)

// Other names of layouts.
const (
	// Planar is NCHW.
	Planar = NCHW
	// Packed is NHWC.
	Packed = NHWC
)

// String returns the name of the layout.
func (l Layout) String() string { return plan.Layout(l).String() }

// MarshalText writes the name of the layout.
func (l Layout) MarshalText() ([]byte, error) { return marshalName(plan.LayoutNames, "Layout", int(l)) }

// UnmarshalText reads the name of a layout.
func (l *Layout) UnmarshalText(text []byte) error {
	return unmarshalName(plan.LayoutNames, "Layout", text, (*int)(l))
}

var (
	_ encoding.TextMarshaler   = Layout(0)
	_ encoding.TextUnmarshaler = (*Layout)(nil)
)
