package api_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestSubtitlesOfBestEffort writes cues to a recording and to an output that may fail: one that
// works, one that fails, and one that is stuck for as long as most of the cues take.
func TestSubtitlesOfBestEffort(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, kind := range []string{"works", "fails", "is stuck"} {
		ctx, dir, enc := context.Background(), t.TempDir(), api.NewEncoder()
		defer func() { _ = enc.Abort(nil) }()
		v := addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 10, Codec: "libx264", KeyInterval: 10})
		s, err := enc.AddSubtitles(api.SubtitleConfig{})
		require.NoError(t, err)
		path, beside := filepath.Join(dir, "a.mp4"), filepath.Join(dir, "b.mkv")
		file, err := os.Create(beside)
		require.NoError(t, err)
		free := make(chan struct{})
		writer := writerFunc(func(p []byte) (int, error) {
			switch kind {
			case "fails":
				return 0, io.ErrClosedPipe
			case "is stuck":
				<-free
			}
			return file.Write(p)
		})
		require.NoError(t, enc.Open(ctx, api.File(path), api.Writer(writer, "matroska", api.BestEffort())))
		var cues []api.Cue
		for k := range 400 {
			if k == 390 {
				close(free)
				require.Eventually(t, func() bool { return enc.Stats().Outputs[1].Queued == 0 }, time.Minute, time.Millisecond)
			}
			begin := time.Duration(k) * 100 * time.Millisecond
			cues = append(cues, api.Cue{Start: begin, End: begin + 100*time.Millisecond, Text: fmt.Sprint("cue ", k)})
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 64*64*3)}))
			require.NoError(t, s.AddCue(ctx, cues[k]))
		}
		require.NoError(t, enc.Close())
		require.NoError(t, file.Close())
		assert.Equal(t, cues, cuesIn(t, path, "0"), kind)
		out := enc.Stats().Outputs[1]
		switch kind {
		case "works":
			assert.Zero(t, out.Lost)
			assert.Equal(t, cues, cuesIn(t, beside, "0"))
		case "fails":
			require.Error(t, out.Err)
		case "is stuck":
			got := cuesIn(t, beside, "0")
			assert.Positive(t, out.Lost)
			assert.EqualValues(t, 2*len(cues), int(out.Lost)+len(got)+framesOf(t, beside), "each packet is there or lost")
			assert.Subset(t, cues, got)
			assert.Contains(t, got, cues[0])
			assert.Contains(t, got, cues[399])
		}
	}
}
