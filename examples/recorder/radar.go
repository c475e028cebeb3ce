package main

import "math"

// radar is a beam that goes round. What it meets lights up, answers with a tone, and fades.
type radar struct {
	angles  []float32 // by pixel: in turns, from the top
	lights  []float32 // by pixel: how bright it is just behind the beam
	picture []byte    // R G B
}

// echo is something that the beam meets. Its distance is a part of the radius.
type echo struct{ angle, distance, hertz float64 }

var echoes = [...]echo{{0.10, 0.55, 660}, {0.37, 0.80, 880}, {0.45, 0.30, 990}, {0.78, 0.65, 550}}

// turnSeconds is how long the beam takes to go round.
const turnSeconds = 2.0

func newRadar() *radar {
	r := &radar{
		angles: make([]float32, width*height), lights: make([]float32, width*height),
		picture: make([]byte, 3*width*height),
	}
	const radius = 0.48 * height
	for p := range width * height {
		x, y := float64(p%width-width/2)/radius, float64(p/width-height/2)/radius
		r.angles[p] = float32(turns(math.Atan2(x, -y) / (2 * math.Pi)))
		if math.Hypot(x, y) > 1 {
			continue
		}
		r.lights[p] = 0.4
		for _, e := range echoes {
			sin, cos := math.Sincos(2 * math.Pi * e.angle)
			if math.Hypot(x-e.distance*sin, y+e.distance*cos) < 0.05 {
				r.lights[p] = 1
			}
		}
	}
	return r
}

// turns returns the part of an angle that is less than a turn.
func turns(angle float64) float64 { return angle - math.Floor(angle) }

// draw returns frame k. The next call overwrites it.
func (r *radar) draw(k int) []byte {
	beam := float32(turns(float64(k) / frameRate / turnSeconds))
	for p, light := range r.lights {
		behind := beam - r.angles[p]
		if behind < 0 {
			behind++
		}
		glow := light * (1 - behind) * (1 - behind)
		r.picture[3*p], r.picture[3*p+1], r.picture[3*p+2] = byte(40*glow), byte(20+230*glow), byte(30+80*glow)
	}
	return r.picture
}

// beep returns the sound of frame k: the tones of what the beam has met.
func (r *radar) beep(k int) []float32 {
	const perFrame = sampleRate / frameRate
	samples := make([]float32, perFrame)
	for n := range samples {
		seconds := float64(k*perFrame+n) / sampleRate
		for _, e := range echoes {
			since := turns(seconds/turnSeconds-e.angle) * turnSeconds
			samples[n] += float32(0.3 * math.Exp(-8*since) * math.Sin(2*math.Pi*e.hertz*since))
		}
	}
	return samples
}
