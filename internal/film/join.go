package film

import (
	"context"
	"errors"
	"io"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/pipeline"
)

// Joint says what is joined: the chunks of a video stream, and a stream of sound.
type Joint struct {
	Cut         Cut
	Video       muxer.Stream // as an encoder with the settings of the chunks describes it
	Sound       *muxer.Stream
	Fingerprint Fingerprint          // of the chunks
	Path        func(c Chunk) string // of the file of a chunk
	SoundPath   string               // ""
	SoundPrint  Fingerprint          // of the sound
	Joined      func(c Chunk)        // is called when a chunk has been written; nil: nobody is told
}

// Join gives the packets of all streams to a sink, and flushes the sink. Stream 0 is the video. It
// holds one packet of each stream, and gives the one that is decoded first. When ctx ends, it
// returns the cause. The caller closes the sink.
func Join(ctx context.Context, sink pipeline.Sink[pipeline.Packet], j Joint) (err error) {
	var packets shelf.Packets
	defer packets.Close()
	sources, err := j.open(&packets)
	defer func() {
		for _, s := range sources {
			s.close()
		}
	}()
	if err != nil {
		return err
	}
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		next, err := earliest(ctx, sink, sources)
		if err != nil {
			return err
		}
		if next < 0 {
			return sink.Flush(ctx)
		}
		p := sources[next].head
		sources[next].head = pipeline.Packet{}
		if err := sink.Consume(ctx, next, p); err != nil {
			return err
		}
	}
}

// Check reads a whole packet file, and returns why it is not that part of the film; index is the
// number of a chunk, or Sound. It does not compare the chunk with others.
func (j Joint) Check(index int, path string) error {
	info, err := Verify(path)
	if index == Sound {
		if err == nil {
			err = fits(&info, Info{Head: j.SoundHead()}, *j.Sound)
		}
		if err != nil {
			return soundError(err)
		}
		return nil
	}
	c := j.Cut.At(index)
	if err == nil {
		err = fits(&info, Info{Head: j.Head(c)}, j.Video)
	}
	if err != nil {
		return chunkError(c, err)
	}
	return nil
}

// Head returns what the file of a chunk begins with.
func (j Joint) Head(c Chunk) Head {
	return Head{Fingerprint: j.Fingerprint, From: c.From, Frames: c.Frames}
}

// SoundHead returns what the file of the sound begins with.
func (j Joint) SoundHead() Head { return Head{Fingerprint: j.SoundPrint} }

// open opens the sources of all streams.
func (j Joint) open(packets *shelf.Packets) ([]*source, error) {
	video, err := newVideo(j, packets)
	sources := []*source{{packets: video, base: j.Video.Codec.TimeBase}}
	if err != nil || j.Sound == nil {
		return sources, err
	}
	sound, err := newSound(j, packets)
	return append(sources, &source{packets: sound, base: j.Sound.Codec.TimeBase}), err
}

// source is a stream that is being joined.
type source struct {
	packets interface {
		next() (pipeline.Packet, error) // io.EOF: there is none
		close()
	}
	base  astiav.Rational
	head  pipeline.Packet // the next one; empty: it is not known
	ended bool
}

func (s *source) close() {
	if s.head.Packet != nil {
		s.head.Free()
	}
	s.packets.close()
}

// seconds returns when the next packet is decoded.
func (s *source) seconds() float64 { return float64(s.head.Dts()) * s.base.Float64() }

// earliest returns the stream whose next packet is decoded first; -1: all have ended. The sink
// itself compares exact times, so the order only bounds what it has to hold.
func earliest(ctx context.Context, sink pipeline.Sink[pipeline.Packet], sources []*source) (first int, err error) {
	first = -1
	for i, s := range sources {
		if s.head.Packet == nil && !s.ended {
			s.head, err = s.packets.next()
			if errors.Is(err, io.EOF) {
				s.ended = true
				err = sink.EndInput(ctx, i)
			}
			if err != nil {
				return -1, err
			}
		}
		if !s.ended && (first < 0 || s.seconds() < sources[first].seconds()) {
			first = i
		}
	}
	return first, nil
}

// sound is the stream of sound. Its packets are written as they were kept.
type sound struct{ reader *Reader }

func newSound(j Joint, packets *shelf.Packets) (*sound, error) {
	r, err := OpenReader(j.SoundPath, packets)
	if err != nil {
		return &sound{}, soundError(err)
	}
	s := &sound{r}
	if err := fits(&r.Info, Info{Head: j.SoundHead()}, *j.Sound); err != nil {
		return s, soundError(err)
	}
	return s, nil
}

func (s *sound) next() (pipeline.Packet, error) {
	p, err := s.reader.Next()
	if err != nil && !errors.Is(err, io.EOF) {
		err = soundError(err)
	}
	return p, err
}

func (s *sound) close() {
	if s.reader != nil {
		s.reader.Close()
	}
}
