package api

import (
	"io"
	"maps"
)

// Output is where an encoder writes: made by File or Writer.
type Output struct {
	path   string
	writer io.Writer
	format string // FFmpeg's name of the container, or a usual extension
	outputSettings
}

type outputSettings struct {
	formatOptions map[string]any
	metadata      map[string]string
	faststart     bool
	crashSafe     *bool // nil: not said
}

// OutputOption sets how an output is written.
type OutputOption func(*Output)

// Format names the container, for a file whose extension does not.
func Format(name string) OutputOption { return func(o *Output) { o.format = name } }

// FormatOptions are options of the muxer, as the ffmpeg command names them. A value is a string, a number or a bool.
func FormatOptions(options map[string]any) OutputOption {
	return func(o *Output) { o.formatOptions = maps.Clone(options) }
}

// Metadata are tags of the file, such as {"title": "…"}. Each container has its own set of keys; one that it does not know is left out.
func Metadata(tags map[string]string) OutputOption {
	return func(o *Output) { o.metadata = maps.Clone(tags) }
}

// Faststart moves the index of an mp4 or mov file to its front when it is closed, so that a player can begin before it has all of it. It takes
// a second pass over the file, and works on files only. Such a file cannot be read before it is closed: it is not CrashSafe.
func Faststart() OutputOption { return func(o *Output) { o.faststart = true } }

// CrashSafe says whether the file can be read while it is written, which is the default: whoever is killed leaves all frames that had left the encoders, up to
// the last half second.
//
// Where mp4, mov and their kin (m4a, 3gp, f4v) are written to something that can be sought, they consist of fragments of half a second until Close, which makes
// an ordinary file of them. Matroska and WebM get a cluster each half second, and MPEG-TS is written packet by packet. A stream that is fed nothing for
// half a second is not waited for, unless its encoder still has something in hand; where that happens, the order of packets in the file depends on the clock.
//
// The price is 4 bytes for each packet, 8 where there are B-frames, some 230 a second, and a kilobyte: less than 4 kbit/s at 30 pictures per second, and less
// than 2 % of what is above 1 Mbit/s.
//
// Other containers are written as ever. So is an mp4 or mov file where FormatOptions say how it is laid out (movflags, frag_duration and the like), or
// where AC-3 or E-AC-3 is one of several streams, because FFmpeg cannot describe it before it has sound. A logger is told if CrashSafe(true) cannot be
// had. Faststart turns it off; to ask for both is a *ConfigError.
func CrashSafe(yes bool) OutputOption { return func(o *Output) { o.crashSafe = &yes } }

// File is a file on disk, which is created or emptied. The container follows from the extension, unless Format names it. A path is
// never taken for a URL. The file is CrashSafe unless that is turned off.
func File(path string, opts ...OutputOption) Output {
	return newOutput(Output{path: path}, opts)
}

// Writer is any writer. The format is FFmpeg's name of the container, or a usual extension: "mp4", "mkv". Where w is an io.Seeker that
// can seek, it is sought, its offset at Open is where the container begins, and what is written is CrashSafe. Otherwise the container is written front to back: mp4 and mov become
// fragmented, and a container that cannot be streamed is refused at Open. The encoder does not close w, unless a write blocks when the run
// has stopped and w cannot be woken by a deadline. As io.Writer says, w must not keep what it is given: it is FFmpeg's own buffer, without a copy.
func Writer(w io.Writer, format string, opts ...OutputOption) Output {
	return newOutput(Output{writer: w, format: format}, opts)
}

func newOutput(o Output, opts []OutputOption) Output {
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// wantsCrashSafe says whether the file is to be readable while it is written.
func (o Output) wantsCrashSafe() bool {
	if o.crashSafe != nil {
		return *o.crashSafe
	}
	return !o.faststart
}
