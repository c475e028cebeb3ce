package api_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestSegmentsIgnoreOtherKeyFrames: a key frame shortly before a cut, where FFmpeg would cut too,
// because the sound begins earlier, does not move the cut. Rates whose frames are no whole number
// of microseconds do not move it either.
func TestSegmentsIgnoreOtherKeyFrames(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		name    string
		rate    float64
		every   time.Duration
		frames  int // in a segment
		options map[string]any
	}{
		{name: "60 fps", rate: 60, every: 500 * time.Millisecond, frames: 30},
		{name: "120 fps in MPEG-TS", rate: 120, every: 250 * time.Millisecond, frames: 30, options: mpegts},
		{name: "NTSC", rate: 60000.0 / 1001, every: 500500 * time.Microsecond, frames: 30},
		{name: "film in MPEG-TS", rate: 24000.0 / 1001, every: 542208333 * time.Nanosecond, frames: 13, options: mpegts},
		{name: "a third of a second", rate: 30, every: time.Second / 3, frames: 10},
		{name: "a seventh of a second", rate: 210, every: time.Second / 7, frames: 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			enc := api.NewEncoder()
			cfg := numberedVideo()
			cfg.FrameRate = c.rate
			v, a := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
			folder := api.Folder(dir, "index.m3u8", api.SegmentEvery(c.every), api.FormatOptions(c.options))
			require.NoError(t, enc.Open(context.Background(), folder))
			const segments = 6
			sound := 0
			for i := range segments * c.frames {
				if i%c.frames >= c.frames-2 {
					require.NoError(t, v.ForceKeyFrame())
				}
				addNumbered(t, v, i, 1)
				until := int(float64(i+1) / c.rate * 48000)
				addTone(t, a, sound, until-sound)
				sound = until
			}
			require.NoError(t, enc.Close())
			p := readPlaylist(t, filepath.Join(dir, "index.m3u8"))
			require.Len(t, p.names, segments)
			for _, d := range p.durations {
				require.InDelta(t, float64(c.frames)/c.rate, d, 3e-5)
			}
			first := mediatest.Pictures(t, filepath.Join(dir, "index.m3u8"), 0, "gray")
			require.Len(t, first, segments*c.frames)
			if c.options != nil { // each segment can be read alone
				for i, name := range p.names {
					pictures := mediatest.Pictures(t, filepath.Join(dir, name), 0, "gray")
					require.Len(t, pictures, c.frames)
					require.Equal(t, i*c.frames, numberOf(pictures[0]))
				}
			}
		})
	}
}

// TestUsualSegments: without SegmentEvery a segment lasts as many whole frames as come closest to
// four seconds.
func TestUsualSegments(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	enc := api.NewEncoder()
	cfg := numberedVideo()
	cfg.FrameRate = 30000.0 / 1001
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.Open(context.Background(), api.Folder(dir, "index.m3u8")))
	addNumbered(t, v, 0, 250)
	require.NoError(t, enc.Close())
	p := readPlaylist(t, filepath.Join(dir, "index.m3u8"))
	require.InDeltaSlice(t, []float64{4.004, 4.004, 10 * 1001.0 / 30000}, p.durations, 1e-6)
}
