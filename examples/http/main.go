// HTTP serves a simulation that never ends to a browser: waves on water, with a chord that swells
// with them. It encodes the simulation while one watches.
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./examples/http -addr localhost:8080
//
// then open http://localhost:8080, or play http://localhost:8080/live.mp4. Each client gets its own
// encoder, which writes a fragmented mp4 into the response (live.go) until the client goes away or
// takes nothing for half a minute. The simulation is in waves.go.
package main

import (
	"context"
	_ "embed"
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
)

//go:embed index.html
var page []byte

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "http:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("http", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("addr", "localhost:8080", "the `address` to listen at")
	duration := flags.Duration("duration", 0, "how `long` a stream lasts; 0: until the client goes away")
	mute := flags.Bool("mute", false,
		"add no sound; this holds the pictures back for no longer than the patience of the stream")
	if err := flags.Parse(args); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *address)
	if err != nil {
		return err
	}
	logger := log.New(stderr, "http: ", 0)
	logger.Printf("watch at http://%s", listener.Addr())
	return serve(ctx, listener, newHandler(&live{
		codec: "libx264", interval: time.Second / frameRate, duration: *duration,
		stall: 30 * time.Second, mute: *mute, logger: logger,
	}))
}

// newHandler returns a handler that serves the page and, at /live.mp4, the stream.
func newHandler(stream http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /live.mp4", stream)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page) // a client that is gone needs no page
	})
	return mux
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
