package codec

import (
	"slices"
	"strconv"

	"github.com/avloom/avloom/internal/avoption"
)

// x265MaxFrameThreads is X265_MAX_FRAME_THREADS (x265's common/common.h). With more, x265 does not
// open.
const x265MaxFrameThreads = 16

// x265TreeWidth is the width in pixels from which a row has four blocks. The code for the tree of
// blocks (x265 3.5 at least) always writes four. In narrower pictures it writes beyond its buffer,
// as valgrind shows, and the process ends in free().
const x265TreeWidth = 64

// x265Parameters returns the parameters that FFmpeg does not set for x265. Its log level keeps x265
// from writing to stderr; FFmpeg translates the level wrongly. Its pool would otherwise have as
// many threads as the machine has cores.
func (o *Opener) x265Parameters(width, height int, options []avoption.Option) []avoption.Parameter {
	all := []avoption.Parameter{{Name: "log-level", Value: "none"}}
	if o.Threads > 0 {
		all = append(all, avoption.Parameter{Name: "pools", Value: strconv.Itoa(o.Threads)})
	}
	if width < x265TreeWidth {
		all = append(all, avoption.Parameter{Name: "cutree", Value: "0"})
	}
	size := x265BlockSize(width, height, options)
	if size != "" {
		all = append(all, avoption.Parameter{Name: "ctu", Value: size})
	}
	return all
}

// x265BlockSize returns the size of x265's blocks (CTU) in pixels, with which a picture is more
// than one block wide; "" leaves the size that FFmpeg chooses. With a single column of blocks x265
// (3.5 at least) searches in memory that was not written, as valgrind shows, and equal input gives
// different files. FFmpeg chooses blocks that are small enough for all widths but these; for a
// width of 16 no size is. Preset placebo divides blocks so often that they must be larger than 16.
func x265BlockSize(width, height int, options []avoption.Option) string {
	placebo := slices.ContainsFunc(options, func(o avoption.Option) bool {
		return o.Key == "preset" && (o.Value == "placebo" || o.Value == "9")
	})
	switch {
	case width == 64 && height >= 64:
		return "32"
	case width == 32 && height >= 32 && !placebo:
		return "16"
	}
	return ""
}
