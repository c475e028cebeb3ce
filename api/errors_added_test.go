package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// noteWrongAdded notes the errors of AddOutput.
func noteWrongAdded(t *testing.T, note func(name, field string, err error)) {
	enc := api.NewEncoder()
	addVideo(t, enc, api.VideoConfig{
		Width: 64, Height: 64, FrameRate: 25, Codec: "libx264", ExtraOptions: map[string]any{"movflags": "+negative_cts_offsets"},
	})
	addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"})
	var writer api.MemoryFile
	require.NoError(t, enc.OpenWriter(context.Background(), &writer, "mov"))
	for _, c := range []struct {
		name, field string
		output      api.Output
	}{
		{"added output without H.264", "Codec", api.File("out.webm")},
		{"added output without AAC", "Codec", api.File("out.mp3")},
		{"added output to a writer that is being written", "output", api.Writer(&writer, "mkv")},
		{"added output of no container", "path", api.File("out.mp5")},
		{"added output with other muxer options", "ExtraOptions[movflags]", api.File("out.mp4", api.FormatOptions(map[string]any{
			"movflags": "frag_keyframe",
		}))},
		{"added output that cannot reconnect", "Reconnect", api.File("out.mp4", api.Reconnect(1, 1))},
	} {
		_, err := enc.AddOutput(context.Background(), c.output)
		note(c.name, c.field, err)
	}
	require.NoError(t, enc.Close())
	noteOneKey(t, note)
}

// noteOneKey notes the errors of outputs that begin later, of encoders with one key frame.
func noteOneKey(t *testing.T, note func(name, field string, err error)) {
	for _, codec := range []string{"apng", "gif"} {
		enc := api.NewEncoder()
		addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: codec})
		file := api.Writer(&api.MemoryFile{}, codec)
		url := api.URL("tcp://localhost:9", api.Format(codec), api.Reconnect(time.Second, time.Minute))
		note("output that reconnects with "+codec, "Codec", enc.Open(context.Background(), file, url))
		require.NoError(t, enc.Open(context.Background(), file))
		_, err := enc.AddOutput(context.Background(), api.Writer(&api.MemoryFile{}, codec))
		note("added output with "+codec, "Codec", err)
		enc.Abort(nil)
	}
}
