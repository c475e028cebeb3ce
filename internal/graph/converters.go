package graph

import (
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// pixelsPerConverter is the size of a picture, in pixels, that one core converts with swscale about
// as fast as encoders take pictures: 1 million pixels in some 2 ms. If pictures are scaled, the
// larger of their sizes counts: swscale reads all of the input, and writes all of the output.
const pixelsPerConverter = 1 << 20

// mostConverters convert 4096×2160 at more than 400 frames per second. No encoder of pictures that
// swscale has to convert is nearly as fast.
const mostConverters = 8

// rowsPerThread is how many rows of a scaled picture one thread makes, at least. With fewer rows,
// too much of what threads read is the same.
const rowsPerThread = 64

// divideConversion returns how many converters there are, and how many threads each of them has to
// scale a picture. One converter is enough for avloom's own kernels, which are faster than any
// encoder. Swscale gets more for larger pictures, up to the cores that the stream may use. Threads
// shorten the time of each picture, also for a caller who waits for it before the next one.
func (e *videoEncoder) divideConversion() (converters, threads int) {
	c := &e.convert
	if c.Fast() {
		return 1, 1
	}
	n := max(min(1+c.Pixels()/pixelsPerConverter, e.cores, mostConverters), 1)
	threads = 1
	if c.Scales() {
		threads = min(n, max(c.ScaledHeight/rowsPerThread, 1))
	}
	return (n + threads - 1) / threads, threads
}

// newConverters returns the nodes that convert successive pictures at the same time, and the shelf
// that lends pictures. The caller closes the converters.
func (e *videoEncoder) newConverters() ([]pipeline.Processor[pipeline.Input, pipeline.Frame], *nodes.Blanks, error) {
	n, threads := e.divideConversion()
	all := make([]pipeline.Processor[pipeline.Input, pipeline.Frame], 0, n)
	var blanks *nodes.Blanks
	for len(all) < n {
		cfg := e.convert
		cfg.Threads = threads
		if e.device != nil {
			cfg.Device = e.device.Retain()
		}
		convert, err := nodes.NewConvert(cfg)
		if err != nil {
			for _, earlier := range all {
				earlier.Close()
			}
			return nil, nil, err
		}
		if len(all) == 0 {
			blanks = convert.Blanks()
		}
		all = append(all, convert)
	}
	return all, blanks, nil
}
