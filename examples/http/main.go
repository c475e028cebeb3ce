// HTTP shows a simulation that never ends to any number of browsers: waves on water, with a chord
// that swells with them. It encodes the simulation once, for all of them.
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./examples/http -addr localhost:8080
//
// then open http://localhost:8080. The page plays the stream in one of three ways:
//
//   - as http://localhost:8080/live.mp4, a fragmented mp4 that begins when one looks, and has a
//     delay of less than a second;
//   - the same with Media Source Extensions, which let a page keep the delay short;
//   - as http://localhost:8080/hls/index.m3u8, HLS: files, which any cache can serve to any number
//     of viewers, with a delay of a few seconds.
//
// Safari and new versions of Chrome play HLS. Other browsers need hls.js, which is not part of this
// program:
//
//	npm pack hls.js && tar xf hls.js-*.tgz
//	go run ./examples/http -hlsjs package/dist/hls.min.js
//
// The encode is in broadcast.go, a viewer of live.mp4 in viewer.go, the page in index.html and
// player.js, the simulation in waves.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "http:", err)
		os.Exit(1)
	}
}

type settings struct {
	address, hlsJS string
	duration       time.Duration
	mute           bool
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("http", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.address, "addr", "localhost:8080", "the `address` to listen at")
	flags.StringVar(&s.hlsJS, "hlsjs", "", "the `file` hls.min.js of hls.js, for browsers that cannot play HLS")
	flags.DurationVar(&s.duration, "duration", 0, "how `long` the simulation lasts; 0: until Ctrl-C")
	flags.BoolVar(&s.mute, "mute", false,
		"add no sound; ffplay and others show the pictures a moment later, browsers wait for sound")
	return s, flags.Parse(args)
}

// run serves until ctx or the simulation ends.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	b := &broadcast{
		codec: "libx264", draw: newWaves().draw, interval: time.Second / frameRate,
		duration: s.duration, mute: s.mute,
	}
	return show(ctx, b, s, log.New(stderr, "http: ", 0))
}

// show serves a broadcast until ctx or the broadcast ends. The files of HLS lie in a temporary
// folder.
func show(ctx context.Context, b *broadcast, s settings, logger *log.Logger) (err error) {
	folder, err := os.MkdirTemp("", "hls-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := b.open(ctx, folder); err != nil {
		return err
	}
	defer b.encoder.Abort(nil)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.address)
	if err != nil {
		return err
	}
	logger.Printf("watch at http://%s", listener.Addr())
	stream := &live{encoder: b.encoder, stall: 30 * time.Second, logger: logger}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx)) // until the viewers have the end, too
	served := make(chan error, 1)
	go func() { served <- serve(serving, listener, newHandler(stream, os.DirFS(folder), s.hlsJS)) }()
	err = b.run(ctx)
	stop()
	return errors.Join(err, <-served)
}
