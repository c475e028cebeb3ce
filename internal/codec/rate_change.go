package codec

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/nodes"
)

// changesRate are the encoders whose bit rate can change while they encode. NVENC takes another
// rate (reconfig_encoder in nvenc.c). Libx264 does so only at a constant bit rate: "We don't
// support changing the ABR bitrate right now", says x264's ratecontrol.c. A second encoder of
// libx264 therefore goes on where the first one ends; its header is the same.
var changesRate = slices.Concat([]string{"libx264", "libx264rgb"}, gpu.Encoders())

// RateChange changes the bit rate of an open encoder. Its methods may be called by several
// goroutines at once.
type RateChange struct {
	opener Opener
	header []byte // of the open encoder
}

// NewRateChange returns the RateChange of an encoder that the opener has opened.
func NewRateChange(opener Opener, open *astiav.CodecContext) *RateChange {
	return &RateChange{opener: opener, header: open.ExtraData()}
}

// Check returns an error, a *fault.ConfigError, if the encoder cannot change to a bit rate, in bits
// per second.
func (r *RateChange) Check(rate int64) error {
	_, err := BitRateOption(r.opener.Codec.Name(), rate)
	if cannot := r.checkEncoder(rate); cannot != nil {
		return cannot
	}
	if err != nil || !r.reopens() {
		return err
	}
	cc, err := r.open(rate)
	if err == nil {
		nodes.FreeCodecContext(cc)
	}
	return err
}

// Apply returns an encoder with a bit rate that Check has allowed: the one that it is given, or a
// new one, which goes on where that one ends.
func (r *RateChange) Apply(cc *astiav.CodecContext, rate int64) (*astiav.CodecContext, error) {
	if r.reopens() {
		return r.open(rate)
	}
	for _, o := range r.options(rate) {
		if !slices.Contains(rateOptions, o.Key) {
			continue
		}
		if err := astiavx.SetOption(cc, o.Key, o.Value); err != nil {
			return nil, fmt.Errorf("set %s to %s: %w", o.Key, o.Value, err)
		}
	}
	return cc, nil
}

// reopens reports whether a second encoder goes on with the new rate.
func (r *RateChange) reopens() bool { return !slices.Contains(gpu.Encoders(), r.opener.Codec.Name()) }

// rateOptions are those that change with the bit rate, in proportion.
var rateOptions = []string{"b", "maxrate", "bufsize", "minrate"}

// ownRate are the parameters of x264 that set what the bit rate changes, or that the header tells.
var ownRate = []string{
	"bitrate", "crf", "qp", "qp-constant", "vbv-maxrate", "vbv-bufsize", "nal-hrd", "pass", "stats",
}

// checkEncoder returns why the encoder, with its options, cannot change its bit rate.
func (r *RateChange) checkEncoder(rate int64) error {
	encoder := r.opener.Codec.Name()
	refused := &fault.ConfigError{
		Field: "BitRate", Value: rate, Supported: slices.DeleteFunc(slices.Clone(changesRate), isHardware),
	}
	if !slices.Contains(changesRate, encoder) {
		refused.Reason = encoder + " cannot change its bit rate while it encodes; take another encoder"
		return refused
	}
	if r.opener.Pass != nil {
		refused.Supported = nil
		refused.Reason = "cannot change within two passes, which divide one bit rate among all pictures"
		return refused
	}
	isRate := func(o avoption.Option) bool { return o.Key == "b" }
	if !slices.ContainsFunc(r.opener.Options, isRate) {
		refused.Supported = nil
		refused.Reason = "changes a bit rate, and VideoConfig.BitRate sets none; set it, without CRF"
		return refused
	}
	for _, o := range r.opener.Options {
		if err := r.checkOption(o); err != nil {
			return err
		}
	}
	return nil
}

// checkOption returns why the bit rate cannot change beside an option.
func (r *RateChange) checkOption(o avoption.Option) error {
	const text = "keeps the bit rate from being changed; leave %s out"
	switch {
	case o.Key == "crf", o.Key == "qp", o.Key == "nal-hrd" && o.Value != "none" && o.Value != "0", o.Key == "stats":
		return o.ConfigError(fmt.Sprintf(text, "it"))
	case o.Key == "flags":
		flags, err := astiavx.CheckEncoderOption(r.opener.Codec.Name(), o.Key, o.Value)
		if err == nil && int64(flags)&passFlags != 0 {
			return o.ConfigError(fmt.Sprintf(text, "pass1 and pass2"))
		}
		return nil
	}
	for _, p := range r.opener.parameters(o) {
		if slices.Contains(ownRate, p.FoldedName()) {
			return o.ConfigError(fmt.Sprintf(text, p.Name))
		}
	}
	return nil
}

// options returns the options of the encoder with another bit rate.
func (r *RateChange) options(rate int64) []avoption.Option {
	encoder := r.opener.Codec.Name()
	value := func(o avoption.Option) float64 {
		v, _ := astiavx.CheckEncoderOption(encoder, o.Key, o.Value) // the encoder has been opened with it
		return v
	}
	all := slices.Clone(r.opener.Options)
	first := all[slices.IndexFunc(all, func(o avoption.Option) bool { return o.Key == "b" })]
	for i, o := range all {
		switch {
		case o.Key == "b":
			all[i].Value = fmt.Sprint(rate)
		case slices.Contains(rateOptions, o.Key):
			all[i].Value = fmt.Sprintf("%.0f", min(value(o)*float64(rate)/value(first), mostBitRate))
		}
	}
	return all
}

// open opens another encoder with a bit rate. Its header must be that of the first one.
func (r *RateChange) open(rate int64) (*astiav.CodecContext, error) {
	opener := r.opener
	opener.Options = r.options(rate)
	level := h264Level(r.header)
	sameKey := func(o avoption.Option) bool { return o.Key == "level" }
	if level != "" && !slices.ContainsFunc(opener.Options, sameKey) {
		o := avoption.Option{Field: avoption.ExtraField("level"), Key: "level", Value: level, Given: level}
		opener.Options = append(opener.Options, o)
	}
	cc, err := opener.OpenSecond()
	if err != nil {
		return nil, &fault.ConfigError{
			Field: "BitRate", Value: rate, Reason: opener.Codec.Name() + " does not open with it", Err: err,
		}
	}
	if !bytes.Equal(cc.ExtraData(), r.header) {
		nodes.FreeCodecContext(cc)
		const reason = "would change the header of the stream, which its outputs have written"
		return nil, &fault.ConfigError{Field: "BitRate", Value: rate, Reason: reason}
	}
	return cc, nil
}

// h264Level returns the level (level_idc, ITU-T H.264 7.3.2.1.1) that the header of a stream
// states, as libx264 takes it; "": there is no header. By itself, x264 chooses the level by the bit
// rate.
func h264Level(header []byte) string {
	const sequence = 7 // nal_unit_type of a sequence parameter set
	for {
		i := bytes.Index(header, []byte{0, 0, 1})
		if i < 0 || len(header) < i+7 {
			return ""
		}
		unit := header[i+3:]
		if unit[0]&0x1f == sequence {
			constraint3 := unit[2]&0x10 != 0
			if unit[3] == 11 && constraint3 { // 1b, in the profiles below High
				return "1b"
			}
			return fmt.Sprint(unit[3])
		}
		header = unit
	}
}
