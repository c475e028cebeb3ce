package muxer

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
)

// UnusedOptionsError says which options the container did not use.
type UnusedOptionsError struct{ Names []string }

func (e *UnusedOptionsError) Error() string {
	return fmt.Sprintf("the container does not use the options %q", e.Names)
}

func (m *Mux) openIO() error {
	io, err := astiavx.NewIO(m.dst, m.dst.CanSeek(), m.dst.BufferSize(0))
	if err != nil {
		return fmt.Errorf("open the destination: %w", err)
	}
	m.io = io
	m.closer.Add(io.Free)
	return nil
}

func (m *Mux) openFormat(name string) error {
	format, err := astiav.AllocOutputFormatContext(nil, name, m.dst.URL())
	if err != nil {
		return fmt.Errorf("container %s: %w", name, err)
	}
	live.New("container")
	m.format = format
	log := astiavx.LogContainer(format, m.log)
	m.closer.Add(func() {
		live.Freed("container")
		format.Free()
		log.Remove()
	})
	m.io.Serve(format)
	return nil
}

func (m *Mux) addStreams(streams []Stream) error {
	first := map[astiav.MediaType]bool{}
	for _, s := range streams {
		stream := m.format.NewStream(nil)
		if stream == nil {
			return errors.New("add a stream: out of memory")
		}
		if err := s.Codec.ToCodecParameters(stream.CodecParameters()); err != nil {
			return fmt.Errorf("add a stream: %w", err)
		}
		if tag := container.CodecTag(m.format.OutputFormat().Name(), s.Codec.CodecID(), s.Tag); tag != "" {
			stream.CodecParameters().SetCodecTag(astiav.CodecTag(binary.LittleEndian.Uint32([]byte(tag))))
		}
		if kind := s.Codec.MediaType(); !first[kind] { // Matroska says so only of those that are told
			first[kind] = true
			stream.SetDispositionFlags(stream.DispositionFlags().Add(astiav.DispositionFlagDefault))
		}
		stream.SetSampleAspectRatio(s.Codec.SampleAspectRatio())
		if s.Alter != nil {
			s.Alter(stream.CodecParameters())
		}
		if err := container.CheckStream(m.format.OutputFormat().Name(), stream.CodecParameters()); err != nil {
			return err
		}
		if container.HidesFrameSize(m.format.OutputFormat().Name(), s.Codec.CodecID()) {
			stream.CodecParameters().SetFrameSize(0)
		}
		stream.SetTimeBase(s.timeBase())
		if s.FrameRate.Num() > 0 {
			stream.SetAvgFrameRate(s.rate())
		}
		t := track{
			from: s.Codec.TimeBase(), kind: s.Codec.MediaType(), lead: leadOf(s), needsPacket: container.NeedsPacket(s.Codec.CodecID()), sample: s.Sample, block: int64(s.Codec.FrameSize()),
		}
		if container.NeedsHeadersInBand(m.format.OutputFormat(), s.Codec) {
			var err error
			if t.headers, err = newInBand(stream, t.from); err != nil {
				return err
			}
			m.closer.Add(t.headers.free)
		}
		m.tracks = append(m.tracks, t)
	}
	return nil
}

// rate is the frame rate that the container is told.
func (s Stream) rate() astiav.Rational {
	if s.OtherRate.Num() > 0 {
		return s.OtherRate
	}
	return s.FrameRate
}

func (s Stream) timeBase() astiav.Rational {
	if s.OtherRate.Num() > 0 {
		return s.OtherRate.Invert()
	}
	return s.Codec.TimeBase()
}

func (m *Mux) writeHeader(cfg Config) error {
	options, err := astiavx.NewDictionary(cfg.spec(m.dst).MuxerOptions())
	if err != nil {
		return err
	}
	defer options.Free()
	metadata, err := astiavx.NewDictionary(cfg.Metadata)
	if err != nil {
		return err
	}
	m.format.SetMetadata(metadata) // which takes it over
	if err := m.format.WriteHeader(options); err != nil {
		return m.explain("write the header", err)
	}
	if unused := astiavx.DictionaryKeys(options); len(unused) > 0 {
		return &UnusedOptionsError{Names: unused}
	}
	return m.explain("write the header", nil)
}

// spec describes the file to package container.
func (c Config) spec(dst *destination.Destination) container.Spec {
	codecs := make([]astiav.CodecID, len(c.Streams))
	for i, s := range c.Streams {
		codecs[i] = s.Codec.CodecID()
	}
	return container.Spec{
		Format: c.Format, Options: c.Options, Codecs: codecs,
		CanSeek: dst.CanSeek(), CanReadAgain: dst.URL() != "", CrashSafe: c.CrashSafe,
	}
}

// CanBeCrashSafe says whether a container can be written to dst so that a killed process leaves a
// file that is readable, but for its last half second.
func CanBeCrashSafe(cfg Config, dst *destination.Destination) bool {
	return cfg.spec(dst).CanBeCrashSafe()
}

// checkRates finds a stream of pictures whose frame rate the container, whose header has been
// written, cannot signal.
func (m *Mux) checkRates(streams []Stream) error {
	for i, s := range streams {
		if s.FrameRate.Num() <= 0 {
			continue
		}
		clock := m.format.Streams()[i].TimeBase()
		err := container.CheckRate(m.format.OutputFormat(), s.Codec.Height(), clock, s.rate())
		if err != nil {
			err.Stream = i
			return err
		}
	}
	return nil
}
