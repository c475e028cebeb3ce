package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"log"
	"math"
	"os"
	"path/filepath"

	"github.com/avloom/avloom/api"
)

// A second of a grey ramp, with a tone, into a file.
func Example() {
	dir, err := os.MkdirTemp("", "avloom")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "ramp.mp4")

	encode := func(ctx context.Context) error {
		enc := api.NewEncoder()
		defer enc.Abort(nil) // does nothing after Close
		video, err := enc.AddVideo(api.VideoConfig{Width: 320, Height: 240, FrameRate: 30})
		if err != nil {
			return err
		}
		audio, err := enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: 1})
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, path); err != nil {
			return err
		}
		for k := range 30 {
			frame := bytes.Repeat([]byte{byte(8 * k)}, 320*240*3)
			if err := video.AddFrames(ctx, api.Frames{Data: frame, Layout: api.NHWC}); err != nil {
				return err
			}
			sound := make([]float32, 48000/30)
			for i := range sound {
				sound[i] = float32(0.3 * math.Sin(2*math.Pi*440*float64(k*len(sound)+i)/48000))
			}
			if err := audio.AddSamples(ctx, [][]float32{sound}); err != nil {
				return err
			}
		}
		return enc.Close()
	}
	fmt.Println(encode(context.Background()))
	// Output: <nil>
}

// An image, drawn with the standard library, into a picture file in memory.
func ExampleVideoStream_AddImage() {
	ctx := context.Background()
	var file api.MemoryFile
	enc := api.NewEncoder()
	video, err := enc.AddVideo(api.VideoConfig{Width: 16, Height: 16, FrameRate: 10})
	if err != nil {
		log.Fatal(err)
	}
	if err := enc.OpenWriter(ctx, &file, "gif"); err != nil {
		log.Fatal(err)
	}
	if err := video.AddImage(ctx, image.NewGray(image.Rect(0, 0, 16, 16))); err != nil {
		log.Fatal(err)
	}
	fmt.Println(enc.Close(), string(file.Bytes()[:6]))
	// Output: <nil> GIF89a
}

// What is wrong in a config says so, before anything is written.
func ExampleConfigError() {
	enc := api.NewEncoder()
	_, err := enc.AddVideo(api.VideoConfig{
		Width: 320, Height: 240, FrameRate: 30, Codec: "libx264", ExtraOptions: map[string]any{"presett": "fast"},
	})
	if err == nil {
		err = enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mp4")
	}
	var config *api.ConfigError
	fmt.Println(errors.As(err, &config), config.Field)
	// Output: true ExtraOptions[presett]
}

// A writer that cannot seek is written front to back: mp4 becomes fragmented.
func ExampleEncoder_OpenWriter() {
	ctx := context.Background()
	var stream bytes.Buffer
	enc := api.NewEncoder()
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: 2, BitRate: 128_000})
	if err != nil {
		log.Fatal(err)
	}
	if err := enc.OpenWriter(ctx, &stream, "mp4", api.Metadata(map[string]string{"title": "silence"})); err != nil {
		log.Fatal(err)
	}
	if err := audio.AddSamples(ctx, [][]float32{make([]float32, 48000), make([]float32, 48000)}); err != nil {
		log.Fatal(err)
	}
	// Sync brings what was added so far to the stream, and the encoder goes on.
	fmt.Println(enc.Sync(ctx), bytes.Contains(stream.Bytes(), []byte("moof")))
	fmt.Println(enc.Close())
	// Output:
	// <nil> true
	// <nil>
}

// A call can be given up without giving the run up.
func ExamplePartialError() {
	enc := api.NewEncoder()
	video, err := enc.AddVideo(api.VideoConfig{Width: 16, Height: 16, FrameRate: 30})
	if err != nil {
		log.Fatal(err)
	}
	if err := enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mp4"); err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err = video.AddFrames(ctx, api.Frames{Data: make([]byte, 16*16*3)})
	var partial *api.PartialError
	fmt.Println(errors.As(err, &partial), partial.Accepted, errors.Is(err, context.Canceled))
	fmt.Println(enc.Close())
	// Output:
	// true 0 true
	// <nil>
}

// Stats tell what happened in each queue, and which actor limits the run.
func ExampleEncoder_Stats() {
	ctx := context.Background()
	enc := api.NewEncoder()
	video, err := enc.AddVideo(api.VideoConfig{Width: 16, Height: 16, FrameRate: 30})
	if err != nil {
		log.Fatal(err)
	}
	if err := enc.OpenWriter(ctx, &api.MemoryFile{}, "mkv"); err != nil {
		log.Fatal(err)
	}
	if err := video.AddFrames(ctx, api.Frames{Data: make([]byte, 5*16*16*3)}); err != nil {
		log.Fatal(err)
	}
	if err := enc.Close(); err != nil {
		log.Fatal(err)
	}
	for _, e := range enc.Stats().Edges {
		fmt.Printf("%s → %s: %d\n", e.From, e.To, e.Received)
	}
	// Output:
	// input → convert: 5
	// convert → encode: 5
	// encode → mux: 5
}
