package main

import (
	"math"
	"math/cmplx"
)

// synthesizer turns knocks into the tones of a marimba. A small ball sounds high, a hard knock
// sounds loud, and the sound comes from the place of the ball.
type synthesizer struct {
	rate  int // samples per second
	width float64
	next  int64 // the number of the first sample that is not rendered yet
	tones []tone
}

// tone is one partial of a note, a sine that dies away: a complex number that turns and shrinks
// from sample to sample.
type tone struct {
	first       int64 // the number of its first sample
	value, turn complex128
	left, right float64
}

// partials are those of a marimba's bar: the first overtone is two octaves up, the second about
// three octaves and a third.
var partials = []struct{ ratio, level, seconds float64 }{
	{1, 1, 0.14},
	{3.98, 0.3, 0.05},
	{10.1, 0.1, 0.02},
}

// silence is the level below which a tone has died away.
const silence = 1e-4

// strike adds the tones of a knock. A knock between two samples begins exactly there.
func (s *synthesizer) strike(k knock, radius float64) {
	first := int64(math.Ceil(k.time * float64(s.rate)))
	since := float64(first)/float64(s.rate) - k.time
	angle := math.Pi / 2 * min(max(k.place.x/s.width, 0.1), 0.9) // the power is the same at each place
	for _, p := range partials {
		speed := complex(-1/p.seconds, 2*math.Pi*p.ratio*pitch(radius))
		s.tones = append(s.tones, tone{
			first: first,
			value: complex(p.level*loudness(k.speed), 0) * cmplx.Exp(speed*complex(since, 0)),
			turn:  cmplx.Exp(speed / complex(float64(s.rate), 0)),
			left:  math.Cos(angle), right: math.Sin(angle),
		})
	}
}

// render returns the samples up to end, left and right. strike must have been called for all knocks
// before end.
func (s *synthesizer) render(end int64) [][]float32 {
	left, right := make([]float64, end-s.next), make([]float64, end-s.next)
	ringing := s.tones[:0]
	for _, t := range s.tones {
		t.addTo(left, right, s.next)
		if cmplx.Abs(t.value) > silence {
			ringing = append(ringing, t)
		}
	}
	s.tones, s.next = ringing, end
	return [][]float32{limit(left), limit(right)}
}

// addTo adds the tone to samples whose first number is start, and moves the tone on to their end.
func (t *tone) addTo(left, right []float64, start int64) {
	for i := max(t.first-start, 0); i < int64(len(left)); i++ {
		left[i] += t.left * imag(t.value)
		right[i] += t.right * imag(t.value)
		t.value *= t.turn
	}
}

// pitch returns the note of a ball, in hertz, out of a pentatonic scale, whose notes all sound well
// together.
func pitch(radius float64) float64 {
	const lowest, notes = 196, 15 // three octaves from G3
	scale := []int{0, 2, 4, 7, 9} // in semitones
	i := int(math.Round((largest - radius) / (largest - smallest) * (notes - 1)))
	semitones := 12*(i/len(scale)) + scale[i%len(scale)]
	return lowest * math.Exp2(float64(semitones)/12)
}

// loudness returns the loudness of a knock. Even a soft knock can be heard.
func loudness(speed float64) float64 { return 0.02 + 0.25*min(speed*speed/4, 1) }

// limit returns the samples as floats, with loud ones bent into the range from -1 to 1.
func limit(samples []float64) []float32 {
	out := make([]float32, len(samples))
	for i, v := range samples {
		out[i] = float32(math.Tanh(v))
	}
	return out
}
