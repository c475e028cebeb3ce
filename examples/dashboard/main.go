// Dashboard records a simulation that never ends, and serves a page that shows the inside of the
// encoder: the graph of actors, how full the queues are, which actor limits the run, how fast it
// is, each output with its state, its losses and its latency, and the latest picture.
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./examples/dashboard -o orbits.mkv
//
// then open http://localhost:8081. Beside the file there is an output of the kind BestEffort, to a
// viewer that a button on the page stops. Within seconds it loses packets, while the recording goes
// on; let it go on, and it recovers.
//
// The page is index.html with page.js, its figures come from Encoder.Stats (server.go), recorder.go
// feeds the encoder, and viewer.go is the viewer. The same figures are at /metrics for Prometheus,
// and at /graph.dot for Graphviz.
//
// Ctrl-C ends the recording, and finishes the file, which may take ten seconds. A second Ctrl-C
// ends the program at once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/avloom/avloom/api"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}

// run records and serves until ctx or the recording ends.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("dashboard", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("addr", "localhost:8081", "the `address` to listen at")
	path := flags.String("o", "orbits.mkv", "the `file` to record into")
	frames := flags.Int("frames", 0, "how `many` frames to record; 0: until the program is stopped")
	if err := flags.Parse(args); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *address)
	if err != nil {
		return err
	}
	r := newRecorder(time.Second / frameRate)
	log.New(stderr, "dashboard: ", 0).Printf("look inside at http://%s", listener.Addr())
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- serve(serving, listener, newHandler(r, 200*time.Millisecond)) }()
	err = r.record(ctx, api.File(*path), *frames)
	stop()
	return errors.Join(err, <-served)
}

// serve serves until ctx ends. The end of ctx ends all requests, too. serve returns when they are
// over.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	down := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { down <- server.Shutdown(context.WithoutCancel(ctx)) })
	err := server.Serve(listener)
	if stop() || !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-down
}
