package cookbook_test

import (
	"iter"
	"math"
	"math/rand/v2"
	"sync"
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
	rgb := make([]byte, 3*width*height)
	cx := float64(width) * (0.5 + 0.3*math.Sin(float64(k)/10))
	cy := float64(height) * (0.45 + 0.2*math.Cos(float64(k)/7))
	radius := float64(min(width, height)) / 6
	for y := range height {
		red, blue := 60+100*y/height, 200-100*y/height+k%30
		for x := range width {
			pixel := rgb[3*(y*width+x):][:3]
			pixel[0], pixel[1], pixel[2] = byte(red), byte(90+60*x/width), byte(blue)
			if y > height*9/10 && (x+k)/8%2 == 0 {
				pixel[0], pixel[1], pixel[2] = 40, 120, 50
			}
			if dx, dy := float64(x)-cx, float64(y)-cy; dx*dx+dy*dy < (radius+1)*(radius+1) {
				paint(pixel, min(1, (radius-math.Sqrt(dx*dx+dy*dy))/2+0.5))
			}
		}
	}
	return rgb
}

// paint mixes the colour of the disc into a pixel: 1 within the disc, less on its edge.
func paint(pixel []byte, part float64) {
	for c, value := range [3]float64{230, 120, 40} {
		pixel[c] += byte(int(part * (value - float64(pixel[c]))))
	}
}

// scenes are the first pictures of the film, drawn once, because drawing takes long under the race
// detector.
var scenes = sync.OnceValue(func() [][]byte {
	return drawn(120, func(k int) []byte { return picture(width, height, k) })
})

// shots returns the first n pictures of the film, which nobody changes.
func shots(n int) [][]byte { return scenes()[:n] }

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
	return reusing(n, func(k int) []byte {
		if first := scenes()[k]; len(first) == 3*width*height {
			return first
		}
		return picture(width, height, k)
	})
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
