package api

import (
	"io"
	"maps"
	"time"

	"github.com/avloom/avloom/internal/plan"
)

// Output is where an encoder writes: made by File, Writer or URL.
type Output struct{ config plan.OutputConfig }

// OutputOption is a setting of an output.
type OutputOption func(*Output)

// Format names the container of a file whose extension does not name it.
func Format(name string) OutputOption { return func(o *Output) { o.config.Format = name } }

// FormatOptions are options of the muxer, or of a URL's protocol if only the protocol knows them
// ("timeout", "headers", "pkt_size"), by the names that the ffmpeg command uses. A value is a
// string, a number or a bool.
func FormatOptions(options map[string]any) OutputOption {
	return func(o *Output) { o.config.FormatOptions = maps.Clone(options) }
}

// Metadata are tags of the file, for example {"title": "…"}. If the container would drop a tag or
// its value, Open returns a *ConfigError that lists the tags it keeps. mkv, flac, mp3 and others
// keep all tags. mp4 and mov keep those that players know (title, artist, comment, …). Any other
// tag needs FormatOptions{"movflags": "use_metadata_tags"}, and players then see none of the usual
// tags.
func Metadata(tags map[string]string) OutputOption {
	return func(o *Output) { o.config.Metadata = maps.Clone(tags) }
}

// Faststart moves the index of an mp4 or mov file to its front when the file is closed, so that a
// player can begin before it has the whole file. It takes a second pass over the file and needs a
// file. The file cannot be read before it is closed: it is not CrashSafe.
func Faststart() OutputOption { return func(o *Output) { o.config.Faststart = true } }

// CrashSafe says whether the file can be read while it is written. The default is true. If the
// process is killed, the file has all packets that had reached the output and did not wait for
// another stream, except those of the last half second.
//
// An mp4 or mov file, or one of a related container (m4a, 3gp, f4v), whose destination can be
// sought consists of fragments of half a second until Close, which makes an ordinary file of them.
// Matroska and WebM get a cluster each half second. MPEG-TS is written packet by packet. The output
// waits for a stream that is not being fed as long as Patience says.
//
// The cost is 4 bytes for each packet (8 with B-frames), about 215 bytes a second, and 1 KiB once:
// less than 4 kbit/s at 30 pictures per second, and less than 2 % of any rate above 1 Mbit/s.
//
// Other containers are written as without this option. So is an mp4 or mov file whose layout
// FormatOptions set (movflags, frag_duration and the like), and one in which AC-3 or E-AC-3 is one
// of several streams, because FFmpeg cannot describe AC-3 before it has sound. The logger gets a
// warning if CrashSafe(true) has no effect. Faststart turns it off, and both together are a
// *ConfigError. The temporary file of a job of RenderAll is CrashSafe only if the job asks for it.
func CrashSafe(yes bool) OutputOption { return func(o *Output) { o.config.CrashSafe = &yes } }

// Patience says how long the output waits for a stream that is not being fed. The default is half a
// second. It must be above 0.
//
// Packets are written in the order of their decoding times over all streams. A packet therefore
// waits until every other stream has brought a later one or has ended. The output waits for a
// stream that was fed within d, whatever its encoder holds back, and for a stream of which
// something is on its way through the actors. It does not wait for a stream that was fed nothing
// for longer than d, or nothing since the first packet of another stream, until that stream is fed
// again. It waits for a video stream at least two of its frame durations. The time that the program
// spends in a call that feeds another stream does not count.
//
// If no stream is silent for longer, the bytes of the output do not depend on the clock. A program
// that feeds sound in chunks of 5 s sets Patience(6 * time.Second). With less, data that is written
// while no sound comes is up to 5 s ahead of the sound.
//
// Patience applies to outputs that must not wait: CrashSafe outputs, and outputs that are written
// front to back (URLs, and writers that cannot seek). The first bytes of the latter are at the
// destination within d after the first packet of the slowest encoder that is being fed. Their
// fragments and clusters last 0.4 s, or 0.8 d if d is less than half a second. All other outputs
// wait until a stream is fed or has ended, unless Patience is given. No output holds back more than
// 64 MiB.
//
// Containers that store pictures and sound side by side (dv, mxf, gxf, swf) always wait, and so
// does asf, which needs packets in the order of their times. They fail if a stream comes too late.
func Patience(d time.Duration) OutputOption { return func(o *Output) { o.config.Patience = &d } }

// File is a file on disk. It is created, or emptied if it exists. The container follows from the
// extension, unless Format names it. A path is never taken for a URL. The file is CrashSafe by
// default.
func File(path string, opts ...OutputOption) Output {
	return newOutput(plan.OutputConfig{Kind: plan.ToFile, Path: path}, opts)
}

// Writer is any io.Writer. format is FFmpeg's name of the container, or a usual extension: "mp4",
// "mkv". If w is an io.Seeker that can seek, the container begins at its offset at Open, w is
// sought, and the output is CrashSafe. Otherwise the container is written front to back: mp4 and
// mov become fragmented, and Open refuses a container that cannot be streamed. The encoder does not
// close w, except when a write blocks after the run has stopped and w has no SetWriteDeadline to
// interrupt it. As io.Writer demands, w must not keep the slice that it gets: it is FFmpeg's own
// buffer.
//
// When the reader of a pipe goes away, the run ends with syscall.EPIPE. For os.Stdout and os.Stderr
// the program must call signal.Ignore(syscall.SIGPIPE) for that: Go ends a process by SIGPIPE that
// writes to one of these two without a reader, and a library must not change that. A pipe with
// another number, for example a duplicate of stdout by syscall.Dup, needs nothing.
func Writer(w io.Writer, format string, opts ...OutputOption) Output {
	_, trusted := w.(*MemoryFile)
	return newOutput(plan.OutputConfig{Kind: plan.ToWriter, Writer: w, Trusted: trusted, Format: format}, opts)
}

// URL is a connection to another program through a protocol: rtmp, srt, http, https, tcp, udp and
// related ones ("srt://host:9000?mode=caller"). With RTMP the container is FLV. With http it is the
// container of the extension, if FFmpeg knows that. Otherwise it is MPEG-TS. Format names another
// one. The container is written front to back.
//
// Open connects after it has checked everything else. It waits until the connection stands, until
// ctx ends, until the encoder is aborted, or until a timeout in the protocol's options. Only the
// lookup of a host name for one of FFmpeg's protocols cannot be interrupted. A file: URL, and any
// protocol that is not in this list, is a *ConfigError.
//
// Every error of a connection names the destination, and what the other side or FFmpeg reported.
// errors.Is and errors.As find the cause. Errors and logs never show the user, the password or the
// query of a URL, or a path that may hold a stream key.
//
// # srt
//
// A receiver of SRT hands packets on late, by its latency, and drops those that it still has when
// the connection ends. Close therefore waits for the longest of the options "latency" and
// "peerlatency" (in microseconds), but at least for the usual 120 ms, and for a quarter of a second
// more. If the receiver is set to a longer latency than the sender, name it in the URL, too
// ("srt://host:9000?latency=2000000"): otherwise the end may be missing there.
//
// # http and https
//
// The container is the body of one request of net/http, over HTTP/1.1 or HTTP/2, through the proxy
// that the environment names. The request first asks the server whether it accepts the body
// ("Expect: 100-continue"). A server that does not answer gets the body after a second. Close waits
// for the answer. Only a status from 200 to 299 is success. Any other status ends the run with an
// error that names it, even if it comes before the end of the body. If it comes before the body,
// Open returns the error.
//
// A redirect (301, 302, 307 or 308) is followed with the same method if it comes before any part of
// the body was sent. (Browsers turn a POST into a GET here, which would upload nothing.) A 303, a
// later redirect, and a redirect from https to http are errors.
//
// FormatOptions, by FFmpeg's names and with their defaults: "method" (POST), "headers" (lines of
// "Name: value", each ended by "\r\n"), "content_type" (that of the container), "user_agent"
// ("avloom"), "timeout" or "rw_timeout" (how long the server may take to accept the upload, to take
// the data of a write, and to answer at the end, in microseconds or as a time.Duration; no limit),
// "send_expect_100" (true: ask first), "http_proxy", "tls_verify" (true), "ca_file", "cert_file"
// and "key_file". A user in the URL is sent by Basic authentication. All other options of FFmpeg's
// http are refused, including "listen". To serve viewers, write to the response of a net/http
// server with Writer, as examples/http does.
//
// # The other protocols
//
// They are FFmpeg's. Their options go into the query of the URL, if the protocol reads one, or into
// FormatOptions. They send live: except for http and https, no protocol reports at the end whether
// the other side has stored the data. ftp could, but FFmpeg does not read the answer, so it is
// refused.
func URL(url string, opts ...OutputOption) Output {
	return newOutput(plan.OutputConfig{Kind: plan.ToURL, Path: url}, opts)
}

func newOutput(config plan.OutputConfig, opts []OutputOption) Output {
	o := Output{config: config}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return o
}
