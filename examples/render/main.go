// Render makes 200 short clips of double pendulums in parallel, each with its own parameters:
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./examples/render -o clips
//
// Ctrl-C stops the program. A clip gets its name only when it is complete, so the next run makes
// the clips that are missing.
//
// This file and clip.go have all code that uses the encoder. The other files are the simulation
// (pendulum.go) and its pictures (canvas.go, color.go).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/avloom/avloom/api"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
}

type settings struct {
	folder  string
	clips   int
	workers int
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("render", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.folder, "o", "clips", "the `folder` for the clips; it is made where it does not exist")
	flags.IntVar(&s.clips, "n", 200, "how many `clips` to make")
	flags.IntVar(&s.workers, "workers", 0, "how `many` clips at a time; 0: one per core")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if s.clips < 1 {
		return s, fmt.Errorf("-n %d: at least one clip is needed", s.clips)
	}
	return s, nil
}

// run makes the clips that the arguments ask for, and writes a summary to stdout.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.folder, 0o777); err != nil {
		return err
	}
	start, p := time.Now(), newProgress(stderr, s.clips)
	report, err := api.RenderAll(ctx, jobs(s), api.RenderConfig{Workers: s.workers, Resume: true, Progress: p.ended})
	p.done()
	return errors.Join(tell(stdout, s, report, time.Since(start)), err)
}

// jobs returns the jobs one after another. A job simulates its clip when it runs.
func jobs(s settings) iter.Seq[api.Job] {
	return func(yield func(api.Job) bool) {
		for k := range s.clips {
			job := api.Job{
				Path: filepath.Join(s.folder, fmt.Sprintf("pendulums-%03d.mp4", k)),
				Run: func(ctx context.Context, enc *api.Encoder, path string) error {
					return newClip(k, s.clips).render(ctx, enc, path)
				},
			}
			if !yield(job) {
				return
			}
		}
	}
}

// tell writes a summary of all clips.
func tell(to io.Writer, s settings, report api.Report, took time.Duration) error {
	var made, skipped int
	var pictures, bytes int64
	for _, r := range report.Results {
		switch {
		case r.Skipped:
			skipped++
		case r.Err == nil:
			made++
			pictures, bytes = pictures+r.Frames, bytes+r.Bytes
		}
	}
	const form = "%s: %d of %d clips made, %d were there\n" +
		"%d frames of %d×%d pixels, %.2f MB, %.1f clips per second\n"
	_, err := fmt.Fprintf(to, form,
		s.folder, made, s.clips, skipped, pictures, size, size, float64(bytes)/1e6, float64(made)/took.Seconds())
	return err
}
