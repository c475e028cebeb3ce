// Cuda simulates particles on the GPU, and encodes them there. No picture is copied to main memory.
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./examples/cuda -o particles.mp4
//
// Where no GPU can encode, it says so, and the CPU simulates and encodes.
//
// Ctrl-C ends the simulation, and the file is finished. A second Ctrl-C ends the program at once.
//
// This file has all code that uses the encoder. The other files are the simulation on the GPU
// (world.go, world.c, and the kernels in particles.cu) and on the CPU (particles.go).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/gpu"
)

const rate = 30 // frames per second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "cuda:", err)
		os.Exit(1)
	}
}

type settings struct {
	path          string
	device        string
	seconds       float64
	width, height int
	particles     int
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("cuda", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.path, "o", "particles.mp4", "the `file` to write")
	flags.StringVar(&s.device, "device", "cuda", "the `GPU`: cuda, cuda:1, ...")
	flags.Float64Var(&s.seconds, "seconds", 10, "how many `seconds` of film to make")
	flags.IntVar(&s.width, "width", 640, "the width, in `pixels`")
	flags.IntVar(&s.height, "height", 360, "the height, in `pixels`")
	flags.IntVar(&s.particles, "particles", 60, "how `many` particles")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if s.particles < 1 {
		return s, fmt.Errorf("-particles %d: at least one is needed", s.particles)
	}
	if _, ok := gpu.ParseDevice(s.device); !ok {
		return s, fmt.Errorf("-device %s: is no GPU; use cuda or cuda:1", s.device)
	}
	return s, nil
}

// run makes the film that the arguments ask for, and writes a summary to stdout.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	by := s.device
	took, err := s.render(ctx, s.device, s.onGPU)
	if errors.Is(err, gpu.ErrUnavailable) {
		_, _ = fmt.Fprintf(stderr, "cuda: the CPU simulates and encodes: %v\n", err)
		by = "the CPU"
		took, err = s.render(ctx, "cpu", s.onCPU)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s: %g seconds by %s\n", s.path, took.Seconds(), by)
	return err
}

// feeder feeds a stream until the film is complete, or ctx ends.
type feeder func(ctx context.Context, video *api.VideoStream) error

// render encodes the frames of feed on a device, and returns the duration of the film. When ctx
// ends, feed ends, and the file is finished.
func (s settings) render(ctx context.Context, device string, feed feeder) (time.Duration, error) {
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	video, err := enc.AddVideo(api.VideoConfig{Width: s.width, Height: s.height, FrameRate: rate, Device: device})
	if err != nil {
		return 0, err
	}
	// The encoder gives the file up when the context given to Open ends. The end of ctx must not do
	// that.
	if err := enc.OpenFile(context.WithoutCancel(ctx), s.path); err != nil {
		return 0, err
	}
	err = feed(ctx, video)
	if err != nil && !errors.Is(err, context.Cause(ctx)) {
		return 0, err
	}
	if err := enc.Close(); err != nil {
		return 0, err
	}
	return enc.Stats().Streams[0].Fed, nil
}

func (s settings) onGPU(ctx context.Context, video *api.VideoStream) error {
	index, _ := gpu.ParseDevice(s.device)
	w, err := newWorld(index, scatter(s.particles, s.width, s.height), s.width, s.height)
	if err != nil {
		return err
	}
	defer w.close()
	for range int(s.seconds * rate) {
		picture, err := w.step(1. / rate)
		if err != nil {
			return err
		}
		if err := video.AddDeviceFrames(ctx, picture); err != nil {
			return err
		}
	}
	return nil
}

func (s settings) onCPU(ctx context.Context, video *api.VideoStream) error {
	w := newCPUWorld(scatter(s.particles, s.width, s.height), s.width, s.height)
	for range int(s.seconds * rate) {
		if err := video.AddFrames(ctx, api.Frames{Data: w.step(1. / rate), Layout: api.NHWC}); err != nil {
			return err
		}
	}
	return nil
}
