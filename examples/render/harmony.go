package main

import "math"

const (
	sampleRate = 48000
	// octave raises a turn around the sun to a tone: the earth turns once in eight seconds, and sounds
	// as the A below the middle C. A whole number keeps the tone steady from turn to turn.
	octave = 1760
)

// harmony is what Kepler heard in the planets: each sounds the higher the faster it moves. It
// returns the samples from … from+n-1 of a film of so many samples, left and right. The phase of a
// tone is the angle of its planet, so the sound of any moment follows from the time alone, too.
func harmony(from, n, all int) [][]float32 {
	left, right := make([]float32, n), make([]float32, n)
	for i := range bodies {
		b := &bodies[i]
		for k := range n {
			second := float64(from+k) / sampleRate
			angle := b.trueAnomaly(second * yearsPerSecond)
			tone := math.Sin(octave*angle) + 0.25*math.Sin(2*octave*angle)
			side := 0.5 + 0.4*math.Cos(angle+b.perihelion) // from the left to the right and back
			tone *= 0.13 * fade(from+k, all)
			left[k] += float32(tone * (1 - side))
			right[k] += float32(tone * side)
		}
	}
	return [][]float32{left, right}
}

// fade is the loudness at a sample: the sound comes and goes within a second.
func fade(k, all int) float64 {
	edge := float64(min(k, all-k)) / sampleRate
	return min(edge, 1) * min(edge, 1)
}
