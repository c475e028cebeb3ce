// Realtime runs a simulation in a loop with a fixed tick of 1/240 s, and records it while it runs.
// The loop never waits for the encoder: a picture for which there is no room is dropped. Sound is
// never dropped. A file and a live preview come out of one encode. The preview is sent as well as
// it goes: when nobody takes it, or its server dies, the recording has everything.
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./examples/realtime -o pendulum.mp4 -preview udp://127.0.0.1:5000
//	ffplay udp://127.0.0.1:5000 # beside it
//
// With -preset veryslow and a large -width and -height, it drops many pictures, and tells how many.
// Ctrl-C ends the simulation, and the file is finished.
//
// This file has all code that uses the encoder. The loop is in loop.go, the simulation with its
// pictures and its sound in pendulum.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/avloom/avloom/api"
)

const (
	frameRate  = 60 // of the video
	sampleRate = 48000
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "realtime:", err)
		os.Exit(1)
	}
}

type settings struct {
	path, preview string
	preset        string
	width, height int
	duration      time.Duration
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("realtime", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.path, "o", "pendulum.mp4", "the `file` to write")
	flags.StringVar(&s.preview, "preview", "", "a `URL` or a file that gets the same as MPEG-TS, live")
	flags.StringVar(&s.preset, "preset", "veryfast", "the `preset` of libx264")
	flags.IntVar(&s.width, "width", 1280, "the width of the picture, in `pixels`")
	flags.IntVar(&s.height, "height", 720, "the height of the picture, in `pixels`")
	flags.DurationVar(&s.duration, "for", 10*time.Second, "for how `long` the simulation runs")
	return s, flags.Parse(args)
}

// run records the simulation that the arguments ask for, and writes a report to stdout.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	enc := api.NewEncoder()
	punctuality, err := record(ctx, enc, s)
	if err != nil {
		return fmt.Errorf("record %s: %w", s.path, err)
	}
	return report(stdout, punctuality, enc.Stats())
}

// record opens the encoder, runs the loop, and finishes the outputs. Pictures carry the times of
// the simulation, some are dropped, and OutFrameRate makes a constant rate of the rest.
func record(ctx context.Context, enc *api.Encoder, s settings) (punctuality, error) {
	defer enc.Abort(nil)
	video, err := enc.AddVideo(api.VideoConfig{
		Width: s.width, Height: s.height, Codec: "libx264", Preset: s.preset,
		FrameRate: frameRate, VariableRate: true, OnFull: api.OnFullDrop, OutFrameRate: frameRate,
	})
	if err != nil {
		return punctuality{}, err
	}
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: sampleRate, NumChannels: 1, Codec: "aac"})
	if err != nil {
		return punctuality{}, err
	}
	if err := enc.Open(context.WithoutCancel(ctx), outputs(s)...); err != nil {
		return punctuality{}, err
	}
	sound := startSound(audio)
	p, err := loop(ctx, s, video, sound)
	err = errors.Join(err, sound.end())
	if err != nil {
		return p, err
	}
	return p, enc.Close()
}

// outputs returns the file, and the preview if there is one. With Reconnect the preview is also
// BestEffort: it may fail.
func outputs(s settings) []api.Output {
	all := []api.Output{api.File(s.path)}
	switch {
	case strings.Contains(s.preview, "://"):
		again := api.Reconnect(time.Second, 10*time.Second) // which implies BestEffort
		all = append(all, api.URL(s.preview, api.Format("mpegts"), again))
	case s.preview != "":
		all = append(all, api.File(s.preview, api.Format("mpegts"), api.BestEffort()))
	}
	return all
}

// report tells how punctual the loop was, and what was dropped.
func report(to io.Writer, p punctuality, stats api.Stats) error {
	video, audio := stats.Streams[0], stats.Streams[1]
	const form = "%d ticks in %.2f s, %d of them late, by %v at most\n" +
		"%d pictures offered: %d accepted, %d dropped; %d not drawn for lack of time\n" +
		"%d samples of sound\n"
	_, err := fmt.Fprintf(to, form, p.ticks, p.took.Seconds(), p.late, p.latest.Round(time.Microsecond),
		p.offered, video.Accepted, video.Dropped, p.skipped, audio.Accepted)
	return err
}
