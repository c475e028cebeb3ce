package muxer

import (
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
)

// DefaultPatience is how long an output that must not wait holds packets back for a stream that the
// program does not feed.
const DefaultPatience = 500 * time.Millisecond

// Config says what to write.
type Config struct {
	Name     string            // of the output, for errors and activities; "": they name none
	Format   string            // FFmpeg's name of the container
	Options  map[string]string // of FFmpeg's muxer, which must use all of them
	Metadata map[string]string // tags of the file
	Extras   container.Extras  // what the file carries besides
	Streams  []Stream
	Segments container.Segments // of an output that consists of many files
	Log      *astiavx.Log       // receives FFmpeg's lines about the container; nil: they are dropped
	// Warn is told when the output leaves something out; nil: nobody is told.
	Warn func(stream int, text string)

	// CrashSafe keeps the file readable while it is written, but for its last half second, if
	// CanBeCrashSafe says that this is possible.
	CrashSafe bool

	// Temporary says that nobody reads the file before it is complete, so that packets may be
	// collected before they are written.
	Temporary bool

	// Patience is how long packets wait for a stream that the program does not feed. If it is 0, they
	// wait for DefaultPatience in an output that must not wait, because it is crash-safe or written
	// from front to back, and without a limit in all others.
	Patience time.Duration

	// official keeps what is no part of the container's standard out of its header, for Try.
	official bool

	// Late says that the output joins streams that run already. It begins with the first picture that
	// can be decoded by itself, or with the first sound if there are no pictures, and that is its time
	// 0. Earlier packets are left out, but for a packet of sound that lasts beyond that time.
	Late bool
	// Origin is which time of the streams is time 0 of an output that is not Late. Nothing is left
	// out: packets before it have negative times.
	Origin Moment
}

// CanBeCrashSafe says whether a container can be written to dst so that a killed process leaves a
// file that is readable, but for its last half second.
func CanBeCrashSafe(cfg Config, dst *destination.Destination) bool {
	return cfg.spec(dst).CanBeCrashSafe()
}

// spec describes the file to package container.
func (c Config) spec(dst *destination.Destination) container.Spec {
	codecs, irregular, onSurface := make([]astiav.CodecID, len(c.Streams)), astiav.Rational{}, false
	for i, s := range c.Streams {
		codecs[i] = s.Codec.id()
		onSurface = onSurface || astiavx.IsOnSurface(s.Codec.Parameters)
		if s.Irregular {
			irregular = s.FrameRate
		}
	}
	return container.Spec{
		Format: c.Format, Options: c.Options, Codecs: codecs, Irregular: irregular, Segments: c.Segments, Extras: c.Extras,
		CanSeek: dst.CanSeek(), CanReadAgain: dst.URL() != "", CrashSafe: c.CrashSafe,
		OnSurface: onSurface && !c.official,
	}
}

// patience returns the patience of the output, or the default one.
func (c Config) patience() time.Duration {
	if c.Patience > 0 {
		return c.Patience
	}
	return DefaultPatience
}
