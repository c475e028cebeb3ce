package plan

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/internal/fault"
)

// CheckSamples returns an error unless there is one slice for each channel of the stream, and all
// slices have the same length.
func (p *Audio) CheckSamples(samples [][]float32) error {
	if len(samples) != p.Config.NumChannels {
		value := fmt.Sprintf("%d channels", len(samples))
		reason := fmt.Sprintf("the stream has %d", p.Config.NumChannels)
		return &fault.ConfigError{Field: "samples", Value: value, Reason: reason}
	}
	for i, channel := range samples {
		if len(channel) == len(samples[0]) {
			continue
		}
		field, value := fmt.Sprintf("samples[%d]", i), fmt.Sprintf("%d samples", len(channel))
		reason := fmt.Sprintf("channel 0 has %d; all channels must have the same number", len(samples[0]))
		return &fault.ConfigError{Field: field, Value: value, Reason: reason}
	}
	return nil
}

// CheckInterleaved returns how many samples per channel so many interleaved values are, or an error
// if they are no whole number.
func (p *Audio) CheckInterleaved(values int) (samples int, err error) {
	channels := p.Config.NumChannels
	if values%channels != 0 {
		reason := fmt.Sprintf("are no whole number of samples for %[1]d channels; give a multiple of %[1]d", channels)
		return 0, &fault.ConfigError{Field: "samples", Value: fmt.Sprintf("%d values", values), Reason: reason}
	}
	return values / channels, nil
}

// CheckSoundTime returns an error for a time before the stream's begin.
func (p *Audio) CheckSoundTime(at time.Duration) error {
	if at < 0 {
		return &fault.ConfigError{Field: "at", Value: at, Reason: "must not be negative: the stream begins at 0"}
	}
	return nil
}

// SilenceUntil returns how many samples per channel are missing from reached, the number that the
// stream has got, to the sample nearest to the time at, which is not negative. It returns an error
// if that sample lies before reached.
func (p *Audio) SilenceUntil(at time.Duration, reached int64) (samples int, err error) {
	rate := int64(p.Config.SampleRate)
	missing := NearestTick(at, rate) - reached
	if missing < 0 {
		const text = "the stream has reached %v (%d samples at %d Hz); give that or a later time"
		reason := fmt.Sprintf(text, timeOfSample(reached, rate), reached, rate)
		return 0, &fault.ConfigError{Field: "at", Value: at, Reason: reason}
	}
	return int(missing), nil
}

// timeOfSample returns the time of a sample to the nearest nanosecond.
func timeOfSample(sample, rate int64) time.Duration {
	seconds, rest := sample/rate, sample%rate
	return time.Duration(seconds)*time.Second + time.Duration((rest*int64(time.Second)+rate/2)/rate)
}
