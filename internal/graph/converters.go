package graph

import (
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// pixelsPerConverter is how large pictures are, in pixels, that one core converts with swscale
// about as fast as encoders take them: 1 million pixels in some 2 ms.
const pixelsPerConverter = 1 << 20

// mostConverters convert 4096×2160 at more than 400 frames per second, which no encoder of pictures
// that swscale has to convert comes near.
const mostConverters = 8

// converters are as many conversions as work on successive pictures at the same time. One is enough
// for our own kernels, which are faster than any encoder; swscale gets more for larger pictures, up
// to the cores that the stream may have.
func (e *videoEncoder) converters() ([]pipeline.Processor[pipeline.Input, pipeline.Frame], *nodes.Blanks, error) {
	n := 1
	if !e.convert.Fast() {
		n = min(1+e.convert.OutWidth*e.convert.OutHeight/pixelsPerConverter, e.cores, mostConverters)
	}
	all := make([]pipeline.Processor[pipeline.Input, pipeline.Frame], n)
	var blanks *nodes.Blanks
	for i := range all {
		cfg := e.convert
		if e.device != nil {
			cfg.Device = e.device.Retain()
		}
		convert, err := nodes.NewConvert(cfg)
		if err != nil {
			for _, earlier := range all[:i] {
				earlier.Close()
			}
			return nil, nil, err
		}
		if all[i] = convert; i == 0 {
			blanks = convert.Blanks()
		}
	}
	return all, blanks, nil
}
