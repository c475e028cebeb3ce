package main

import (
	"errors"
	"math"
	"slices"
)

// point is one encoded file.
type point struct {
	quality  float64 // SSIM in dB
	kilobits float64 // per second
	seconds  float64 // of the processor
}

// curve has the files that one build made with one preset.
type curve []point

// middle returns the quality in the middle of what all curves reach.
func middle(curves []curve) (float64, error) {
	least, most := math.Inf(-1), math.Inf(1)
	for _, c := range curves {
		slices.SortFunc(c, func(p, q point) int { return int(math.Copysign(1, p.quality-q.quality)) })
		least, most = max(least, c[0].quality), min(most, c[len(c)-1].quality)
	}
	if least > most {
		return 0, errors.New("the files have no quality in common; give more factors with -crf")
	}
	return (least + most) / 2, nil
}

// interpolate returns what a file of this quality would be, between the two nearest ones of a
// sorted curve. Bit rates and times are exponential functions of the quality, nearly.
func (c curve) interpolate(quality float64) point {
	i := slices.IndexFunc(c, func(p point) bool { return p.quality >= quality })
	if i <= 0 {
		return c[max(i, 0)]
	}
	p, q := c[i-1], c[i]
	part := (quality - p.quality) / (q.quality - p.quality)
	between := func(from, to float64) float64 { return from * math.Pow(to/from, part) }
	return point{quality, between(p.kilobits, q.kilobits), between(p.seconds, q.seconds)}
}
