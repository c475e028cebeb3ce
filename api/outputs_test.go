package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// encodeTo encodes a second of pictures and sound with these codecs to some outputs, and returns
// the encoder, which is closed.
func encodeTo(t *testing.T, video, audio string, outputs ...api.Output) *api.Encoder {
	t.Helper()
	enc := api.NewEncoder()
	cfg := numberedVideo()
	if cfg.Codec = video; video != "libx264" {
		cfg.Preset = ""
	}
	v := addVideo(t, enc, cfg)
	a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: audio})
	require.NoError(t, enc.Open(context.Background(), outputs...))
	require.NoError(t, feedBoth(v, a, 30))
	require.NoError(t, enc.Close())
	return enc
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return content
}

// TestSeveralOutputs: each holds, byte for byte, what it would hold alone.
func TestSeveralOutputs(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	var stream bytes.Buffer
	var memory api.MemoryFile
	enc := encodeTo(
		t,
		"libx264",
		"aac",
		api.File(
			path("a.mp4"),
			api.Faststart(),
		),
		api.File(path("b.mkv"), api.Metadata(map[string]string{"title": "b"})),
		api.Writer(&stream, "mp4"),
		api.Writer(&memory, "mov"),
	)
	requireLaw(t, enc.Stats(), true)

	encodeTo(t, "libx264", "aac", api.File(path("alone.mp4"), api.Faststart()))
	encodeTo(t, "libx264", "aac", api.File(path("alone.mkv"), api.Metadata(map[string]string{"title": "b"})))
	var alone bytes.Buffer
	encodeTo(t, "libx264", "aac", api.Writer(&alone, "mp4"))
	encodeTo(t, "libx264", "aac", api.File(path("alone.mov")))
	a, b := read(t, path("a.mp4")), read(t, path("b.mkv"))
	require.Equal(t, read(t, path("alone.mp4")), a)
	require.Equal(t, read(t, path("alone.mkv")), b)
	require.Equal(t, alone.Bytes(), stream.Bytes())
	require.Equal(t, read(t, path("alone.mov")), memory.Bytes())
	requireSecond(t, path("a.mp4"))
	requireSecond(t, path("b.mkv"))
	require.Equal(t, int64(len(a)+len(b)+stream.Len()+len(memory.Bytes())), enc.Stats().BytesWritten)
}

// TestOutputsWithoutGlobalHeaders: beside a container that takes the encoder's header out of the
// stream, one that has it nowhere else can be read as if it had been written alone, from each of
// its key frames.
func TestOutputsWithoutGlobalHeaders(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct{ video, audio, format string }{
		{"libx264", "aac", "mpegts"},
		{"libx264", "libmp3lame", "avi"},
		{"libx264", "mp2", "mpeg"},
		{"libx265", "aac", "mpegts"},
		{"mpeg4", "libmp3lame", "mpegts"},
		{"mpeg4", "libmp3lame", "avi"},
		{"mpeg4", "mp2", "mpeg"},
		{"mpeg2video", "mp2", "mpegts"},
		{"mpeg2video", "mp2", "mpeg"},
	} {
		t.Run(c.video+" in "+c.format, func(t *testing.T) {
			alone, both, beside := temporary(t, "alone."+c.format), temporary(t, "both."+c.format), temporary(t, "beside.mkv")
			encodeTo(t, c.video, c.audio, api.File(alone, api.Format(c.format)))
			encodeTo(t, c.video, c.audio, api.File(beside), api.File(both, api.Format(c.format)))
			for stream := range 2 {
				require.Equal(t, decoded(t, alone, stream), decoded(t, both, stream))
			}
			require.Equal(t, counting(30), numbersOf(mediatest.Pictures(t, beside, 0, "gray")))
			require.Len(t, mediatest.Packets(t, both), len(mediatest.Packets(t, alone)))
		})
	}
}

// decoded is all that the system's ffmpeg makes of a stream.
func decoded(t *testing.T, path string, stream int) string {
	t.Helper()
	kind := []string{"0:v:0", "0:a:0"}[stream]
	return string(mediatest.Run(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-map", kind, "-f", "framemd5", "-"))
}

// TestDefaultCodecOfSeveralOutputs: it is the first default of one of the containers that all can
// carry.
func TestDefaultCodecOfSeveralOutputs(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		outputs      []string
		video, audio string
	}{
		"of the first": {[]string{"mp4", "matroska"}, "h264", "aac"},
		"of each one":  {[]string{"matroska", "mpegts"}, "h264", "mp2"},
		"webm":         {[]string{"webm", "matroska"}, "vp9", "opus"},
	} {
		t.Run(name, func(t *testing.T) {
			var outputs []api.Output
			var memory [2]api.MemoryFile
			for i, format := range c.outputs {
				outputs = append(outputs, api.Writer(&memory[i], format))
			}
			enc := api.NewEncoder()
			v := addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25})
			a := addAudio(t, enc, stereo())
			require.NoError(t, enc.Open(context.Background(), outputs...))
			require.NoError(t, feedBoth(v, a, 5))
			require.NoError(t, enc.Close())
			for i := range memory {
				streams := mediatest.Probe(t, saved(t, "x", memory[i].Bytes())).Streams
				require.Equal(t, []string{c.video, c.audio}, []string{streams[0].Codec, streams[1].Codec})
			}
		})
	}
}

// writerFunc is a writer of a kind that Go cannot compare.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestOutputsThatDoNotGoTogether(t *testing.T) {
	mediatest.NoLeaks(t)
	kept := temporary(t, "kept.mp4")
	require.NoError(t, os.WriteFile(kept, []byte("precious"), 0o600))
	link := temporary(t, "link.mp4")
	require.NoError(t, os.Symlink(kept, link))
	var memory api.MemoryFile
	incomparable := struct{ io.Writer }{writerFunc(io.Discard.Write)}
	for name, c := range map[string]struct {
		outputs []api.Output
		codec   string
		field   string
		names   string // in the error
	}{
		"none":                           {nil, "", "outputs", "at least one"},
		"one that is none":               {[]api.Output{api.File(kept), {}}, "", "path", "output 1"},
		"one that has no such codec":     {[]api.Output{api.File(kept), api.Writer(io.Discard, "webm")}, "libx264", "Codec", "webm"},
		"no default for all":             {[]api.Output{api.File(kept), api.Writer(io.Discard, "gif")}, "", "Codec", "all of them"},
		"one that carries no such media": {[]api.Output{api.File(kept), api.Writer(io.Discard, "wav")}, "", "Codec", "wav carries no video"},
		"a wrong option of the second": {
			[]api.Output{api.File(kept), api.Writer(io.Discard, "mkv", api.FormatOptions(map[string]any{"movflags": "faststart"}))}, "", "FormatOptions[movflags]", "output 1",
		},
		"one file twice":        {[]api.Output{api.File(kept), api.File(filepath.Dir(kept) + "/./kept.mp4")}, "", "outputs", "given twice"},
		"one file by two names": {[]api.Output{api.File(kept), api.File(link)}, "", "outputs", "given twice"},
		"one writer twice":      {[]api.Output{api.Writer(&memory, "mp4"), api.File(kept), api.Writer(&memory, "mkv")}, "", "outputs", "0 and 2"},
		"writers that Go cannot compare": {
			[]api.Output{api.Writer(incomparable, "mkv"), api.Writer(incomparable, "mkv"), {}}, "", "path", "output 2",
		},
		"one that is not a file":   {[]api.Output{api.File(kept), api.Writer(&memory, "mp4", api.Faststart())}, "", "Faststart", "output 1"},
		"a URL that leads nowhere": {[]api.Output{api.File(kept), api.URL("gopher://x")}, "", "url", "output 1"},
	} {
		t.Run(name, func(t *testing.T) {
			enc := api.NewEncoder()
			addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: c.codec})
			err := enc.Open(context.Background(), c.outputs...)
			var config *api.ConfigError
			require.ErrorAs(t, err, &config)
			require.Equal(t, c.field, config.Field)
			require.Contains(t, err.Error(), c.names)
			require.Equal(t, "precious", string(read(t, kept)), "nothing is touched")
			require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"), "it can be tried again")
			require.NoError(t, enc.Close())
		})
	}
}

// TestConnectionsComeFirst: where one of several outputs cannot be reached, no file has been
// emptied.
func TestConnectionsComeFirst(t *testing.T) {
	mediatest.NoLeaks(t)
	kept := temporary(t, "kept.mp4")
	require.NoError(t, os.WriteFile(kept, []byte("precious"), 0o600))
	enc := api.NewEncoder()
	addVideo(t, enc, numberedVideo())
	err := enc.Open(context.Background(), api.File(kept), api.URL("unix:"+temporary(t, "nobody")))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "output 1")
	require.Equal(t, "precious", string(read(t, kept)))
	require.NoError(t, enc.Close())
}

// TestOneOfSeveralOutputsFails: the run ends, the error says where, and an Abort in time leaves no
// trailer anywhere.
func TestOneOfSeveralOutputsFails(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "other.mp4")
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"})
	require.NoError(
		t,
		enc.Open(
			context.Background(),
			api.File(path, api.CrashSafe(false)),
			api.Writer(&limitedWriter{left: 20_000}, "mpegts"),
		),
	)
	fed := feedBoth(v, a, 300)
	err := enc.Close()
	require.ErrorIs(t, err, errFull)
	var node *pipeline.NodeError
	require.ErrorAs(t, err, &node)
	require.Equal(t, "mux 1", node.Node)
	require.ErrorContains(t, err, "output *api_test.limitedWriter")
	require.Equal(t, err, fed)
	require.NotContains(t, string(read(t, path)), "moov")
	requireLaw(t, enc.Stats(), true)
}

// lastWriter fails at its last write, which is the trailer's.
type lastWriter struct{ closing bool }

func (w *lastWriter) Write(p []byte) (int, error) {
	if w.closing {
		return 0, errFull
	}
	return len(p), nil
}

// TestOtherOutputsAreFinished: when all packets are there, an output that cannot be finished leaves
// the others whole.
func TestOtherOutputsAreFinished(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "other.mp4")
	last := &lastWriter{}
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"})
	require.NoError(t, enc.Open(context.Background(), api.Writer(last, "mp4"), api.File(path)))
	require.NoError(t, feedBoth(v, a, 30))
	require.NoError(t, v.End())
	require.NoError(t, a.End())
	require.NoError(t, enc.Sync(context.Background()))
	last.closing = true
	require.ErrorIs(t, enc.Close(), errFull)
	requireSecond(t, path)
}

// TestSeveralOutputsEndTogether: a Sync reaches all, and a write that blocks in one is woken.
func TestSeveralOutputsEndTogether(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("no more patience")
	stuck := newStuckWriter()
	var memory api.MemoryFile
	enc := api.NewEncoder(api.WithQueueDepth(1))
	cfg := numberedVideo()
	cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.Open(context.Background(), api.Writer(&memory, "mkv"), api.Writer(withClose{stuck}, "mpegts")))
	addNumbered(t, v, 0, 1)
	require.NoError(t, enc.Sync(context.Background()))
	require.Equal(t, counting(1), numbersOf(mediatest.Pictures(t, saved(t, "so-far.mkv", memory.Bytes()), 0, "gray")))
	fed := make(chan error, 1)
	go func() { fed <- feedUntilError(v) }()
	<-stuck.stuck
	require.ErrorIs(t, enc.Abort(cause), cause)
	require.ErrorIs(t, <-fed, cause)
	require.Zero(t, enc.Stats().Abandoned)
	requireLaw(t, enc.Stats(), true)
}
