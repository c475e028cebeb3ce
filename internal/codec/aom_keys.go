package codec

import (
	"slices"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/nodes"
)

// aomKeyInterval is the interval of key frames of libaom if the config leaves it open, in frames:
// that of x264 and x265. Libaom's own is 9999.
const aomKeyInterval = "250"

// withSteadyKeys has libaom make key frames at their interval and where they are ordered, and not
// at changes of scene. In one pass of the usage "good" (3.6 at least), it finds some of these when
// it has already begun with the picture, has no statistics of it, and ends the process
// (av1_get_second_pass_params and av1_twopass_postencode_update in pass2_strategy.c). FFmpeg's
// wrapper turns the search off if the least interval is the largest.
func (o *Opener) withSteadyKeys(options []avoption.Option) []avoption.Option {
	if o.Codec.Name() != "libaom-av1" || o.Pass != nil || !hasUsageGood(options) {
		return options
	}
	interval := avoption.Option{Field: "KeyInterval", Key: "g", Value: aomKeyInterval}
	if i := indexOfOption(options, "g"); i >= 0 {
		interval = options[i]
	}
	least := interval
	least.Key = "keyint_min"
	return append(slices.Clone(options), interval, least)
}

// hasUsageGood says whether libaom works in its usage "good", the default.
func hasUsageGood(options []avoption.Option) bool {
	i := indexOfOption(options, "usage")
	return i < 0 || options[i].Value == "good" || options[i].Value == "0"
}

// indexOfOption returns the index of an option; -1: it is not set.
func indexOfOption(options []avoption.Option, key string) int {
	return slices.IndexFunc(options, func(o avoption.Option) bool { return o.Key == key })
}

// CheckLeastInterval returns an error about a least interval of key frames, which libaom would have
// for changes of scene alone, unless it is the largest too.
func CheckLeastInterval(encoder string, options []avoption.Option) error {
	if encoder != "libaom-av1" || !hasUsageGood(options) {
		return nil
	}
	least, largest := indexOfOption(options, "keyint_min"), indexOfOption(options, "g")
	if least < 0 || largest >= 0 && options[least].Value == options[largest].Value {
		return nil
	}
	return options[least].ConfigError("libaom makes no key frames at changes of scene; leave it out, and set KeyInterval")
}

// looksAhead says whether an encoder is libaom in its usage "good" with a lookahead. It ends the
// process after some key frames that it is asked for (3.6 at least).
func looksAhead(encoder string, options []avoption.Option) bool {
	i := indexOfOption(options, "lag-in-frames")
	return encoder == "libaom-av1" && hasUsageGood(options) && (i < 0 || options[i].Value != "0")
}

// NextForKey returns what begins another encoder where a key frame is ordered, for an encoder that
// must not be asked for one; nil: it can be asked. The other one has the same settings. So its
// header, which libaom tells with its first packet alone, is the same, too.
func (o *Opener) NextForKey() nodes.NextForKey {
	if o.Pass != nil || !looksAhead(o.Codec.Name(), o.Options) {
		return nil
	}
	opener := o.ForLater()
	return opener.OpenSecond
}
