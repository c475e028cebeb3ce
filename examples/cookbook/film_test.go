package cookbook_test

import (
	"iter"
	"math"
	"math/rand/v2"
)

const (
	width, height = 320, 180 // of the film, unless a test has another
	rate          = 30       // pictures a second
	sampleRate    = 48000
	channels      = 2
	perPicture    = sampleRate / rate // samples for each channel
)

// picture returns picture k of a film, as R G B row by row: a disc moves over a sky that changes.
// It has soft edges and fine stripes at the bottom, and encoders keep it well.
func picture(width, height, k int) []byte {
	rgb := make([]byte, 0, 3*width*height)
	cx := float64(width) * (0.5 + 0.3*math.Sin(float64(k)/10))
	cy := float64(height) * (0.45 + 0.2*math.Cos(float64(k)/7))
	radius := float64(min(width, height)) / 6
	for y := range height {
		for x := range width {
			r, g, b := float64(60+100*y/height), float64(90+60*x/width), float64(200-100*y/height+k%30)
			if y > height*9/10 && (x+k)/8%2 == 0 {
				r, g, b = 40, 120, 50
			}
			// 1 within the disc, 0 outside, and between them on an edge of two pixels.
			inside := min(1, max(0, (radius-math.Hypot(float64(x)-cx, float64(y)-cy))/2+0.5))
			rgb = append(rgb, byte(r+inside*(230-r)), byte(g+inside*(120-g)), byte(b+inside*(40-b)))
		}
	}
	return rgb
}

// shots returns the first n pictures of the film, each in memory of its own.
func shots(n int) [][]byte {
	return drawn(n, func(k int) []byte { return picture(width, height, k) })
}

// drawn returns n pictures, each in memory of its own.
func drawn(n int, draw func(k int) []byte) [][]byte {
	all := make([][]byte, n)
	for k := range all {
		all[k] = draw(k)
	}
	return all
}

// pictures yields the first n pictures of the film, all of them in the same memory.
func pictures(width, height, n int) iter.Seq[[]byte] {
	return reusing(n, func(k int) []byte { return picture(width, height, k) })
}

// reusing yields n pictures in the same memory, as programs that draw do.
func reusing(n int, draw func(k int) []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var memory []byte
		for k := range n {
			memory = append(memory[:0], draw(k)...)
			if !yield(memory) {
				return
			}
		}
	}
}

// film yields the first n pictures, and beside each one its sound: 1600 samples of two channels,
// interleaved.
func film(width, height, n int) iter.Seq2[[]byte, []float32] {
	return filmWith(width, height, n, channels)
}

// filmWith yields pictures with sound of another number of channels.
func filmWith(width, height, n, channels int) iter.Seq2[[]byte, []float32] {
	return func(yield func([]byte, []float32) bool) {
		first := 0
		for rgb := range pictures(width, height, n) {
			samples := make([]float32, 0, channels*perPicture)
			for i := range perPicture {
				for c := range channels {
					samples = append(samples, tone(c, first+i))
				}
			}
			if !yield(rgb, samples) {
				return
			}
			first += perPicture
		}
	}
}

// tone returns a sample of the sound: each channel has a sine of its own, of 440 Hz, 660 Hz and so
// on, and the fourth, which is for low frequencies, of 55 Hz.
func tone(channel, i int) float32 {
	frequency := 440 + 220*float64(channel)
	if channel == 3 {
		frequency = 55
	}
	return float32(0.3 * math.Sin(2*math.Pi*frequency*float64(i)/sampleRate))
}

// noise returns n random bytes, the same ones for each k. Only encoders without loss keep them.
func noise(n, k int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(k)}).Read(data)
	return data
}
