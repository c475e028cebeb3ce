package api_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/avloom/avloom/api"
)

// Two encoders that nobody feeds, and one that is not open. Text has the same in words.
func ExampleLimits() {
	encoders := []*api.Encoder{api.NewEncoder(), api.NewEncoder(), api.NewEncoder()}
	for _, enc := range encoders[:2] {
		if _, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 30}); err != nil {
			panic(err)
		}
		if err := enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv"); err != nil {
			panic(err)
		}
	}
	var stats []api.Stats
	for _, enc := range encoders {
		stats = append(stats, enc.Stats())
		_ = enc.Abort(nil)
	}
	for _, limit := range api.Limits(stats...) {
		fmt.Println(limit.Kind, limit.Encoders)
	}
	// Output:
	// caller [0 1]
	// none [2]
}

func ExampleStats_Bottleneck() {
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	video, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 30})
	if err != nil {
		panic(err)
	}
	fmt.Println(enc.Stats().Bottleneck())
	if err := enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mp4"); err != nil {
		panic(err)
	}
	if err := video.AddFrames(context.Background(), api.Frames{Data: make([]byte, 15*3*64*64)}); err != nil {
		panic(err)
	}
	if err := enc.Close(); err != nil {
		panic(err)
	}
	s := enc.Stats()
	for _, t := range s.Streams {
		fmt.Println(t.Kind, t.Codec, t.Accepted, t.Encoded, t.Held)
	}
	graph := s.DOT() // for Graphviz
	fmt.Println(strings.Contains(graph, `"encode 0" -> "mux"`))
	// Output:
	// nothing has run yet: the encoder is not open
	// video libx264 15 500ms 0
	// true
}
