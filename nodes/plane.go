package nodes

import (
	"github.com/avloom/avloom/pipeline"
)

// stridesOf returns the bytes per row of each plane.
func stridesOf(f pipeline.Frame) [4]int {
	all := f.Linesize()
	return [4]int(all[:4])
}
