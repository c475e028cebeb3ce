package plan

import (
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/nodes"
)

// AudioEncoder is the plan for one encoder of an audio stream.
type AudioEncoder struct {
	Spec         nodes.SampleSpec  // of the samples that the encoder gets
	BitRate      int64             // in bits per second; 0: FFmpeg's default
	Options      []avoption.Option // of the encoder
	MuxerOptions []avoption.Option // options of the stream that a muxer takes
}

// ForEncoder plans everything that follows from the encoder and the containers. Without containers
// they are not known yet.
func (p *Audio) ForEncoder(encoder *astiav.Codec, containers ...astiavx.Container) (s AudioEncoder, err error) {
	if s.Spec, err = p.outputSpec(encoder); err != nil {
		return s, err
	}
	if p.Config.BitRate > 0 {
		rate, channels := int64(s.Spec.Rate), int64(s.Spec.Layout.Channels())
		s.BitRate = codec.NearestBitRate(encoder.Name(), p.Config.BitRate, rate, channels)
	}
	list, err := avoption.FromMap(p.Config.ExtraOptions, handledAudioOptions)
	if err != nil {
		return s, err
	}
	s.Options, s.MuxerOptions, err = codec.SplitOptions(encoder.Name(), list, codec.ContainerNames(containers))
	if err != nil {
		return s, err
	}
	s.keepOpusOrder(encoder)
	return s, nil
}

// keepOpusOrder sets the mapping of channels that RFC 7845 defines, unless the user sets one.
// FFmpeg's default means the same mapping, but sends the channels of 5 and of 7 to wrong places
// (libavcodec_libopus_channel_map in libopusenc.c). More than 8 channels have no places in Opus:
// that is mapping 255.
func (s *AudioEncoder) keepOpusOrder(codec *astiav.Codec) {
	const key = "mapping_family"
	isSet := slices.ContainsFunc(s.Options, func(o avoption.Option) bool { return o.Key == key })
	n, family := s.Spec.Layout.Channels(), 1
	if n > placedChannels {
		family = 255
	}
	if isSet || codec.Name() != "libopus" || n != 5 && n != 7 && n <= placedChannels {
		return
	}
	o := avoption.Option{Field: avoption.ExtraField(key), Key: key, Value: strconv.Itoa(family), Given: family}
	s.Options = append(slices.Clip(s.Options), o)
}
