package api_test

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// extrasConfig is a file with two seconds of pictures and sound.
type extrasConfig struct {
	name         string // of the file
	video, audio string // encoders; "": none
	options      []api.OutputOption
	state        extrasState
	rate         float64 // of the 50 pictures; 0: 25
}

// extrasState is the way in which a file comes to be.
type extrasState int

const (
	complete    extrasState = iota
	unfinished              // as it is before Close: what a killed process leaves
	frontToBack             // by a writer that cannot seek
	lateOutput              // by AddOutput
)

// write writes the file and returns its path.
func (c extrasConfig) write(t *testing.T, options ...api.OutputOption) string {
	t.Helper()
	return c.writeLogged(t, zap.NewNop(), options...)
}

func (c extrasConfig) writeLogged(t *testing.T, log *zap.Logger, options ...api.OutputOption) string {
	t.Helper()
	ctx, enc, dir := context.Background(), api.NewEncoder(api.WithLogger(log)), t.TempDir()
	path := filepath.Join(dir, c.name)
	options = slices.Concat(c.options, options)
	var feeds []func()
	if c.video != "" {
		rate := cmp.Or(c.rate, 25)
		v := addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: rate, Codec: c.video})
		pictures := api.Frames{Data: make([]byte, 50*64*64*3), Layout: api.NHWC}
		feeds = append(feeds, func() { require.NoError(t, v.AddFrames(ctx, pictures)); require.NoError(t, v.End()) })
	}
	if c.audio != "" {
		a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: c.audio})
		feeds = append(feeds, func() { require.NoError(t, a.AddSamples(ctx, tone(2, 0, 96000))); require.NoError(t, a.End()) })
	}
	out := api.File(path, options...)
	switch c.state {
	case frontToBack:
		file, err := os.Create(path)
		require.NoError(t, err)
		defer func() { require.NoError(t, file.Close()) }()
		out = api.Writer(struct{ io.Writer }{file}, strings.TrimPrefix(filepath.Ext(path), "."), options...)
	case lateOutput:
		out = api.File(filepath.Join(dir, "first"+filepath.Ext(path)))
	}
	require.NoError(t, enc.Open(ctx, out))
	if c.state == lateOutput {
		_, err := enc.AddOutput(ctx, api.File(path, options...))
		require.NoError(t, err)
	}
	for _, feed := range feeds {
		feed()
	}
	if c.state == unfinished {
		require.NoError(t, enc.Sync(ctx))
		left, err := os.ReadFile(path)
		require.NoError(t, err)
		path = filepath.Join(dir, "left-"+c.name)
		require.NoError(t, os.WriteFile(path, left, 0o600))
	}
	require.NoError(t, enc.Close())
	return path
}

// assertStreams checks that the file has its streams in the program's order, then perhaps the
// cover, then perhaps the track of chapters, and that its pictures and sound last two seconds.
func (c extrasConfig) assertStreams(t *testing.T, path string, more ...string) {
	t.Helper()
	var want, got []string
	if c.video != "" {
		want = append(want, "video")
	}
	if c.audio != "" {
		want = append(want, "audio")
	}
	probe := mediatest.Probe(t, path)
	for _, s := range probe.Streams {
		got = append(got, s.Type)
	}
	assert.Equal(t, append(want, more...), got)
	if c.video != "" {
		assert.Equal(t, "50", probe.Streams[0].NbReadFrames)
	}
	if probe.Format.Duration != "" { // mkv that was not finished does not say
		assert.InDelta(t, max(2, 50/cmp.Or(c.rate, 25)), secondsOf(t, probe.Format.Duration), 0.09)
	}
}

func secondsOf(t *testing.T, text string) float64 {
	t.Helper()
	d, err := time.ParseDuration(text + "s")
	require.NoError(t, err)
	return d.Seconds()
}
