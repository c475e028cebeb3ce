package api

import (
	"io"
	"maps"
	"time"

	"github.com/avloom/avloom/internal/plan"
)

// Output is where an encoder writes: made by File, Writer or URL.
type Output struct{ spec plan.OutputConfig }

// OutputOption sets how an output is written.
type OutputOption func(*Output)

// Format names the container, for a file whose extension does not.
func Format(name string) OutputOption { return func(o *Output) { o.spec.Format = name } }

// FormatOptions are options of the muxer, or of a URL's protocol where only that knows them
// ("timeout", "headers", "pkt_size"), as the ffmpeg command names them. A value is a string, a
// number or a bool.
func FormatOptions(options map[string]any) OutputOption {
	return func(o *Output) { o.spec.FormatOptions = maps.Clone(options) }
}

// Metadata are tags of the file, such as {"title": "…"}. A tag that this container would drop, or
// whose value it would, is a *ConfigError at Open that lists those that it keeps. mkv, flac, mp3
// and others keep any. mp4 and mov keep those that players know (title, artist, comment, …); any
// other needs FormatOptions{"movflags": "use_metadata_tags"}, and then players see none of the
// usual ones.
func Metadata(tags map[string]string) OutputOption {
	return func(o *Output) { o.spec.Metadata = maps.Clone(tags) }
}

// Faststart moves the index of an mp4 or mov file to its front when it is closed, so that a player
// can begin before it has all of it. It takes a second pass over the file, and works on files only.
// Such a file cannot be read before it is closed: it is not CrashSafe.
func Faststart() OutputOption { return func(o *Output) { o.spec.Faststart = true } }

// CrashSafe says whether the file can be read while it is written, which is the default. A killed
// process then leaves all frames that had left the encoders, up to the last half second.
//
// Where mp4, mov and their kin (m4a, 3gp, f4v) are written to something that can be sought, they
// consist of fragments of half a second until Close, which makes an ordinary file of them. Matroska
// and WebM get a cluster each half second, and MPEG-TS is written packet by packet. A stream that
// is not being fed is waited for as Patience says, and no longer.
//
// The price is 4 bytes for each packet, 8 where there are B-frames, some 215 a second, and a
// kilobyte: less than 4 kbit/s at 30 pictures per second, and less than 2 % of what is above 1
// Mbit/s.
//
// Other containers are written as ever. So is an mp4 or mov file where FormatOptions say how it is
// laid out (movflags, frag_duration and the like), or where AC-3 or E-AC-3 is one of several
// streams, because FFmpeg cannot describe it before it has sound. A logger is told if
// CrashSafe(true) cannot be had. Faststart turns it off; to ask for both is a *ConfigError. The
// file that RenderAll lets a job write, which goes unless it becomes whole, is CrashSafe only where
// that is asked for.
func CrashSafe(yes bool) OutputOption { return func(o *Output) { o.spec.CrashSafe = &yes } }

// Patience says for how long the output waits for a stream that is not being fed. The default is
// half a second. It must be more than 0.
//
// Packets are written in the order of their decoding times over all streams. So a packet waits
// until every other stream has brought a later one, or has ended. A stream that the program has fed
// within d is waited for, whatever its encoder holds back, and so is one of which something is on
// its way through the encoder. A stream that has been fed nothing for longer than d, or since the
// first packet of another stream, is not waited for until it is fed again. A video stream is always
// waited for during two of its frame durations. The time that the program spends in one call that
// feeds another stream does not count.
//
// With no stream silent for longer, the bytes of the output do not depend on the clock. A program
// that feeds sound in chunks of 5 s sets Patience(6 * time.Second). With less, what is written
// while no sound comes is ahead of the sound by up to 5 s.
//
// Patience counts for outputs that must not wait: for those that are CrashSafe, and for all that
// are written front to back (URLs, and writers that cannot seek). Of the latter, the first bytes
// are at the destination within d of the first packet of the slowest encoder that is being fed;
// their fragments and clusters last 0.4 s, or 0.8 d where d is less than half a second. Other
// outputs wait until a stream is fed or has ended, unless Patience is given. No output holds more
// than 64 MiB back.
//
// Containers that hold pictures and sound side by side (dv, mxf, gxf, swf), and asf, which takes
// packets in the order of their times alone, wait in any case, and fail where a stream comes too
// late.
func Patience(d time.Duration) OutputOption { return func(o *Output) { o.spec.Patience = &d } }

// File is a file on disk, which is created or emptied. The container follows from the extension,
// unless Format names it. A path is never taken for a URL. The file is CrashSafe, unless that is
// turned off or CrashSafe says otherwise.
func File(path string, opts ...OutputOption) Output {
	return newOutput(plan.OutputConfig{Kind: plan.ToFile, Path: path}, opts)
}

// Writer is any writer. The format is FFmpeg's name of the container, or a usual extension: "mp4",
// "mkv". Where w is an io.Seeker that can seek, it is sought, its offset at Open is where the
// container begins, and what is written is CrashSafe. Otherwise the container is written front to
// back: mp4 and mov become fragmented, and a container that cannot be streamed is refused at Open.
// The encoder does not close w, unless a write blocks when the run has stopped and w cannot be
// woken by a deadline. As io.Writer says, w must not keep what it is given: it is FFmpeg's own
// buffer, without a copy.
//
// Where the reader of a pipe goes away the run ends with syscall.EPIPE. Of os.Stdout and os.Stderr
// that needs signal.Ignore(syscall.SIGPIPE) in the program: Go ends a process by SIGPIPE that
// writes to one of these two when nobody reads it, and a library must not change that. A pipe of
// any other number, such as a duplicate of stdout by syscall.Dup, needs nothing.
func Writer(w io.Writer, format string, opts ...OutputOption) Output {
	_, trusted := w.(*MemoryFile)
	return newOutput(plan.OutputConfig{Kind: plan.ToWriter, Writer: w, Trusted: trusted, Format: format}, opts)
}

// URL is another program, reached through a protocol: rtmp, srt, http, https, tcp, udp and their
// kin ("srt://host:9000?mode=caller"). The container is FLV behind RTMP; what the extension says
// behind http, if FFmpeg knows it; and otherwise MPEG-TS, unless Format names another. It is
// written front to back.
//
// Open connects, after it has found everything else to be in order, and waits for that as long as
// it takes: until ctx ends, or the encoder is aborted, or a time runs out that the protocol's
// options set. A name that is being looked up for one of FFmpeg's protocols, alone, is waited for
// in any case. A file: URL, and whatever is not one of these protocols, is a *ConfigError.
//
// An error of a connection says where it leads and what the other side, or FFmpeg, said about it,
// from every call; errors.Is and errors.As find the cause. Errors and logs show of a URL neither
// user, password and query, nor a path that may hold a stream's key.
//
// # http and https
//
// The container is the body of one request of Go's net/http, over HTTP/1.1 or HTTP/2, with the
// proxy that the environment names. The server is asked first whether it wants the body ("Expect:
// 100-continue"); one that does not answer that gets the body after a second. Close waits for the
// answer. Only a status from 200 to 299 is success: any other ends the run with an error that names
// it, also where it comes before the end of the body, or before its beginning, from Open.
//
// A redirect (301, 302, 307 or 308) is followed while nothing of the body has been sent, with the
// same method, since the GET that browsers make of a POST would upload nothing. A 303, a redirect
// that comes later, and one from https to http are errors.
//
// FormatOptions, by FFmpeg's names: "method" (POST), "headers" (lines of "Name: value", each ended
// by "\r\n"), "content_type" (that of the container), "user_agent" ("avloom"), "timeout" or
// "rw_timeout" (how long the server may take to let the upload in, to take what is written, and to
// answer at the end, in microseconds or as a time.Duration; for ever), "send_expect_100" (true: ask
// first), "http_proxy", "tls_verify" (true), "ca_file", "cert_file" and "key_file". A user in the
// URL is sent by Basic authentication. Everything else of FFmpeg's is refused, "listen" with it: to
// serve, write to the response of a server of net/http with Writer, as examples/http does.
//
// # The other protocols
//
// They are FFmpeg's. Their options go into the URL's query, where they read one, or into
// FormatOptions. What is sent over them is live: none but http and https tells at the end whether
// the other side has kept it. ftp, which could, is refused, because FFmpeg does not listen.
func URL(url string, opts ...OutputOption) Output {
	return newOutput(plan.OutputConfig{Kind: plan.ToURL, Path: url}, opts)
}

func newOutput(spec plan.OutputConfig, opts []OutputOption) Output {
	o := Output{spec: spec}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return o
}
