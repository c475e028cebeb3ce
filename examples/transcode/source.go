package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/asticode/go-astiav"
	"github.com/asticode/go-astikit"
)

// source decodes the best video stream and the best audio stream of a clip.
type source struct {
	video, audio *track  // nil: the clip has none
	start        float64 // of the first of them, in seconds

	format *astiav.FormatContext
	packet *astiav.Packet
	frame  *astiav.Frame
	closer *astikit.Closer
}

// track is a stream of a clip.
type track struct {
	stream  *astiav.Stream
	decoder *astiav.CodecContext
	rate    astiav.Rational // of the pictures
	deliver func(*astiav.Frame) error
}

// openSource opens a clip and its decoders. The caller must close it.
func openSource(path string) (s *source, err error) {
	src := &source{
		format: astiav.AllocFormatContext(), packet: astiav.AllocPacket(), frame: astiav.AllocFrame(),
		closer: astikit.NewCloser(),
	}
	defer func() {
		if err != nil {
			src.close()
		}
	}()
	src.closer.Add(src.packet.Free)
	src.closer.Add(src.frame.Free)
	if err := src.format.OpenInput(path, nil, nil); err != nil { // a failed OpenInput frees the format
		return nil, err
	}
	src.closer.Add(src.format.CloseInput)
	if err := src.format.FindStreamInfo(nil); err != nil {
		return nil, fmt.Errorf("find its streams: %w", err)
	}
	if src.format.StartTime() != astiav.NoPtsValue {
		src.start = float64(src.format.StartTime()) / float64(astiav.TimeBase)
	}
	if src.video, err = src.openTrack(astiav.MediaTypeVideo); err != nil {
		return nil, fmt.Errorf("its video: %w", err)
	}
	if src.audio, err = src.openTrack(astiav.MediaTypeAudio); err != nil {
		return nil, fmt.Errorf("its audio: %w", err)
	}
	return src, nil
}

func (s *source) close() { _ = s.closer.Close() } // it only frees memory, which does not fail

// openTrack opens the decoder of the best stream of a kind. It returns nil where there is none.
func (s *source) openTrack(media astiav.MediaType) (*track, error) {
	stream, codec, err := s.format.FindBestStream(media, -1, -1)
	if errors.Is(err, astiav.ErrStreamNotFound) {
		return nil, nil
	}
	if errors.Is(err, astiav.ErrDecoderNotFound) {
		return nil, fmt.Errorf("%w: this FFmpeg may be built without it; "+
			"\"AVLOOM_FFMPEG=full bash scripts/ffmpeg.sh setup\" provides one with all decoders", err)
	}
	if err != nil {
		return nil, err
	}
	decoder := astiav.AllocCodecContext(codec)
	s.closer.Add(decoder.Free)
	if err := stream.CodecParameters().ToCodecContext(decoder); err != nil {
		return nil, err
	}
	options := astiav.NewDictionary()
	defer options.Free()
	// The decoder needs the time base of the packets, to correct the times when it drops priming.
	if err := options.Set("pkt_timebase", stream.TimeBase().String(), 0); err != nil {
		return nil, err
	}
	if err := decoder.Open(codec, options); err != nil {
		return nil, fmt.Errorf("open %s: %w", codec.Name(), err)
	}
	return &track{stream: stream, decoder: decoder, rate: s.format.GuessFrameRate(stream, nil)}, nil
}

// decode reads the clip to its end, and delivers each frame of its tracks. At the end it delivers
// the frames that the decoders held back.
func (s *source) decode(ctx context.Context) error {
	for ctx.Err() == nil {
		err := s.format.ReadFrame(s.packet)
		if errors.Is(err, astiav.ErrEof) {
			return errors.Join(s.send(s.video, nil), s.send(s.audio, nil))
		}
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		err = s.send(s.trackOf(s.packet), s.packet)
		s.packet.Unref()
		if err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// trackOf returns the track of a packet; nil: the stream is not decoded.
func (s *source) trackOf(p *astiav.Packet) *track {
	for _, t := range []*track{s.video, s.audio} {
		if t != nil && t.stream.Index() == p.StreamIndex() {
			return t
		}
	}
	return nil
}

// send decodes a packet and delivers its frames. For nil it delivers the frames that the decoder
// holds.
func (s *source) send(t *track, p *astiav.Packet) error {
	if t == nil {
		return nil
	}
	if err := t.decoder.SendPacket(p); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	for {
		err := t.decoder.ReceiveFrame(s.frame)
		if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("decode: %w", err)
		}
		err = t.deliver(s.frame)
		s.frame.Unref()
		if err != nil {
			return err
		}
	}
}

// late returns by how many seconds a frame is presented after a time. The time counts from the
// start of the clip. A frame that has no time is never late.
func (t *track) late(f *astiav.Frame, start, time float64) float64 {
	if f.Pts() == astiav.NoPtsValue {
		return 0
	}
	return float64(f.Pts())*t.stream.TimeBase().Float64() - start - time
}
