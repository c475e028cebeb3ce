package main

import "math"

// waves is a surface of water on which waves spread from a few sources, and meet.
type waves struct {
	phases  [len(sources)][]uint8 // by source and pixel: by how many 256ths of a wave it is behind the source
	picture []byte                // R G B
}

// source is a place from which waves spread. Lengths are in pixels.
type source struct{ x, y, length, hertz float64 }

var sources = [...]source{
	{0.22 * width, 0.35 * height, 34, 0.9},
	{0.80 * width, 0.20 * height, 47, 0.7},
	{0.58 * width, 0.90 * height, 61, 0.5},
}

func newWaves() *waves {
	w := &waves{picture: make([]byte, 3*width*height)}
	for i, s := range sources {
		w.phases[i] = make([]uint8, width*height)
		for p := range w.phases[i] {
			distance := math.Hypot(float64(p%width)+0.5-s.x, float64(p/width)+0.5-s.y)
			w.phases[i][p] = uint8(int(256 * distance / s.length))
		}
	}
	return w
}

// draw returns frame k. The next call overwrites it.
func (w *waves) draw(k int) []byte {
	var now [len(sources)]uint8 // the phases of the sources
	for i, s := range sources {
		now[i] = uint8(int(256 * s.hertz * float64(k) / frameRate))
	}
	for p := range width * height {
		sum := 0
		for i := range sources {
			sum += int(sine[now[i]-w.phases[i][p]])
		}
		color := &shades[127+sum/len(sources)]
		w.picture[3*p], w.picture[3*p+1], w.picture[3*p+2] = color[0], color[1], color[2]
	}
	return w.picture
}

// sine holds the values of a whole wave, between -127 and 127.
var sine = func() (table [256]int8) {
	for i := range table {
		table[i] = int8(math.Round(127 * math.Sin(2*math.Pi*float64(i)/256)))
	}
	return table
}()

// shades holds the colours of the water by its height, from dark troughs to bright crests.
var shades = func() (table [255][3]byte) {
	for i := range table {
		t := float64(i) / 254
		gleam := math.Pow(t, 6)
		for c, shade := range [3][2]float64{{4, 40}, {24, 170}, {52, 190}} { // from the trough to the crest
			table[i][c] = byte(min(shade[0]+(shade[1]-shade[0])*t*t+190*gleam, 255))
		}
	}
	return table
}()

// chord returns the sound of frame k, left and right. Each source has a note, which swells with
// each of its waves and comes from the place of the source.
func chord(k int) [][]float32 {
	const perFrame = sampleRate / frameRate
	notes := [len(sources)]float64{220, 277.18, 329.63} // A major
	left, right := make([]float32, perFrame), make([]float32, perFrame)
	for n := range perFrame {
		seconds := float64(k*perFrame+n) / sampleRate
		for i, s := range sources {
			swell := 0.5 + 0.5*math.Sin(2*math.Pi*s.hertz*seconds)
			v := 0.12 * swell * math.Sin(2*math.Pi*notes[i]*seconds)
			left[n] += float32(v * math.Cos(math.Pi/2*s.x/width))
			right[n] += float32(v * math.Sin(math.Pi/2*s.x/width))
		}
	}
	return [][]float32{left, right}
}
