// Render uses all cores in two ways. It makes 200 short clips of double pendulums, each with its
// own parameters and its own encoder:
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./examples/render -o clips
//
// Or it makes one long film of the planets, with the sound that Kepler heard in them. Where a
// planet is at a time follows from the time alone, so the parts of the film are drawn and encoded
// at the same time:
//
//	go run ./examples/render -film -o planets.webm
//	go run ./examples/render -film -o planets.mp4 -codec libx264 -size 1920x1080 -length 5m
//
// Ctrl-C, or a kill, stops the program. A clip and a part of the film count only when they are
// complete, so the same command makes those that are missing.
//
// This file, clip.go and film.go have all code that uses the encoder. The other files are the
// simulations (pendulum.go, orbit.go), their pictures (planets.go, space.go, canvas.go, color.go)
// and the sound (harmony.go).
package main

import (
	"cmp"
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
	one     bool // film instead of clips
	film    filmSettings
}

func parse(args []string, stderr io.Writer) (settings, error) {
	s := settings{film: filmSettings{width: 1280, height: 720}}
	flags := flag.NewFlagSet("render", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("o", "",
		"the folder of the clips (default clips), or the `file` of the film (default planets.webm)")
	flags.IntVar(&s.clips, "n", 200, "how many `clips` to make")
	flags.IntVar(&s.workers, "workers", 0, "how `many` clips or parts of the film at a time; 0: one per core")
	flags.BoolVar(&s.one, "film", false, "make one long film instead of clips")
	s.film.flags(flags)
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	s.folder, s.film.path, s.film.workers = cmp.Or(*out, "clips"), cmp.Or(*out, "planets.webm"), s.workers
	if s.one {
		return s, s.film.check()
	}
	if s.clips < 1 {
		return s, fmt.Errorf("-n %d: at least one clip is needed", s.clips)
	}
	return s, nil
}

// run makes the clips or the film that the arguments ask for, and writes a summary to stdout.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if s.one {
		return s.film.render(ctx, stdout, stderr)
	}
	if err := os.MkdirAll(s.folder, 0o777); err != nil {
		return err
	}
	start, p := time.Now(), newProgress(stderr, "clips", s.clips)
	report, err := api.RenderAll(ctx, jobs(s), api.RenderConfig{
		Workers: s.workers, Resume: true, Total: s.clips, Progress: p.clip,
	})
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
