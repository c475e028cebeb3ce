package capacity

import (
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

const usage = `How many live streams does this machine carry?

    go run ./benchmarks capacity [flags]

adds streams of one codec, preset and size until a frame is dropped, or the 99th percentile of the
frames' lateness exceeds the bound, and finds the largest number that fits. It prints a table with a
row for each codec, preset and size. The figures are for the machine that it runs on, and for what
else runs there meanwhile: let nothing else run.

A frame is late by the time from the moment when it was due until its encoder took it, and by what
the encoder then holds beyond its lookahead. So an encoder with lookahead is not late by design, and
a machine that does not keep up is. "go doc ./benchmarks/capacity" has the exact words.

Examples:

    go run ./benchmarks capacity -codecs libx264 -presets veryfast,faster,fast -sizes 720p -rate 60
    go run ./benchmarks capacity -codecs libsvtav1:10,libvpx-vp9:realtime -sizes 1080p -budget 5m
    go run ./benchmarks capacity -codecs libx264:superfast -options tune=zerolatency -format mpegts
    go run ./benchmarks capacity -content my-simulator.mp4 -json capacity.json -plot capacity.svg

Flags:
`

// texts are flags before they are read.
type texts struct{ codecs, presets, sizes, options, onFull string }

// parse reads the command line. The error is flag.ErrHelp where help was asked for.
func parse(args []string, stderr io.Writer) (Settings, error) {
	var s Settings
	var t texts
	f := flag.NewFlagSet("capacity", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		_, _ = io.WriteString(stderr, usage)
		f.PrintDefaults()
	}
	f.StringVar(&t.codecs, "codecs", "libx264,libsvtav1,libvpx-vp9",
		"encoders, each with a preset of its own after a colon, or with those of -presets")
	f.StringVar(&t.presets, "presets", "", "presets of the encoders that name none (default: "+presetsHelp()+")")
	f.StringVar(&t.sizes, "sizes", "1080p,480p", "sizes: 240p, 360p, 480p, 720p, 1080p, 1440p, 2160p, or such as 640x360")
	f.Float64Var(&s.Rate, "rate", 30, "frames per second of each stream")
	f.DurationVar(&s.Bound, "bound", 100*time.Millisecond, "how late 99 of 100 frames may be at most")
	f.DurationVar(&s.Budget, "budget", 2*time.Minute,
		"time for the whole table; rows that it does not allow are left out; 0: no limit")
	f.DurationVar(&s.Search, "trial", 2*time.Second, "how long a trial of the search counts")
	f.DurationVar(&s.Final, "final", 5*time.Second,
		"how long the last trial counts, whose figures are in the table; below 3s, latencies include the start")
	f.IntVar(&s.Most, "most", 1000, "the largest number of streams to try")
	f.IntVar(&s.PerProcess, "per-process", 0, "encoders of one process at most (0: one process has all)")
	f.StringVar(&s.Content, "content", film, `what is encoded: "film", or a video file that FFmpeg reads`)
	f.StringVar(&s.Input, "input", "rgb24", "how a program hands over its pictures: rgb24 or yuv420p")
	f.StringVar(&s.Output, "output", "discard", "where streams go: discard (fragments to a writer), or file")
	f.StringVar(&s.Format, "format", "mp4",
		"the container; mp4 has fragments of half a second, which the latency includes")
	f.StringVar(&s.Folder, "out", os.TempDir(), "the folder for files, which are removed")
	f.StringVar(&s.Device, "device", "",
		"the device that encodes, such as cuda for -codecs h264_nvenc:p4 (default: the processor)")
	f.IntVar(&s.Threads, "threads", 0, "threads of each encoder (0: avloom divides the cores)")
	f.Int64Var(&s.BitRate, "bitrate", 0, "bits per second of each stream (0: the encoder's default quality)")
	f.StringVar(&t.options, "options", "", "further options of the encoders, such as tune=zerolatency,g=60")
	f.StringVar(&t.onFull, "on-full", "drop", "what a call does that finds its queue full: drop or block")
	f.StringVar(&s.json, "json", "", "write the results into this file")
	f.StringVar(&s.plot, "plot", "", "draw the table into this file, as SVG")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	if f.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q: flags begin with -", f.Arg(0))
	}
	return s, s.read(t)
}
