package plan

import (
	"fmt"

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
