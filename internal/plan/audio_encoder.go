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

// AudioEncoder is a plan for one encoder.
type AudioEncoder struct {
	Spec                  nodes.SampleSpec
	BitRate               int64 // 0: FFmpeg's default
	Options, MuxerOptions []avoption.Option
}

// ForEncoder decides all that follows from the encoder and the containers; none: they are not known
// yet.
func (p *Audio) ForEncoder(encoder *astiav.Codec, containers ...astiavx.Container) (s AudioEncoder, err error) {
	if s.Spec, err = p.output(encoder); err != nil {
		return s, err
	}
	if p.Config.BitRate > 0 {
		s.BitRate = codec.NearestBitRate(
			encoder.Name(),
			p.Config.BitRate,
			int64(s.Spec.Rate),
			int64(s.Spec.Layout.Channels()),
		)
	}
	list, err := avoption.FromMap(p.Config.ExtraOptions, handledAudioOptions)
	if err != nil {
		return s, err
	}
	if s.Options, s.MuxerOptions, err = codec.SplitOptions(encoder.Name(), list, codec.ContainerNames(containers)); err == nil {
		s.keepOpusOrder(encoder)
	}
	return s, err
}

// keepOpusOrder asks for the mapping of channels that RFC 7845 defines, unless another is asked
// for. FFmpeg's default for it means the same, but leads 5 and 7 channels into wrong places
// (libavcodec_libopus_channel_map in libopusenc.c). More than 8 have no places in Opus, which is
// mapping 255.
func (s *AudioEncoder) keepOpusOrder(codec *astiav.Codec) {
	const key = "mapping_family"
	said := slices.ContainsFunc(s.Options, func(o avoption.Option) bool { return o.Key == key })
	n, family := s.Spec.Layout.Channels(), 1
	if n > placedChannels {
		family = 255
	}
	if codec.Name() == "libopus" && (n == 5 || n == 7 || n > placedChannels) && !said {
		s.Options = append(
			slices.Clip(s.Options),
			avoption.Option{Field: avoption.ExtraField(key), Key: key, Value: strconv.Itoa(family), Given: family},
		)
	}
}
