package api_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/avloom/avloom/api"
)

// A recording, and a preview that may come and go: when its server is not there, or does not keep
// up, the recording has every frame.
func ExampleBestEffort() {
	dir, err := os.MkdirTemp("", "avloom")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	record := func(ctx context.Context) (api.Stats, error) {
		enc := api.NewEncoder()
		defer enc.Abort(nil) // does nothing after Close
		video, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 30})
		if err != nil {
			return api.Stats{}, err
		}
		err = enc.Open(ctx,
			api.File(filepath.Join(dir, "recording.mp4")),
			api.URL("tcp://127.0.0.1:1", api.BestEffort()), // nobody is there
		)
		if err != nil {
			return api.Stats{}, err
		}
		frames := make([]byte, 30*64*64*3)
		if err := video.AddFrames(ctx, api.Frames{Data: frames, Layout: api.NHWC}); err != nil {
			return api.Stats{}, err
		}
		err = enc.Close()
		return enc.Stats(), err
	}
	stats, err := record(context.Background())
	fmt.Println(err)
	for _, o := range stats.Outputs {
		fmt.Println(o.State, o.BytesWritten > 0, o.Err)
	}
	// Output:
	// <nil>
	// ended true <nil>
	// ended false avloom: mux 1: connect to tcp://127.0.0.1:1: connection refused
}

// A stream to a server that is connected again after each failure, first after a second, and at
// least every half minute.
func ExampleReconnect() {
	open := func(ctx context.Context, enc *api.Encoder) error {
		return enc.Open(ctx,
			api.File("recording.mp4"),
			api.URL("rtmp://live.example/app/key", api.Reconnect(time.Second, 30*time.Second)),
		)
	}
	_ = open
}

// A viewer who comes while the encoder runs, and leaves before its end. It gets a fragmented mp4
// that begins at a key frame.
func ExampleEncoder_AddOutput() {
	serve := func(ctx context.Context) (viewer *bytes.Buffer, err error) {
		enc := api.NewEncoder()
		defer enc.Abort(nil) // does nothing after Close
		video, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 30, Codec: "libx264"})
		if err != nil {
			return nil, err
		}
		if err := enc.OpenWriter(ctx, new(api.MemoryFile), "mkv"); err != nil {
			return nil, err
		}
		second := api.Frames{Data: make([]byte, 30*64*64*3), Layout: api.NHWC}
		if err := video.AddFrames(ctx, second); err != nil {
			return nil, err
		}

		viewer = new(bytes.Buffer) // or the response of a net/http server
		output, err := enc.AddOutput(ctx, api.Writer(viewer, "mp4", api.BestEffort()))
		if err != nil {
			return nil, err
		}
		if err := video.AddFrames(ctx, second); err != nil {
			return nil, err
		}
		if err := output.Close(); err != nil { // the viewer leaves, and the recording goes on
			return nil, err
		}
		return viewer, enc.Close()
	}
	viewer, err := serve(context.Background())
	fmt.Println(err, string(viewer.Bytes()[4:8]))
	// Output: <nil> ftyp
}
