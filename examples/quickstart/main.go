// Quickstart simulates balls that bounce in a box, draws them, and makes a sound for each
// collision. It encodes pictures and sound into a file while the simulation runs:
//
//	make demo
//
// or, with other settings,
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./examples/quickstart -o balls.mkv -seconds 20 -width 1920 -height 1080
//
// Ctrl-C ends the simulation, and the file is finished. A second Ctrl-C ends the program at once.
//
// This file has all code that uses the encoder. The other files are the simulation (simulation.go,
// contact.go), its pictures (drawing.go, shading.go) and its sound (sound.go).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"time"

	"github.com/avloom/avloom/api"
)

const (
	frameRate  = 30
	sampleRate = 48000
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

type settings struct {
	path          string
	width, height int
	frames        int
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.path, "o", "demo.mp4", "the `file` to write; its extension chooses the container and the codecs")
	flags.IntVar(&s.width, "width", 1280, "the width of the picture, in `pixels`")
	flags.IntVar(&s.height, "height", 720, "the height of the picture, in `pixels`")
	seconds := flags.Float64("seconds", 10, "how many `seconds` of film to make")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	s.frames = int(math.Round(*seconds * frameRate))
	if s.frames < 1 || s.width < 1 || s.height < 1 {
		return s, fmt.Errorf("%v s of %d×%d pixels are too few for a film", *seconds, s.width, s.height)
	}
	return s, nil
}

// run makes the film that the arguments ask for, and writes a summary to stdout. When ctx ends, the
// simulation ends, and the file is finished.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	enc := api.NewEncoder()
	if err := encode(ctx, enc, s, stderr); err != nil {
		return fmt.Errorf("encode %s: %w", s.path, err)
	}
	return report(stdout, s, enc.Stats())
}

// encode writes the whole file: it adds the streams, opens, feeds and closes. The deferred Abort
// has an effect only where a step fails: it leaves the file without an end, so that the file cannot
// be mistaken for a complete one.
func encode(ctx context.Context, enc *api.Encoder, s settings, stderr io.Writer) error {
	defer enc.Abort(nil)
	video, err := enc.AddVideo(api.VideoConfig{Width: s.width, Height: s.height, FrameRate: frameRate})
	if err != nil {
		return err
	}
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: sampleRate, NumChannels: 2})
	if err != nil {
		return err
	}
	// The encoder gives the file up when the context given to Open ends. The end of ctx must not do
	// that.
	tags := api.Metadata(map[string]string{"title": "Bouncing balls"})
	if err := enc.OpenFile(context.WithoutCancel(ctx), s.path, tags); err != nil {
		return err
	}
	err = feed(ctx, video, audio, s, newProgress(stderr, s.frames))
	if err != nil && !errors.Is(err, context.Cause(ctx)) {
		return err
	}
	if ctx.Err() != nil {
		_, _ = fmt.Fprintln(stderr, "quickstart: finishing the file; Ctrl-C again gives it up")
	}
	return enc.Close()
}

// feed simulates frame by frame, until ctx ends. Frame k shows the world at k/frameRate; the sound
// from there to the next frame follows it.
func feed(ctx context.Context, video *api.VideoStream, audio *api.AudioStream, s settings, p progress) error {
	defer p.done()
	w := newWorld(float64(s.width) / float64(s.height))
	c := newCanvas(s.width, s.height)
	tones := synthesizer{rate: sampleRate, width: w.width}
	for k := 1; k <= s.frames && ctx.Err() == nil; k++ {
		if err := video.AddImage(ctx, c.draw(w)); err != nil {
			return err
		}
		for _, knock := range w.advance(float64(k) / frameRate) {
			tones.strike(knock, w.balls[knock.ball].radius)
		}
		if err := audio.AddSamples(ctx, tones.render(int64(k)*sampleRate/frameRate)); err != nil {
			return err
		}
		p.add()
	}
	return nil
}

// report writes a summary of the film.
func report(to io.Writer, s settings, stats api.Stats) error {
	frames := stats.Streams[0].Accepted
	duration := time.Duration(frames) * time.Second / frameRate
	took := stats.Elapsed.Seconds()
	const form = "%s: %d frames of %d×%d pixels, %v, %.2f MB\n" +
		"%.0f frames per second, %.1f times real time\nlimited by %s\n"
	_, err := fmt.Fprintf(to, form,
		s.path, frames, s.width, s.height, duration, float64(stats.BytesWritten)/1e6,
		float64(frames)/took, duration.Seconds()/took, stats.Bottleneck())
	return err
}
