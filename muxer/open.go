package muxer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
)

// UnusedOptionsError says which options the container did not use.
type UnusedOptionsError struct{ Names []string }

func (e *UnusedOptionsError) Error() string {
	return fmt.Sprintf("the container does not use the options %q", e.Names)
}

// ErrFrontToBack is why a container is refused that cannot be read when it was written front to back.
var ErrFrontToBack = errors.New("its header has to be mended at the end")

// NeedsFileError says that the container has to be read again when it is finished, which takes a file.
type NeedsFileError struct {
	Option string // that asks for it; "": the container itself does
}

func (e *NeedsFileError) Error() string {
	return "it is read again when it is finished, which takes a file"
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
		if tag := s.tagIn(m.format.OutputFormat().Name()); tag != "" {
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
		if err := fatal(m.format.OutputFormat().Name(), stream.CodecParameters()); err != nil {
			return err
		}
		if s.Codec.CodecID() == astiav.CodecIDVorbis && IsMovFamily(m.format.OutputFormat().Name()) {
			// libvorbis declares frames of 64 samples. The mov muxer refuses a last packet that leaves out more than that.
			stream.CodecParameters().SetFrameSize(0)
		}
		stream.SetTimeBase(s.timeBase())
		if s.FrameRate.Num() > 0 {
			stream.SetAvgFrameRate(s.rate())
		}
		t := track{
			from: s.Codec.TimeBase(), kind: s.Codec.MediaType(), lead: leadOf(s), needsPacket: needsPacket(s), sample: s.Sample, block: int64(s.Codec.FrameSize()),
		}
		if needsInBand(m.format, s.Codec) {
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
	options, err := astiavx.NewDictionary(optionsFor(cfg, m.dst.CanSeek()))
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

// mayBeFinished finds what would only fail at the end.
func (m *Mux) mayBeFinished(cfg Config) error {
	if !m.dst.CanSeek() && slices.Contains(needSeeking, cfg.Format) {
		return ErrFrontToBack
	}
	if option, again := readsAgain(cfg.Format, cfg.Options); again && m.dst.URL() == "" {
		return &NeedsFileError{Option: option}
	}
	return nil
}
