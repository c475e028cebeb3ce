package main

import (
	"math"
	"math/rand/v2"
)

// The unit of length is the height of the picture, and y grows downwards.
const (
	floor   = 0.86 // the height of the floor
	gravity = 1.8
	spacing = 0.25 // between the balls at the start, more than the widest is wide
)

// world is a box with balls in it. The balls lose no energy. Between two collisions each ball moves
// on a parabola. All fall alike, so each moves on a straight line as seen from another. The time of
// the next collision is therefore known exactly, and the world steps from one collision to the
// next.
type world struct {
	width float64
	now   float64 // seconds since the start
	balls []ball
}

type ball struct {
	position, velocity vec
	radius             float64
	struck             float64 // the time of its last collision; before the start if there was none
}

// knock is the part of one ball in a collision. Two balls that meet make two knocks.
type knock struct {
	time  float64 // in seconds
	ball  int
	place vec     // the centre of the ball
	speed float64 // at which the two approached
}

// newWorld returns a box with as many balls as fit beside each other. The first ball starts at
// rest, low in the middle.
func newWorld(width float64) *world {
	const seed = 2150 // in a picture of 16:9, the first collision is that of the first ball with the floor
	random := rand.New(rand.NewPCG(seed, seed))
	between := func(low, high float64) float64 { return low + (high-low)*random.Float64() }

	w := &world{width: width}
	n := max(1, int(width/spacing))
	for i := range n {
		place := (i + n/2) % n
		w.balls = append(w.balls, ball{
			position: vec{(float64(place) + 0.5) * width / float64(n), between(0.12, 0.35)},
			velocity: vec{between(-0.45, 0.45), between(-0.2, 0.2)},
			radius:   between(smallest, largest),
			struck:   math.Inf(-1),
		})
	}
	w.balls[0].position.y, w.balls[0].velocity = 0.50, vec{}
	return w
}

// The range of the radii.
const (
	smallest = 0.035
	largest  = 0.095
)

// advance moves the world on to a time, and returns the knocks up to that time, in order.
func (w *world) advance(until float64) []knock {
	var knocks []knock
	for {
		next := w.nextContact()
		if w.now+next.after > until {
			w.move(until - w.now)
			return knocks
		}
		w.move(next.after)
		knocks = append(knocks, w.bounce(next)...)
	}
}

// move moves all balls. There must be no collision in these seconds.
func (w *world) move(seconds float64) {
	for i := range w.balls {
		b := &w.balls[i]
		b.position = b.position.plus(b.velocity.times(seconds))
		b.position.y += gravity * seconds * seconds / 2
		b.velocity.y += gravity * seconds
	}
	w.now += seconds
}

// bounce changes the velocities of the balls that touch. Energy and momentum stay the same.
func (w *world) bounce(c contact) []knock {
	a := &w.balls[c.ball]
	a.struck = w.now
	if c.other == wall {
		speed := a.velocity.dot(c.normal)
		a.velocity = a.velocity.plus(c.normal.times(-2 * speed))
		return []knock{{w.now, c.ball, a.position, speed}}
	}
	b := &w.balls[c.other]
	b.struck = w.now
	normal := b.position.minus(a.position).unit()
	speed := a.velocity.minus(b.velocity).dot(normal)
	impulse := 2 * speed / (1/a.mass() + 1/b.mass())
	a.velocity = a.velocity.plus(normal.times(-impulse / a.mass()))
	b.velocity = b.velocity.plus(normal.times(impulse / b.mass()))
	return []knock{{w.now, c.ball, a.position, speed}, {w.now, c.other, b.position, speed}}
}

func (b *ball) mass() float64 { return b.radius * b.radius * b.radius }

// vec is a point, a distance with its direction, or a velocity.
type vec struct{ x, y float64 }

func (a vec) plus(b vec) vec      { return vec{a.x + b.x, a.y + b.y} }
func (a vec) minus(b vec) vec     { return vec{a.x - b.x, a.y - b.y} }
func (a vec) times(f float64) vec { return vec{a.x * f, a.y * f} }
func (a vec) dot(b vec) float64   { return a.x*b.x + a.y*b.y }
func (a vec) unit() vec           { return a.times(1 / math.Sqrt(a.dot(a))) }
