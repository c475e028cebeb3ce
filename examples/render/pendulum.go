package main

import "math"

// pendulum is a double pendulum: two rods of equal length and two equal masses, with a little
// friction in the joints. The unit of length is a rod, and the unit of time is such that gravity is
// 1.
type pendulum struct {
	inner, outer         float64 // angles from straight down, in radians
	innerSpeed, outSpeed float64 // radians per unit of time
	friction             float64
}

// step moves the pendulum on by dt, with the Runge-Kutta method of fourth order.
func (p *pendulum) step(dt float64) {
	moved := func(k pendulum, by float64) pendulum {
		return pendulum{
			p.inner + by*k.inner, p.outer + by*k.outer, p.innerSpeed + by*k.innerSpeed, p.outSpeed + by*k.outSpeed, p.friction,
		}
	}
	k1 := p.change()
	k2 := moved(k1, dt/2).change()
	k3 := moved(k2, dt/2).change()
	k4 := moved(k3, dt).change()
	mean := func(a, b, c, d float64) float64 { return (a + 2*b + 2*c + d) / 6 }
	p.inner += dt * mean(k1.inner, k2.inner, k3.inner, k4.inner)
	p.outer += dt * mean(k1.outer, k2.outer, k3.outer, k4.outer)
	p.innerSpeed += dt * mean(k1.innerSpeed, k2.innerSpeed, k3.innerSpeed, k4.innerSpeed)
	p.outSpeed += dt * mean(k1.outSpeed, k2.outSpeed, k3.outSpeed, k4.outSpeed)
}

// change returns the derivatives of all values: the Lagrange equations of this pendulum, solved for
// the accelerations.
func (p pendulum) change() pendulum {
	sin, cos := math.Sincos(p.inner - p.outer)
	u, v := p.innerSpeed*p.innerSpeed, p.outSpeed*p.outSpeed
	down := 2 - cos*cos
	return pendulum{
		inner:      p.innerSpeed,
		outer:      p.outSpeed,
		innerSpeed: (-sin*(v+u*cos)-2*math.Sin(p.inner)+math.Sin(p.outer)*cos)/down - p.friction*p.innerSpeed,
		outSpeed:   (sin*(2*u+v*cos)+2*math.Sin(p.inner)*cos-2*math.Sin(p.outer))/down - p.friction*p.outSpeed,
	}
}

// energy returns the kinetic and potential energy of both masses, by one mass.
func (p *pendulum) energy() float64 {
	u, v := p.innerSpeed, p.outSpeed
	return u*u + v*v/2 + u*v*math.Cos(p.inner-p.outer) - 2*math.Cos(p.inner) - math.Cos(p.outer)
}

// bobs returns the places of the two masses. The pivot is at 0, 0, and y points downwards.
func (p *pendulum) bobs() (inner, outer vec) {
	s, c := math.Sincos(p.inner)
	inner = vec{s, c}
	s, c = math.Sincos(p.outer)
	return inner, vec{inner.x + s, inner.y + c}
}

// vec is a point in the plane.
type vec struct{ x, y float64 }
