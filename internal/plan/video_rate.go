package plan

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/fault"
)

// readRates turns the frame rates into fractions.
func (p *Video) readRates() (err error) {
	const examples = "such as 30 or 30000.0/1001"
	p.Rate, err = readRate("FrameRate", p.Config.FrameRate, examples)
	p.OutRate = p.Rate
	if err == nil && p.ChangesRate() {
		p.OutRate, err = readRate("OutFrameRate", p.Config.OutFrameRate, examples+"; 0 means that of the input")
	}
	return err
}

// readRate turns the frame rate of a field into a fraction.
func readRate(field string, perSecond float64, examples string) (astiav.Rational, error) {
	rate, ok := nearestFraction(perSecond)
	if !ok {
		reason := "must be frames per second, from 0.000001 to 2147483647, " + examples
		return rate, &fault.ConfigError{Field: field, Value: perSecond, Reason: reason}
	}
	return rate, nil
}

// ChangesRate says whether frames are repeated or left out, so that the encoded video has the rate
// OutRate.
func (p *Video) ChangesRate() bool { return p.Config.OutFrameRate != 0 }

// RateField returns the name of the field that decides the rate of the encoded video, and its
// value.
func (p *Video) RateField() (name string, perSecond float64) {
	if p.ChangesRate() {
		return "OutFrameRate", p.Config.OutFrameRate
	}
	return "FrameRate", p.Config.FrameRate
}
