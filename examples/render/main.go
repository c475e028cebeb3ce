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
// Many machines with a folder in common make the clips together. Each makes its own part, and lists
// what it made. The last command makes nothing, and fails if a clip is missing:
//
//	go run ./examples/render -o clips -manifest clips.jsonl -shard 0/2
//	go run ./examples/render -o clips -manifest clips.jsonl -shard 1/2
//	go run ./examples/render -o clips -manifest clips.jsonl -check
//
// They make one film in the same way. The last command joins its parts:
//
//	go run ./examples/render -film -o planets.webm -shard 0/2
//	go run ./examples/render -film -o planets.webm -shard 1/2
//	go run ./examples/render -film -o planets.webm -join
//
// slurm.sh and kubernetes.yaml run it so.
//
// This file, clips.go, clip.go, film.go and film_parts.go have all code that uses the encoder. The
// other files are the simulations (pendulum.go, orbit.go), their pictures (planets.go, space.go,
// canvas.go, color.go) and the sound (harmony.go).
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/avloom/avloom/api"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
}

type settings struct {
	clips clipsSettings
	one   bool // film instead of clips
	film  filmSettings
}

func parse(args []string, stderr io.Writer) (settings, error) {
	s := settings{film: filmSettings{width: 1280, height: 720}}
	flags := flag.NewFlagSet("render", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("o", "",
		"the folder of the clips (default clips), or the `file` of the film (default planets.webm)")
	workers := flags.Int("workers", 0, "how `many` clips or parts of the film at a time; 0: one per core")
	var shard api.Shard
	flags.Func("shard", "make part `i/n` of the clips or of the film, with i from 0 to n-1 (default all)",
		func(text string) error { return parseShard(text, &shard) })
	flags.BoolVar(&s.one, "film", false, "make one long film instead of clips")
	s.clips.flags(flags)
	s.film.flags(flags)
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if err := checkMode(flags, s.one); err != nil {
		return s, err
	}
	s.clips.folder, s.clips.workers, s.clips.shard = cmp.Or(*out, "clips"), *workers, shard
	s.film.path, s.film.workers, s.film.shard = cmp.Or(*out, "planets.webm"), *workers, shard
	if s.one {
		return s, s.film.check()
	}
	return s, s.clips.check()
}

// checkMode returns an error for a flag that has no meaning for what is to be made.
func checkMode(flags *flag.FlagSet, film bool) (err error) {
	ofClips, ofFilm := []string{"n", "manifest", "anew", "check"}, []string{"size", "length", "chunk", "codec", "join"}
	flags.Visit(func(f *flag.Flag) {
		switch {
		case film && slices.Contains(ofClips, f.Name):
			err = fmt.Errorf("-%s is for clips, and not for a film", f.Name)
		case !film && slices.Contains(ofFilm, f.Name):
			err = fmt.Errorf("-%s is for a film: add -film", f.Name)
		}
	})
	return err
}

// parseShard reads what the flag -shard has, such as 0/10.
func parseShard(text string, shard *api.Shard) error {
	_, err := fmt.Sscanf(text, "%d/%d", &shard.Index, &shard.Count)
	if err != nil || fmt.Sprintf("%d/%d", shard.Index, shard.Count) != text ||
		shard.Index < 0 || shard.Index >= shard.Count {
		return errors.New("write it as 0/10 for the first of ten parts, and as 9/10 for the last")
	}
	return nil
}

// run makes the clips or the film that the arguments ask for, and writes a summary to stdout.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if s.one {
		return s.film.run(ctx, stdout, stderr)
	}
	return s.clips.run(ctx, stdout, stderr)
}
