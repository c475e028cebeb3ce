package graph

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/nodes"
)

// mostHeaders bounds how many headers are written in memory to find out what a container refuses. A
// search takes a few hundred at most, unless there are very many streams.
const mostHeaders = 1000

// refusal finds out what the container of an output refuses in a header.
type refusal struct {
	*target
	inputs   []streamBuild
	canceled codec.Canceled
	headers  int // written so far
}

// explain turns what a container has against a header into an error that says what would do.
func (r *refusal) explain(cfg muxer.Config, dst *destination.Destination, err error) error {
	if unused, ok := errors.AsType[*muxer.UnusedOptionsError](err); ok {
		return &fault.ConfigError{
			Field:  "FormatOptions",
			Value:  unused.Names,
			Reason: r.Container.Name + " does not use them",
		}
	}
	if needs, ok := errors.AsType[*container.NeedsFileError](err); ok {
		return r.needsFile(needs.Option)
	}
	if rate, ok := errors.AsType[*container.RateError](err); ok {
		return r.explainRate(rate)
	}
	if !dst.CanSeek() && r.takes(cfg, destination.DryFile("")) {
		return &fault.ConfigError{
			Field:     "Format",
			Value:     r.Container.Name,
			Err:       err,
			Reason:    "it cannot be written front to back; give a file or an io.WriteSeeker such as MemoryFile, or a container that can",
			Supported: []string{"mp4", "mov", "matroska", "webm", "mpegts", "flv", "ogg"},
		}
	}
	if blamed := r.blame(cfg, dst); blamed != nil {
		return blamed
	}
	reason := "the container refuses these streams"
	if len(cfg.Streams) > 1 && r.eachAlone(cfg, dst) {
		reason = "takes each of these streams alone, but not together; take another container"
	}
	return &fault.ConfigError{Field: "Format", Value: r.Container.Name, Reason: reason, Err: err}
}

// takes says whether the container takes a header, as far as that is still to be tried.
func (r *refusal) takes(cfg muxer.Config, dst *destination.Destination) bool {
	r.headers++
	return r.headers <= mostHeaders && !r.canceled.Now() && muxer.Try(cfg, dst) == nil
}

func (r *refusal) needsFile(option string) error {
	e := &fault.ConfigError{
		Field:  "Format",
		Value:  r.Container.Name,
		Reason: "FFmpeg reads it again to finish it; write it to a file, with OpenFile",
	}
	if option != "" {
		e.Field, e.Value = "FormatOptions["+option+"]", r.MuxerOptions[option]
		e.Reason = "FFmpeg reads the output again to do this; write it to a file, with OpenFile, or leave it out"
	}
	return e
}

// blame finds the stream, and what of it, that the container refuses: first the one that is wrong
// alone, then one of several.
func (r *refusal) blame(cfg muxer.Config, dst *destination.Destination) error {
	for i, own := range cfg.Streams {
		err := r.inputs[i].blame(r, own, func(s muxer.Stream) bool {
			other := cfg
			other.Streams = slices.Clone(cfg.Streams)
			other.Streams[i] = s
			return r.takes(other, dst)
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
			return r.takes(alone, dst)
		}
		if try(own) {
			continue
		}
		if err := r.inputs[i].blame(r, own, try); err != nil {
			return streamError(i, err)
		}
	}
	return nil
}

func (r *refusal) eachAlone(cfg muxer.Config, dst *destination.Destination) bool {
	alone := cfg
	return !slices.ContainsFunc(cfg.Streams, func(s muxer.Stream) bool {
		alone.Streams = []muxer.Stream{s}
		return !r.takes(alone, dst)
	})
}

// carried lists the encoders, of those that are well known and the container's default, of which
// the container takes a stream.
func (r *refusal) carried(media astiav.MediaType, takes func(*astiav.Codec) bool) []string {
	candidates := slices.Clone(codec.WellKnownEncoders)
	for _, id := range []astiav.CodecID{r.Container.VideoCodec, r.Container.AudioCodec} {
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
		if can, known := container.Carries(r.Container.Name, codec.ID()); known && !can {
			continue
		}
		if takes(codec) {
			names = append(names, name)
		}
	}
	return names
}

func (r *refusal) blameCodec(codec *astiav.CodecContext, carried []string) error {
	if len(carried) == 0 {
		return nil
	}
	return &fault.ConfigError{
		Field:     "Codec",
		Value:     astiavx.OpenEncoder(codec),
		Supported: carried,
		Reason: fmt.Sprintf(
			"%s cannot carry %s so; take another container, or one of these",
			r.Container.Name,
			codec.CodecID().Name(),
		),
	}
}

// blame tells the container that the stream has another rate, or is of other codecs: to open their
// encoders would take long.
func (s *videoBuild) blame(r *refusal, own muxer.Stream, try func(muxer.Stream) bool) error {
	if err := s.blameRate(r, own, try); err != nil {
		return err
	}
	return r.blameCodec(own.Codec, r.carried(astiav.MediaTypeVideo, func(codec *astiav.Codec) bool {
		own.Alter = func(p *astiav.CodecParameters) {
			p.SetCodecID(codec.ID())
			p.SetCodecTag(0)
		}
		return try(own)
	}))
}

// channelProbes are the numbers of channels that are tried where a container refuses another.
var channelProbes = []int{1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 32, 64}

func (s *audioBuild) blame(r *refusal, own muxer.Stream, try func(muxer.Stream) bool) error {
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
		reason := r.Container.Name + " does not carry this rate; set OutSampleRate to one that it does"
		return &fault.ConfigError{
			Field:     s.plan.RateField(),
			Value:     s.plan.Config.OutSampleRate,
			Reason:    reason,
			Supported: rates,
		}
	}
	for _, n := range channelProbes {
		layout := plan.DefaultChannelLayout(n)
		if altered(func(p *astiav.CodecParameters) { p.SetChannelLayout(layout) }) {
			channels = append(channels, strconv.Itoa(n))
		}
	}
	if len(channels) > 0 {
		reason := r.Container.Name + " does not carry so many channels; " + s.plan.ChannelsAdvice("a number that it does")
		return &fault.ConfigError{
			Field:     s.plan.ChannelsField(),
			Value:     s.plan.Config.OutNumChannels,
			Reason:    reason,
			Supported: channels,
		}
	}
	return r.blameCodec(own.Codec, r.carried(astiav.MediaTypeAudio, func(codec *astiav.Codec) bool {
		plan, err := plan.NewAudio(
			plan.AudioConfig{SampleRate: 48000, NumChannels: min(2, s.plan.Config.OutNumChannels), Codec: codec.Name()},
		)
		if err != nil {
			return false
		}
		opening := audioOpening{plan: plan, containers: []astiavx.Container{r.Container}, canceled: r.canceled}
		e, err := opening.open() // since Ogg looks into what only the encoder knows
		if err != nil {
			return false
		}
		defer nodes.FreeCodecContext(e.codec)
		return try(muxer.Stream{Codec: e.codec})
	}))
}
