package plan

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// placedChannels is the largest number of channels that are mixed. Readers do not agree on the
// places of more channels.
const placedChannels = 8

// maxChannels is the largest number of channels that the resampler takes (SWR_CH_MAX in FFmpeg's
// libswresample).
const maxChannels = 64

// layouts are FFmpeg's default layouts by number of channels (av_channel_layout_default).
var layouts = [placedChannels + 1]astiav.ChannelLayout{
	1: astiav.ChannelLayoutMono,
	2: astiav.ChannelLayoutStereo,
	3: astiav.ChannelLayout2Point1,
	4: astiav.ChannelLayout4Point0,
	5: astiav.ChannelLayout5Point0Back,
	6: astiav.ChannelLayout5Point1Back,
	7: astiav.ChannelLayout6Point1,
	8: astiav.ChannelLayout7Point1,
}

// DefaultChannelLayout returns FFmpeg's default layout of a number of channels. Most numbers above
// eight have none: their channels have numbers, but no places.
func DefaultChannelLayout(channels int) astiav.ChannelLayout {
	if channels > placedChannels {
		return astiavx.UsualLayout(channels)
	}
	return layouts[channels]
}

// encoderLayouts are the layouts, by encoder and number of channels, that are not FFmpeg's default
// and that the encoder does not list first, or does not list: those of Opus (RFC 7845, 5.1.1.2),
// and the layout of seven channels that AAC has a number for (ISO/IEC 14496-3, channel
// configuration 11). With the default layout of seven, FFmpeg's AAC encoder exchanges channels.
var encoderLayouts = map[string]map[int]astiav.ChannelLayout{
	"libopus": {3: astiav.ChannelLayoutSurround, 4: astiav.ChannelLayoutQuad},
	"aac":     {7: astiav.ChannelLayout6Point1Back},
}

// outputLayout chooses the layout of the encoded channels: the one in encoderLayouts, FFmpeg's
// default, or the first that the encoder lists for the number of channels.
func (p *Audio) outputLayout(codec *astiav.Codec) (astiav.ChannelLayout, error) {
	channels := p.Config.OutNumChannels
	usual := DefaultChannelLayout(channels)
	if l, ok := encoderLayouts[codec.Name()][channels]; ok {
		return l, nil
	}
	supported := codec.SupportedChannelLayouts()
	if len(supported) == 0 {
		return usual, nil
	}
	var names []string
	for _, l := range supported {
		if l.Equal(usual) {
			return usual, nil
		}
		names = append(names, fmt.Sprintf("%d (%s)", l.Channels(), l))
	}
	for _, l := range supported {
		if l.Channels() == channels {
			return l, nil
		}
	}
	reason := codec.Name() + " does not encode this number of channels; " + p.ChannelsAdvice("one that it does")
	return usual, &fault.ConfigError{Field: p.ChannelsField(), Value: channels, Reason: reason, Supported: names}
}

// ChannelsField returns the name of the field that sets the number of encoded channels.
func (p *Audio) ChannelsField() string {
	if p.Config.OutNumChannels == p.Config.NumChannels {
		return "NumChannels"
	}
	return "OutNumChannels"
}

// ChannelsAdvice tells the user, for an error, how to get another number of channels. The argument
// describes the number, such as "1".
func (p *Audio) ChannelsAdvice(number string) string {
	if p.Config.NumChannels > placedChannels {
		const text = "more than %d are not mixed: feed fewer, or take a codec for many, " +
			"such as pcm_s16le, pcm_f32le or wavpack"
		return fmt.Sprintf(text, placedChannels)
	}
	return "set OutNumChannels to " + number
}
