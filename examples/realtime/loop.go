package main

import (
	"context"
	"time"

	"github.com/avloom/avloom/api"
)

const (
	ticksPerSecond = 240
	tick           = time.Second / ticksPerSecond
	ticksPerFrame  = ticksPerSecond / frameRate
)

// punctuality tells how well the loop kept its tick.
type punctuality struct {
	ticks   int
	took    time.Duration
	late    int           // ticks that began more than a tick too late
	latest  time.Duration // the most that one was late
	offered int           // pictures that were drawn and given to the encoder
	skipped int           // pictures that were not drawn, because the loop was late
}

// loop runs the simulation, tick by tick, each at its time. A tick that comes too late is made up
// for: the next ones follow at once.
func loop(ctx context.Context, s settings, video *api.VideoStream, sound *sound) (p punctuality, err error) {
	w, c := newPendulum(), newCanvas(s.width, s.height)
	begin := time.Now()
	for ; timeOf(p.ticks) < s.duration && ctx.Err() == nil; p.ticks++ {
		now := timeOf(p.ticks)
		late := awaitTick(begin.Add(now))
		p.latest = max(p.latest, late)
		if late > tick {
			p.late++
		}
		w.step()
		sound.play(w.sing(sampleRate / ticksPerSecond))
		if p.ticks%ticksPerFrame != 0 {
			continue
		}
		if late > tick {
			p.skipped++
			continue
		}
		p.offered++
		if err := video.AddImageAt(ctx, c.draw(w), now); err != nil && ctx.Err() == nil {
			return p, err
		}
	}
	p.took = time.Since(begin)
	return p, nil
}

// timeOf returns the time of a tick in the simulation.
func timeOf(tick int) time.Duration { return time.Duration(tick) * time.Second / ticksPerSecond }

// awaitTick waits until it is time for a tick, and returns how late it is.
func awaitTick(due time.Time) (late time.Duration) {
	time.Sleep(time.Until(due))
	return time.Since(due)
}

// sound brings samples to the encoder on a goroutine of its own: AddSamples waits while the encoder
// has no room, and the loop must not.
type sound struct {
	blocks chan []float32
	done   chan error
}

// mostBlocks is how many ticks of sound can wait: five minutes.
const mostBlocks = 300 * ticksPerSecond

func startSound(to *api.AudioStream) *sound {
	s := &sound{blocks: make(chan []float32, mostBlocks), done: make(chan error, 1)}
	go func() {
		var err error
		for samples := range s.blocks {
			if err == nil { // after an error, the rest is taken, so that play does not wait
				err = to.AddSamples(context.Background(), [][]float32{samples})
			}
		}
		s.done <- err
	}()
	return s
}

func (s *sound) play(samples []float32) { s.blocks <- samples }

// end waits until the encoder has all sound.
func (s *sound) end() error {
	close(s.blocks)
	return <-s.done
}
