package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/api"
)

// sound adds the samples of a track to an audio stream, as planar floats.
type sound struct {
	to        *api.AudioStream
	track     *track
	start     float64 // of the clip, in seconds
	count     int     // of the samples that were added, per channel
	resampler *astiav.SoftwareResampleContext
	floats    *astiav.Frame // the resampler's output, for frames that hold no planar floats
	buffer    []byte
}

// addSound adds an audio stream to an encoder, and lets the track deliver its samples there. The
// caller must free the result.
func addSound(ctx context.Context, enc *api.Encoder, t *track, start float64) (*sound, error) {
	stream, err := enc.AddAudio(api.AudioConfig{
		SampleRate: t.decoder.SampleRate(), NumChannels: t.decoder.ChannelLayout().Channels(),
	})
	if err != nil {
		return nil, err
	}
	s := &sound{
		to: stream, track: t, start: start,
		resampler: astiav.AllocSoftwareResampleContext(), floats: astiav.AllocFrame(),
	}
	t.deliver = func(f *astiav.Frame) error { return s.add(ctx, f) }
	return s, nil
}

func (s *sound) free() {
	s.floats.Free()
	s.resampler.Free()
}

// add adds one frame. The decoder has dropped the priming, the samples that an encoder puts before
// the sound, where the container declares them.
func (s *sound) add(ctx context.Context, f *astiav.Frame) error {
	if err := s.fill(ctx, f); err != nil {
		return err
	}
	if f.SampleFormat() != astiav.SampleFormatFltp {
		if err := s.convert(f); err != nil {
			return fmt.Errorf("convert %s to floats: %w", f.SampleFormat(), err)
		}
		defer s.floats.Unref()
		f = s.floats
	}
	samples, err := s.samples(f)
	if err != nil {
		return err
	}
	s.count += f.NbSamples()
	return s.to.AddSamples(ctx, samples)
}

// fill adds silence where sound is missing: at the start of a clip whose pictures begin first, and
// in gaps. The encoder presents sample k at k/SampleRate.
func (s *sound) fill(ctx context.Context, f *astiav.Frame) error {
	const tolerance = 0.01 // seconds: some containers round times
	rate := float64(f.SampleRate())
	late := s.track.late(f, s.start, float64(s.count)/rate)
	if late < tolerance {
		return nil
	}
	silence := make([]float32, int(math.Round(late*rate)))
	channels := make([][]float32, f.ChannelLayout().Channels())
	for c := range channels {
		channels[c] = silence
	}
	s.count += len(silence)
	return s.to.AddSamples(ctx, channels)
}

// layouts holds a layout for each number of channels. The resampler needs a layout with a name. Any
// one does, because its input and its output have the same.
var layouts = map[int]astiav.ChannelLayout{
	1: astiav.ChannelLayoutMono,
	2: astiav.ChannelLayoutStereo,
	3: astiav.ChannelLayoutSurround,
	4: astiav.ChannelLayoutQuad,
	5: astiav.ChannelLayout5Point0,
	6: astiav.ChannelLayout5Point1,
	7: astiav.ChannelLayout6Point1,
	8: astiav.ChannelLayout7Point1,
}

// convert puts a frame's samples into s.floats as planar floats. The rate stays the same, so the
// resampler holds nothing back.
func (s *sound) convert(f *astiav.Frame) error {
	layout := layouts[f.ChannelLayout().Channels()]
	f.SetChannelLayout(layout)
	s.floats.SetChannelLayout(layout)
	s.floats.SetSampleRate(f.SampleRate())
	s.floats.SetSampleFormat(astiav.SampleFormatFltp)
	return s.resampler.ConvertFrame(f, s.floats)
}

// samples returns a copy of a frame of planar floats, in which the channels lie one after another.
func (s *sound) samples(f *astiav.Frame) ([][]float32, error) {
	size, err := f.SamplesBufferSize(1)
	if err != nil {
		return nil, err
	}
	if len(s.buffer) < size {
		s.buffer = make([]byte, size)
	}
	if _, err := f.SamplesCopyToBuffer(s.buffer[:size], 1); err != nil {
		return nil, err
	}
	channels := make([][]float32, f.ChannelLayout().Channels())
	rest := s.buffer
	for c := range channels {
		channels[c] = make([]float32, f.NbSamples())
		for i := range channels[c] {
			channels[c][i] = math.Float32frombits(binary.NativeEndian.Uint32(rest))
			rest = rest[4:]
		}
	}
	return channels, nil
}
