package api_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/avloom/avloom/api"
)

// A program that writes to stdout, for another program to read, and that wants to end well when
// that one goes away.
func ExampleWriter_stdout() {
	signal.Ignore(syscall.SIGPIPE) // which would end the program in the middle of a write
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	video, err := enc.AddVideo(api.VideoConfig{Width: 640, Height: 360, FrameRate: 25, Codec: "libx264"})
	if err != nil {
		panic(err)
	}
	if err := enc.Open(context.Background(), api.Writer(os.Stdout, "mpegts")); err != nil {
		panic(err)
	}
	err = video.AddFrames(context.Background(), api.Frames{Data: make([]byte, 640*360*3), Layout: api.NHWC})
	if err == nil {
		err = enc.Close()
	}
	if errors.Is(err, syscall.EPIPE) {
		fmt.Fprintln(os.Stderr, "nobody reads any more")
	}
}
