package api

import (
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// fullScale is the value of a 16-bit sample that stands for 1. FFmpeg divides and multiplies by the
// same (libswresample/audioconvert.c), so that every sample comes back as it was.
const fullScale = 1 << 15

// block is a block of planar float samples that a call fills.
type block struct {
	samples  pipeline.Samples
	channels int
}

// plane returns the samples of one channel.
func (b block) plane(channel int) []float32 { return astiavx.FloatPlane(b.samples.Frame, channel) }

// copyPlanar fills the block with from[channel][first], from[channel][first+1], ….
func (b block) copyPlanar(from [][]float32, first int) {
	for c, channel := range from {
		to := b.plane(c)
		clip(to, channel[first:first+len(to)])
	}
}

// copyInterleaved fills the block with samples in which the channels take turns, beginning with the
// sample first of each channel.
func (b block) copyInterleaved(from []float32, first int) {
	from = from[first*b.channels:]
	if b.channels == 1 {
		to := b.plane(0)
		clip(to, from[:len(to)])
		return
	}
	for c := range b.channels {
		to := b.plane(c)
		for i := range to {
			to[i] = clipped(from[i*b.channels+c])
		}
	}
}

// copyInt16 does the same with samples of 16 bits.
func (b block) copyInt16(from []int16, first int) {
	from = from[first*b.channels:]
	for c := range b.channels {
		to := b.plane(c)
		for i := range to {
			to[i] = float32(from[i*b.channels+c]) / fullScale
		}
	}
}

// silence fills the block with silence.
func (b block) silence() {
	for c := range b.channels {
		clear(b.plane(c))
	}
}

// clip copies samples and brings each into [-1, 1]. NaN becomes 0.
func clip(to, from []float32) {
	for i, v := range from {
		to[i] = clipped(v)
	}
}

// clipped returns v brought into [-1, 1], and 0 for NaN.
func clipped(v float32) float32 {
	switch {
	case v != v:
		return 0
	case v < -1:
		return -1
	case v > 1:
		return 1
	default:
		return v
	}
}
