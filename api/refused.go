package api

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/nodes"
)

// explain turns what a container has against a header into an error that says what would do.
func (b *builder) explain(cfg muxer.Config, dst *destination.Destination, err error) error {
	if unused, ok := errors.AsType[*muxer.UnusedOptionsError](err); ok {
		return &ConfigError{Field: "FormatOptions", Value: unused.Names, Reason: b.container.Name + " does not use them"}
	}
	if needs, ok := errors.AsType[*container.NeedsFileError](err); ok {
		return b.needsFile(needs.Option)
	}
	if rate, ok := errors.AsType[*container.RateError](err); ok {
		return b.explainRate(rate)
	}
	if !dst.CanSeek() && b.takes(cfg, destination.DryFile("")) {
		return &ConfigError{
			Field: "Format", Value: b.container.Name, Err: err,
			Reason:    "it cannot be written front to back; give a file or an io.WriteSeeker such as MemoryFile, or a container that can",
			Supported: []string{"mp4", "mov", "matroska", "webm", "mpegts", "flv", "ogg"},
		}
	}
	if blamed := b.blame(cfg, dst); blamed != nil {
		return blamed
	}
	reason := "the container refuses these streams"
	if len(cfg.Streams) > 1 && b.eachAlone(cfg, dst) {
		reason = "takes each of these streams alone, but not together; take another container"
	}
	return &ConfigError{Field: "Format", Value: b.container.Name, Reason: reason, Err: err}
}

// takes says whether the container takes a header, as far as that is still to be tried.
func (b *builder) takes(cfg muxer.Config, dst *destination.Destination) bool {
	b.headers++
	return b.headers <= mostHeaders && !b.wanted.no() && muxer.Try(cfg, dst) == nil
}

func (b *builder) needsFile(option string) error {
	e := &ConfigError{Field: "Format", Value: b.container.Name, Reason: "FFmpeg reads it again to finish it; write it to a file, with OpenFile"}
	if option != "" {
		e.Field, e.Value = "FormatOptions["+option+"]", b.muxer[option]
		e.Reason = "FFmpeg reads the output again to do this; write it to a file, with OpenFile, or leave it out"
	}
	return e
}

// blame finds the stream, and what of it, that the container refuses: first the one that is wrong alone, then one of several.
func (b *builder) blame(cfg muxer.Config, dst *destination.Destination) error {
	for i, own := range cfg.Streams {
		err := b.inputs[i].blame(b, own, func(s muxer.Stream) bool {
			other := cfg
			other.Streams = slices.Clone(cfg.Streams)
			other.Streams[i] = s
			return b.takes(other, dst)
		})
		if err != nil {
			return streamError(i, err)
		}
	}
	if len(cfg.Streams) < 2 {
		return nil
	}
	alone := cfg
	for i, own := range cfg.Streams {
		try := func(s muxer.Stream) bool {
			alone.Streams = []muxer.Stream{s}
			return b.takes(alone, dst)
		}
		if try(own) {
			continue
		}
		if err := b.inputs[i].blame(b, own, try); err != nil {
			return streamError(i, err)
		}
	}
	return nil
}

func (b *builder) eachAlone(cfg muxer.Config, dst *destination.Destination) bool {
	alone := cfg
	return !slices.ContainsFunc(cfg.Streams, func(s muxer.Stream) bool {
		alone.Streams = []muxer.Stream{s}
		return !b.takes(alone, dst)
	})
}

// carried lists the encoders, of those that are well known and the container's default, of which the container takes a stream.
func (b *builder) carried(media astiav.MediaType, takes func(*astiav.Codec) bool) []string {
	candidates := slices.Clone(wellKnownEncoders)
	for _, id := range []astiav.CodecID{b.container.VideoCodec, b.container.AudioCodec} {
		if codec := astiav.FindEncoder(id); codec != nil && !slices.Contains(candidates, codec.Name()) {
			candidates = append(candidates, codec.Name())
		}
	}
	var names []string
	for _, name := range candidates {
		codec := astiav.FindEncoderByName(name)
		if codec == nil || codec.ID().MediaType() != media {
			continue
		}
		if can, known := b.container.Carries(codec.ID()); known && !can {
			continue
		}
		if takes(codec) {
			names = append(names, name)
		}
	}
	return names
}

func (b *builder) blameCodec(codec *astiav.CodecContext, carried []string) error {
	if len(carried) == 0 {
		return nil
	}
	return &ConfigError{
		Field: "Codec", Value: astiavx.OpenEncoder(codec), Supported: carried,
		Reason: fmt.Sprintf("%s cannot carry %s so; take another container, or one of these", b.container.Name, codec.CodecID().Name()),
	}
}

// blame tells the container that the stream has another rate, or is of other codecs: to open their encoders would take long.
func (s *VideoStream) blame(b *builder, own muxer.Stream, try func(muxer.Stream) bool) error {
	if err := s.blameRate(b, own, try); err != nil {
		return err
	}
	return b.blameCodec(own.Codec, b.carried(astiav.MediaTypeVideo, func(codec *astiav.Codec) bool {
		own.Alter = func(p *astiav.CodecParameters) {
			p.SetCodecID(codec.ID())
			p.SetCodecTag(0)
		}
		return try(own)
	}))
}

// channelProbes are the numbers of channels that are tried where a container refuses another.
var channelProbes = []int{1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 32, 64}

func (s *AudioStream) blame(b *builder, own muxer.Stream, try func(muxer.Stream) bool) error {
	altered := func(alter func(*astiav.CodecParameters)) bool {
		return try(muxer.Stream{Codec: own.Codec, Alter: alter})
	}
	var rates, channels []string
	for _, rate := range []int{8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000} {
		if altered(func(p *astiav.CodecParameters) { p.SetSampleRate(rate) }) {
			rates = append(rates, strconv.Itoa(rate))
		}
	}
	if len(rates) > 0 {
		reason := b.container.Name + " does not carry this rate; set OutSampleRate to one that it does"
		return &ConfigError{Field: s.plan.rateField(), Value: s.plan.cfg.OutSampleRate, Reason: reason, Supported: rates}
	}
	for _, n := range channelProbes {
		layout := layoutOf(n)
		if altered(func(p *astiav.CodecParameters) { p.SetChannelLayout(layout) }) {
			channels = append(channels, strconv.Itoa(n))
		}
	}
	if len(channels) > 0 {
		reason := b.container.Name + " does not carry so many channels; " + s.plan.otherChannels("a number that it does")
		return &ConfigError{Field: s.plan.channelsField(), Value: s.plan.cfg.OutNumChannels, Reason: reason, Supported: channels}
	}
	return b.blameCodec(own.Codec, b.carried(astiav.MediaTypeAudio, func(codec *astiav.Codec) bool {
		plan, err := newAudioPlan(AudioConfig{SampleRate: 48000, NumChannels: min(2, s.plan.cfg.OutNumChannels), Codec: codec.Name()})
		if err != nil {
			return false
		}
		e, err := plan.open(b.wanted, nil, b.container) // since Ogg looks into what only the encoder knows
		if err != nil {
			return false
		}
		defer nodes.FreeCodecContext(e.codec)
		return try(muxer.Stream{Codec: e.codec})
	}))
}
