package api

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/internal/plan"
)

// mostSamples is the number of samples per channel in one item of a queue. It bounds the memory of
// the queue, however many samples a call adds.
const mostSamples = 4096

// AudioStream is an audio stream of an Encoder. Its methods are safe for use by several goroutines
// at once. Calls take turns in the order in which they arrive.
//
// AddSamples, AddInterleaved, AddInt16 and SilenceUntil can be mixed freely. The file depends on
// the samples alone: not on the calls that brought them, nor on how the sound was divided into
// calls. All of them copy, and all block while the queues are full. When ctx ends, they return a
// *PartialError with the number of samples per channel that were accepted.
type AudioStream struct {
	feed
	plan     *plan.Audio
	in       *graph.AudioInput // of the running graph; set by Open
	accepted atomic.Int64      // samples per channel, silence included; only the call whose turn it is adds to it
}

func newAudioStream(e *Encoder, index int, plan *plan.Audio) *AudioStream {
	return &AudioStream{feed: newFeed(e, index), plan: plan}
}

func (s *AudioStream) planned() graph.Stream { return graph.Stream{Audio: s.plan} }

func (s *AudioStream) connect(in graph.OpenStream) { s.in = in.Audio }

func (s *AudioStream) count(t *StreamStats) { t.Accepted = s.accepted.Load() }

func (s *AudioStream) finish() {}

// AddSamples adds samples[channel][sample]. There must be as many channels as the config says, and
// all must have the same number of samples, which may be 0; otherwise the error is a *ConfigError,
// and nothing is accepted. The samples are copied.
//
// Samples lie in [-1, 1]. Larger values, including infinity, are clipped to that range, and NaN
// becomes silence.
func (s *AudioStream) AddSamples(ctx context.Context, samples [][]float32) error {
	if err := s.plan.CheckSamples(samples); err != nil {
		return s.refuse(err)
	}
	return s.add(ctx, len(samples[0]), func(to block, first int) { to.copyPlanar(samples, first) })
}

// AddInterleaved adds samples in which the channels take turns: L R L R … for stereo. A length that
// is no multiple of the number of channels is a *ConfigError, and nothing is accepted; 0 is fine.
// The samples are copied. Their range is that of AddSamples.
func (s *AudioStream) AddInterleaved(ctx context.Context, samples []float32) error {
	n, err := s.plan.CheckInterleaved(len(samples))
	if err != nil {
		return s.refuse(err)
	}
	return s.add(ctx, n, func(to block, first int) { to.copyInterleaved(samples, first) })
}

// AddInt16 adds samples of 16 bits in which the channels take turns, as AddInterleaved does. A
// sample v has the value v/32768. Encoders of 16 bits get exactly the samples that were given, if
// neither the rate nor the channels are converted; encoders of more bits get them with zeros below.
func (s *AudioStream) AddInt16(ctx context.Context, samples []int16) error {
	n, err := s.plan.CheckInterleaved(len(samples))
	if err != nil {
		return s.refuse(err)
	}
	return s.add(ctx, n, func(to block, first int) { to.copyInt16(samples, first) })
}

// SilenceUntil fills the stream with silence, so that what is added next is heard at the time at,
// rounded to the nearest sample of AudioConfig.SampleRate. Where that is the end of what has been
// accepted, it does nothing. A time before it, or a negative one, is a *ConfigError.
//
// The silence is encoded as any sound is, and counts in StreamStats.Accepted. It takes no more
// memory than other sound, however long it is.
func (s *AudioStream) SilenceUntil(ctx context.Context, at time.Duration) error {
	if err := s.plan.CheckSoundTime(at); err != nil {
		return s.refuse(err)
	}
	r, err := s.beginTurn(ctx)
	if err != nil {
		return err
	}
	defer s.endTurn()
	n, err := s.plan.SilenceUntil(at, s.accepted.Load())
	if err != nil {
		return err
	}
	return s.send(ctx, r, n, func(to block, _ int) { to.silence() })
}

// End ends the stream: it gets no more samples. The other streams go on. A second End does nothing.
func (s *AudioStream) End() error {
	return s.end(func() { s.in.Source.End() })
}

// add sends n samples per channel when the call's turn comes.
func (s *AudioStream) add(ctx context.Context, n int, write func(to block, first int)) error {
	r, err := s.beginTurn(ctx)
	if err != nil {
		return err
	}
	defer s.endTurn()
	return s.send(ctx, r, n, write)
}

// send sends n samples per channel in blocks. write fills a block with the samples from first on.
// The caller has the turn.
func (s *AudioStream) send(ctx context.Context, r *run, n int, write func(to block, first int)) error {
	s.in.Source.BeginCall()
	defer s.in.Source.EndCall()
	for done := 0; done < n; {
		length := min(n-done, mostSamples)
		samples, err := s.in.Blanks.Get(length)
		if err != nil {
			return r.callError(err, done)
		}
		write(block{samples, s.plan.Config.NumChannels}, done)
		samples.Accepted = time.Now()
		if err := s.in.Source.Send(ctx, samples); err != nil {
			return r.callError(err, done)
		}
		s.accepted.Add(int64(length))
		done += length
	}
	return nil
}
