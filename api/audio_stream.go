package api

import (
	"context"
	"sync/atomic"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/pipeline"
)

// mostSamples is the number of samples per channel in one item of a queue. It bounds the memory of
// the queue, however many samples a call adds.
const mostSamples = 4096

// AudioStream is an audio stream of an Encoder. Its methods are safe for use by several goroutines
// at once. Calls take turns in the order in which they arrive.
type AudioStream struct {
	feed
	plan     *plan.Audio
	in       *graph.AudioInput // of the running graph; set by Open
	accepted atomic.Int64      // samples per channel
}

func newAudioStream(e *Encoder, index int, plan *plan.Audio) *AudioStream {
	return &AudioStream{feed: newFeed(e, index), plan: plan}
}

func (s *AudioStream) planned() graph.Stream { return graph.Stream{Audio: s.plan} }

func (s *AudioStream) connect(in graph.OpenStream) { s.in = in.Audio }

func (s *AudioStream) count(t *StreamStats) { t.Accepted = s.accepted.Load() }

// AddSamples adds samples[channel][sample]. There must be as many channels as the config says, and
// all must have the same number of samples, which may be 0. The samples are copied. How the sound
// is divided into calls makes no difference to the file. AddSamples blocks while the queues are
// full.
//
// Samples lie in [-1, 1]. Larger values, including infinity, are clipped to that range, and NaN
// becomes silence. When ctx ends, AddSamples returns a *PartialError with the number of samples per
// channel that were accepted.
func (s *AudioStream) AddSamples(ctx context.Context, samples [][]float32) error {
	if err := s.plan.CheckSamples(samples); err != nil {
		return s.refuse(err)
	}
	r, err := s.beginTurn(ctx)
	if err != nil {
		return err
	}
	defer s.endTurn()
	s.in.Source.BeginCall()
	defer s.in.Source.EndCall()
	total := len(samples[0])
	for done := 0; done < total; {
		n := min(total-done, mostSamples)
		block, err := s.block(samples, done, n)
		if err != nil {
			return r.callError(err, done)
		}
		if err := s.in.Source.Send(ctx, block); err != nil {
			return r.callError(err, done)
		}
		s.accepted.Add(int64(n))
		done += n
	}
	return nil
}

// End ends the stream: it gets no more samples. The other streams go on. A second End does nothing.
func (s *AudioStream) End() error {
	return s.end(func() { s.in.Source.End() })
}

// block copies n samples per channel, starting with sample first.
func (s *AudioStream) block(samples [][]float32, first, n int) (pipeline.Samples, error) {
	block, err := s.in.Blanks.Get(n)
	if err != nil {
		return block, err
	}
	for i, channel := range samples {
		clip(astiavx.FloatPlane(block.Frame, i), channel[first:first+n])
	}
	return block, nil
}

// clip copies samples and brings each into [-1, 1]. NaN becomes 0.
func clip(to, from []float32) {
	for i, v := range from {
		if !(v >= -1) { // below -1, or NaN
			if v != v {
				v = 0
			} else {
				v = -1
			}
		} else if v > 1 {
			v = 1
		}
		to[i] = v
	}
}
