package graph

import (
	"errors"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/nodes"
)

// telephoneRate is the only sample rate, in Hz, of codecs for speech on telephones, most of which
// also have one channel only (ITU-T G.723.1, G.726).
const telephoneRate = 8000

// moveBitRate moves a bit rate that keeps the encoder from opening to the nearest with which it
// opens: towards FFmpeg's default, by halves, to within 1 % or 100 bits per second. It returns
// false, and leaves the bit rate as it is, if the bit rate is not what keeps the encoder from
// opening.
func (a *audioAttempt) moveBitRate() bool {
	asked := a.encoded.BitRate
	if asked == 0 {
		return false
	}
	a.encoded.BitRate = 0
	cc, err := a.opener.Probe()
	if err != nil {
		a.encoded.BitRate = asked
		return false
	}
	opens, fails := cc.BitRate(), asked
	nodes.FreeCodecContext(cc)
	if opens == 0 { // a quality instead, as of libvorbis: two bits for each sample are a rate that it has
		opens = 2 * int64(a.encoded.Spec.Rate*a.encoded.Spec.Layout.Channels())
	}
	for codec.Distance(opens, fails) > max(100, min(opens, fails)/100) {
		a.encoded.BitRate = opens + (fails-opens)/2
		if a.opener.Opens() {
			opens = a.encoded.BitRate
		} else {
			fails = a.encoded.BitRate
		}
	}
	a.encoded.BitRate = opens
	if opens > 0 && a.opener.Opens() {
		return true
	}
	a.encoded.BitRate = asked
	return false
}

// opensWith reports whether the encoder opens after a change of its settings. The change is undone.
func (a *audioAttempt) opensWith(change func(s *plan.AudioEncoder)) bool {
	planned := a.encoded
	change(&a.encoded)
	opens := a.opener.Opens()
	a.encoded = planned
	return opens
}

// explain returns an error about the setting that keeps the encoder from opening.
func (a *audioAttempt) explain(err error) error {
	if _, ok := errors.AsType[*fault.ConfigError](err); ok {
		return err
	}
	name := a.opener.Codec.Name()
	known := codec.ExplainEncoder(name, err)
	if known != nil {
		return known
	}
	spec := a.encoded.Spec
	e := a.explainField()
	if e != nil {
		e.Err = codec.Informative(err)
		return e
	}
	return &fault.ConfigError{
		Field: "Codec", Value: name, Err: err,
		Reason: fmt.Sprintf("the encoder does not open for %d Hz, %s", spec.Rate, spec.Layout),
	}
}

// explainField returns the error about the field without which the encoder opens, or nil.
func (a *audioAttempt) explainField() *fault.ConfigError {
	p, name, spec := a.plan, a.opener.Codec.Name(), a.encoded.Spec
	channels := &fault.ConfigError{
		Field: p.ChannelsField(), Value: p.Config.OutNumChannels,
		Reason: name + " does not encode so many channels; " + p.ChannelsAdvice("1"),
	}
	mono := astiav.ChannelLayoutMono
	switch {
	case a.opensWith(func(s *plan.AudioEncoder) { s.BitRate = 0 }):
		const text = "%s does not encode %d Hz, %s, at this rate; 0 lets FFmpeg choose"
		return &fault.ConfigError{
			Field: "BitRate", Value: p.Config.BitRate, Reason: fmt.Sprintf(text, name, spec.Rate, spec.Layout),
		}
	case a.opensWith(func(s *plan.AudioEncoder) { s.Spec.Rate = telephoneRate }):
		return &fault.ConfigError{
			Field: p.RateField(), Value: spec.Rate,
			Reason: fmt.Sprintf("%s does not encode this rate; set OutSampleRate to %d", name, telephoneRate),
		}
	case a.opensWith(func(s *plan.AudioEncoder) { s.Spec.Layout = mono }):
		return channels
	case spec.Layout.Channels() == 1:
		return nil
	case a.opensWith(func(s *plan.AudioEncoder) { s.Spec.Rate, s.Spec.Layout = telephoneRate, mono }):
		channels.Reason += fmt.Sprintf(", and OutSampleRate to %d", telephoneRate)
		return channels
	}
	return nil
}
