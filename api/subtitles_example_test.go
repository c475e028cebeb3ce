package api_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/avloom/avloom/api"
)

// Captions and the state of a simulation, as text of its own for each frame.
func ExampleEncoder_AddSubtitles() {
	ctx, file := context.Background(), "telemetry.mkv"
	defer func() { _ = os.Remove(file) }()
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	video, _ := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 25})
	captions, _ := enc.AddSubtitles(api.SubtitleConfig{
		Metadata: map[string]string{"language": "eng"}, Disposition: []string{"default"},
	})
	state, _ := enc.AddSubtitles(api.SubtitleConfig{
		Codec: "ass", Metadata: map[string]string{"title": "telemetry"},
	})
	if err := enc.OpenFile(ctx, file); err != nil {
		fmt.Println(err)
		return
	}
	_ = captions.AddCue(ctx, api.Cue{Start: 0, End: 2 * time.Second, Text: "Run 7: left turn"})
	frame := time.Second / 25
	for k := range time.Duration(50) {
		_ = video.AddFrames(ctx, api.Frames{Data: make([]byte, 64*64*3)})
		text := fmt.Sprintf(`{"frame":%d,"speed":%.1f}`, k, 10-0.1*float64(k))
		_ = state.AddCue(ctx, api.Cue{Start: k * frame, End: (k + 1) * frame, Text: text})
	}
	fmt.Println(enc.Close(), enc.Stats().Streams[2].Accepted, "cues")
	// Output: <nil> 50 cues
}

func ExampleSubtitleStream_AddCue() {
	ctx, file := context.Background(), "captions.srt"
	defer func() { _ = os.Remove(file) }()
	enc := api.NewEncoder()
	s, _ := enc.AddSubtitles(api.SubtitleConfig{})
	_ = enc.OpenFile(ctx, file)
	_ = s.AddCue(ctx, api.Cue{Start: time.Second, End: 2 * time.Second, Text: "Hello"})
	fmt.Println(s.AddCue(ctx, api.Cue{Start: 3 * time.Second, End: 4 * time.Second, Text: "<b>bold</b>"}))
	fmt.Println(enc.Close())
	content, _ := os.ReadFile(file)
	fmt.Print(string(content))
	// Output:
	// avloom: Text "<b>bold</b>": contains "<b", which players of subrip take for markup, and subrip has no escape for it; set SubtitleConfig.Codec to another codec that the container carries
	// <nil>
	// 1
	// 00:00:01,000 --> 00:00:02,000
	// Hello
}
