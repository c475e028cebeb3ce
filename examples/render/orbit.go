package main

import "math"

// orbit is an ellipse around the sun. The unit of length is the mean distance of the earth, the
// unit of time is a year, and angles are in radians. Where a body is at a time follows from the
// time alone: Kepler's laws need no steps.
type orbit struct {
	axis         float64 // half of the long axis
	eccentricity float64
	perihelion   float64 // direction of the point that is next to the sun
	start        float64 // mean anomaly at time 0
	tilt         float64 // of the plane of the orbit, around the line through the perihelion
}

// meanAnomaly is the angle at which the body would be if it moved evenly. Kepler's third law says
// how long a turn takes.
func (o *orbit) meanAnomaly(time float64) float64 {
	return o.start + 2*math.Pi*time/math.Pow(o.axis, 1.5)
}

// eccentricAnomaly solves Kepler's equation, m = e - eccentricity·sin(e), with Newton's method. It
// counts the turns.
func (o *orbit) eccentricAnomaly(time float64) float64 {
	turns, m := math.Modf(o.meanAnomaly(time) / (2 * math.Pi))
	m *= 2 * math.Pi
	e := m + 0.85*o.eccentricity*math.Copysign(1, math.Sin(m)) // a start from which it always comes to the root
	for range 12 {
		sin, cos := math.Sincos(e)
		change := (e - o.eccentricity*sin - m) / (1 - o.eccentricity*cos)
		e -= change
		if math.Abs(change) < 1e-12 {
			break
		}
	}
	return e + 2*math.Pi*turns
}

// trueAnomaly is the angle from the perihelion to the body, as seen from the sun. It counts the
// turns.
func (o *orbit) trueAnomaly(time float64) float64 {
	e := o.eccentricAnomaly(time)
	b := o.eccentricity / (1 + math.Sqrt(1-o.eccentricity*o.eccentricity))
	sin, cos := math.Sincos(e)
	return e + 2*math.Atan2(b*sin, 1-b*cos)
}

// position returns the place of the body.
func (o *orbit) position(time float64) vec3 { return o.point(o.eccentricAnomaly(time)) }

// point returns the point of the ellipse at an eccentric anomaly.
func (o *orbit) point(e float64) vec3 {
	sin, cos := math.Sincos(e)
	long := o.axis * (cos - o.eccentricity)
	short := o.axis * math.Sqrt(1-o.eccentricity*o.eccentricity) * sin
	flat, up := short*math.Cos(o.tilt), short*math.Sin(o.tilt)
	s, c := math.Sincos(o.perihelion)
	return vec3{long*c - flat*s, long*s + flat*c, up}
}

// vec3 is a point in space. The planets move near the plane where z is 0.
type vec3 struct{ x, y, z float64 }

func (a vec3) plus(b vec3) vec3     { return vec3{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a vec3) times(f float64) vec3 { return vec3{a.x * f, a.y * f, a.z * f} }
func (a vec3) length() float64      { return math.Sqrt(a.x*a.x + a.y*a.y + a.z*a.z) }
