package muxer

import (
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// Stream describes a stream to the container.
type Stream struct {
	Codec        *Codec          // what the encoder makes; New reads it and does not keep it
	FrameRate    astiav.Rational // of pictures; zero for sound and text
	InputRate    astiav.Rational // at which the program feeds pictures, nominally; zero: FrameRate
	Irregular    bool            // pictures do not follow one another at that rate
	DecodedAhead int64           // how many pictures are decoded before the first one is shown
	Tag          string          // the codec's four letters; "": those that most players accept
	Sample       []byte          // a packet of silence, if container.NeedsSample says so
	// Metadata are the stream's tags. Nobody changes them.
	Metadata map[string]string
	// Disposition has FFmpeg's words for what the stream is for. nil: it is the default of its kind if
	// it is the first that leaves this open, and none says that it is.
	Disposition []string

	// OtherRate is a frame rate that the container is told instead, for Try; zero: none.
	OtherRate astiav.Rational
	// Alter changes the description that the container gets, for Try; it may be nil.
	Alter func(*astiav.CodecParameters)
}

// rate returns the frame rate that the container is told.
func (s Stream) rate() astiav.Rational {
	if s.OtherRate.Num() > 0 {
		return s.OtherRate
	}
	return s.FrameRate
}

// timeBase returns the time base that the container is told.
func (s Stream) timeBase() astiav.Rational {
	if s.OtherRate.Num() > 0 {
		return s.OtherRate.Invert()
	}
	return s.Codec.TimeBase
}

// inputDuration returns the nominal duration of a frame of the input. A live program cannot feed
// the stream more often than that.
func (s Stream) inputDuration() time.Duration {
	frame, rate := astiav.NewRational(1, 1), s.InputRate
	if rate.Num() <= 0 {
		rate = s.FrameRate
	}
	if s.Codec.kind() == astiav.MediaTypeAudio {
		frame = astiav.NewRational(max(s.Codec.Parameters.FrameSize(), 1), 1)
		rate = astiav.NewRational(s.Codec.Parameters.SampleRate(), 1)
	}
	if rate.Num() <= 0 || rate.Den() <= 0 {
		return 0
	}
	seconds := frame.Float64() / rate.Float64()
	return time.Duration(min(seconds, float64(1<<32)) * float64(time.Second))
}

// lead is how far before its first frame a stream begins: the priming of sound, and the frames that
// are decoded before the first one is shown.
type lead struct {
	ticks int64
	base  astiav.Rational
}

// lead returns the lead of the stream.
func (s Stream) lead() lead {
	switch s.Codec.kind() {
	case astiav.MediaTypeAudio:
		priming := int64(astiavx.InitialPadding(s.Codec.Parameters))
		return lead{priming, astiav.NewRational(1, s.Codec.Parameters.SampleRate())}
	case astiav.MediaTypeSubtitle:
		return lead{0, s.Codec.TimeBase}
	default:
		return lead{s.DecodedAhead, s.FrameRate.Invert()}
	}
}

// in returns the lead in ticks of a time base, rounded up.
func (l lead) in(base astiav.Rational) int64 {
	return astiav.RescaleQRnd(l.ticks, l.base, base, astiav.RoundingUp)
}
