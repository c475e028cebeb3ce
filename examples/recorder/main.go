// Recorder records a simulation that never ends into parts of a quarter of an hour each, keeps the
// parts of the last day, and streams to a server meanwhile. A server that is slow, dies or comes
// back never disturbs the recording.
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./examples/recorder -dir recordings -every 10s -keep 6 -to tcp://127.0.0.1:5000
//	ffplay -listen 1 tcp://127.0.0.1:5000 # beside it; close it, and start it again
//
// -to also takes srt://, rtmp:// and other URLs. Each start records into a folder of its own,
// recordings/2026-11-27T14-30-00/part-00000.mp4 and so on. A part is whole when the next one has
// begun, and the part that is being recorded can be read at any moment, also after a crash. Ctrl-C
// finishes the last one.
//
// This file has the flags. The use of the encoder is in record.go, the simulation in radar.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/avloom/avloom/api"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "recorder:", err)
		os.Exit(1)
	}
}

type settings struct {
	folder         string // for the folders of all starts
	every          time.Duration
	keep           int
	server         string        // ""; none
	first, longest time.Duration // how long to wait before the server is tried again
	duration       time.Duration // 0: until Ctrl-C
	interval       time.Duration // between two frames
}

func parse(args []string, stderr io.Writer) (settings, error) {
	s := settings{first: 500 * time.Millisecond, longest: 15 * time.Second, interval: time.Second / frameRate}
	flags := flag.NewFlagSet("recorder", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.folder, "dir", "recordings", "the `folder` for recordings")
	flags.DurationVar(&s.every, "every", 15*time.Minute, "how `long` a part is")
	flags.IntVar(&s.keep, "keep", 96, "how `many` parts to keep; 0: all")
	flags.StringVar(&s.server, "to", "", "the `URL` of a server that gets the stream, too")
	flags.DurationVar(&s.duration, "for", 0, "how `long` to record; 0: until Ctrl-C")
	return s, flags.Parse(args)
}

// run records what the arguments ask for, and writes a report to stdout.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	// The log tells when the server is lost and when it is back.
	enc := api.NewEncoder(api.WithSlog(slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))))
	folder, err := record(ctx, enc, s)
	if err != nil {
		return fmt.Errorf("record into %s: %w", s.folder, err)
	}
	return report(stdout, folder, enc.Stats())
}

// report tells what was recorded, and what each output got.
func report(to io.Writer, folder string, stats api.Stats) error {
	_, err := fmt.Fprintf(to, "%s of video in %s\n", stats.Streams[0].Encoded.Round(time.Millisecond), folder)
	for _, o := range stats.Outputs {
		if err != nil {
			break
		}
		_, err = fmt.Fprintf(to, "%s: %.1f MB, %d packets lost, reconnected %d times\n",
			o.Name, float64(o.BytesWritten)/1e6, o.Lost, o.Reconnects)
	}
	return err
}
