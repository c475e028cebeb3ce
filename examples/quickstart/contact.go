package main

import "math"

// contact is a collision in the future.
type contact struct {
	after  float64 // seconds from now
	ball   int
	other  int // the other ball, or wall
	normal vec // towards the wall; for two balls, bounce computes it
}

// wall is the number of the sides, the ceiling and the floor, in place of that of a ball.
const wall = -1

// nextContact returns the next contact.
func (w *world) nextContact() contact {
	next := contact{after: math.Inf(1)}
	consider := func(c contact) {
		if c.after < next.after {
			next = c
		}
	}
	for i := range w.balls {
		b := &w.balls[i]
		consider(contact{untilAhead(w.width-b.radius-b.position.x, b.velocity.x), i, wall, vec{x: 1}})
		consider(contact{untilAhead(b.position.x-b.radius, -b.velocity.x), i, wall, vec{x: -1}})
		consider(contact{untilFloor(b), i, wall, vec{y: 1}})
		consider(contact{untilCeiling(b), i, wall, vec{y: -1}})
		for j := range i {
			consider(contact{after: untilMeeting(b, &w.balls[j]), ball: i, other: j})
		}
	}
	return next
}

// untilAhead returns how long something with a speed takes for a distance. Rounding may have made
// the distance a little negative; then it takes no time.
func untilAhead(distance, speed float64) float64 {
	if speed <= 0 {
		return math.Inf(1)
	}
	return max(distance, 0) / speed
}

// untilFloor solves distance = v·t + g·t²/2, in the form that subtracts no numbers of nearly equal
// size.
func untilFloor(b *ball) float64 {
	distance := max(floor-b.radius-b.position.y, 0)
	v := b.velocity.y
	root := math.Sqrt(v*v + 2*gravity*distance)
	if v > 0 {
		return 2 * distance / (v + root)
	}
	return (root - v) / gravity
}

// untilCeiling solves the same equation for a ball on its way up, which may turn before the
// ceiling.
func untilCeiling(b *ball) float64 {
	distance := max(b.position.y-b.radius, 0)
	v := -b.velocity.y
	square := v*v - 2*gravity*distance
	if v <= 0 || square < 0 {
		return math.Inf(1)
	}
	return 2 * distance / (v + math.Sqrt(square))
}

// untilMeeting returns the first time at which two balls touch. It solves |way + velocity·t| = the
// sum of the radii.
func untilMeeting(a, b *ball) float64 {
	way, velocity := b.position.minus(a.position), b.velocity.minus(a.velocity)
	closing := -way.dot(velocity)
	if closing <= 0 {
		return math.Inf(1)
	}
	reach := a.radius + b.radius
	gap := way.dot(way) - reach*reach
	square := closing*closing - velocity.dot(velocity)*gap
	if square < 0 {
		return math.Inf(1) // they pass each other
	}
	return max(gap, 0) / (closing + math.Sqrt(square))
}
