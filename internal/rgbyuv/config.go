package rgbyuv

// Config describes a conversion. Its zero value converts packed RGB to grey by BT.601 with limited
// range.
type Config struct {
	Input  Input
	Output Output
	Matrix Matrix
	Range  Range  // of the output; the input has the full range
	Siting Siting // of the chroma of 4:2:0; the other outputs ignore it
}

// Input is the layout of R, G and B in memory, or of Y, Cb and Cr of JPEG, 8 bits each. The fourth
// byte of a pixel is ignored. JPEG is converted to RGB first, equal to the last bit to Go's
// image/color, where each chroma sample stands for its whole block.
type Input int

// The inputs.
const (
	RGB24 Input = iota
	BGR24
	RGBA
	BGRA
	ARGB
	ABGR
	PlanarRGB // planes R, G and B
	JPEG444   // planes Y, Cb and Cr of JPEG: BT.601 of full range, a chroma sample for each pixel
	JPEG422   // one for two pixels of a row
	JPEG420   // one for two pixels of each of two rows
	JPEG440   // one for one pixel of each of two rows
	JPEG411   // one for four pixels of a row
	JPEG410   // one for four pixels of each of two rows
	numInputs
)

// Output is a layout of Y, U and V, 8 bits each.
type Output int

// The outputs.
const (
	Gray Output = iota // plane Y
	I444               // planes Y, U and V of the same size
	I420               // planes Y, U and V; these have (width+1)/2 x (height+1)/2 samples
	NV12               // planes Y and UV; as I420, with U and V alternating
	RGB                // planes R, G and B; matrix and range are ignored
	numOutputs
)

// Matrix defines luma and chroma by R, G and B.
type Matrix int

// The matrices.
const (
	BT601  Matrix = iota // ITU-R BT.601-7, 2.5.1
	BT709                // ITU-R BT.709-6, 3.2
	BT2020               // ITU-R BT.2020-2, table 4, non-constant luminance
	numMatrices
)

// Range is the range of numbers from black to white.
type Range int

// The ranges.
const (
	Limited Range = iota // Y from 16 to 235, U and V from 16 to 240
	Full                 // all from 0 to 255, as in JPEG
	numRanges
)

// Siting is the position of the chroma samples of 4:2:0, and so defines of which pixels they are
// the average. Beyond its edges a picture repeats its last row and column.
type Siting int

// The sitings.
const (
	Centre  Siting = iota // between four pixels: the average of these
	Left                  // in the left column, between two rows: [1 2 1]/4 along the row, average of two rows
	TopLeft               // on the top left pixel of four: [1 2 1]/4 both ways
	numSitings
)

// layout tells the kernels where R, G and B are.
type layout struct {
	step  int    // bytes from one pixel to the next; 0: JPEG
	order [3]int // where R, G and B are: bytes of a pixel, or planes
	shift [2]int // of JPEG: 1 << shift columns, and rows, share a chroma sample
}

var layouts = [numInputs]layout{
	RGB24:     {step: 3, order: [3]int{0, 1, 2}},
	BGR24:     {step: 3, order: [3]int{2, 1, 0}},
	RGBA:      {step: 4, order: [3]int{0, 1, 2}},
	BGRA:      {step: 4, order: [3]int{2, 1, 0}},
	ARGB:      {step: 4, order: [3]int{1, 2, 3}},
	ABGR:      {step: 4, order: [3]int{3, 2, 1}},
	PlanarRGB: {step: 1, order: [3]int{0, 1, 2}},
	JPEG444:   {},
	JPEG422:   {shift: [2]int{1, 0}},
	JPEG420:   {shift: [2]int{1, 1}},
	JPEG440:   {shift: [2]int{0, 1}},
	JPEG411:   {shift: [2]int{2, 0}},
	JPEG410:   {shift: [2]int{2, 1}},
}

// valid returns true if every field is one of the constants above.
func (c Config) valid() bool {
	return in(c.Input, numInputs) && in(c.Output, numOutputs) && in(c.Matrix, numMatrices) && in(c.Range, numRanges) &&
		in(c.Siting, numSitings)
}

func in[T ~int](v, end T) bool { return 0 <= v && v < end }
