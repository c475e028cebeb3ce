package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// slogLines returns an option for a logger that writes JSON, and what it has written.
func slogLines() (api.Option, *jsonLines) {
	var lines jsonLines
	handler := slog.NewJSONHandler(&lines, &slog.HandlerOptions{AddSource: true})
	return api.WithSlog(slog.New(handler).With("program", "test")), &lines
}

// shape is a line without what differs from run to run: its level, its message, and its keys, inner
// ones too.
func shape(t *testing.T, line string) string {
	t.Helper()
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(line), &fields))
	for _, own := range []string{"ts", "time", "source", "caller", "stacktrace", "program"} {
		delete(fields, own)
	}
	text := strings.ToLower(fields["level"].(string)) + " " + strings.TrimRight(fields["msg"].(string), "0123456789.")
	delete(fields, "level")
	delete(fields, "msg")
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		text += " " + key
		if inner, ok := fields[key].(map[string]any); ok {
			text += "{" + strings.Join(slices.Sorted(maps.Keys(inner)), " ") + "}"
		}
	}
	return text
}

// TestSlogHasTheLinesOfZap compares, of the same runs, what each logger got.
func TestSlogHasTheLinesOfZap(t *testing.T) {
	mediatest.NoLeaks(t)
	boom := errors.New("boom")
	for name, run := range map[string]func(enc *api.Encoder, v *api.VideoStream, a *api.AudioStream){
		"closed": func(enc *api.Encoder, v *api.VideoStream, a *api.AudioStream) {
			require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mp4"))
			require.NoError(t, feedBoth(v, a, 5))
			require.NoError(t, enc.Close())
		},
		"aborted, of two outputs": func(enc *api.Encoder, _ *api.VideoStream, _ *api.AudioStream) {
			require.NoError(t, enc.Open(context.Background(), api.Writer(&api.MemoryFile{}, "mkv"), api.Writer(io.Discard, "mpegts")))
			require.ErrorIs(t, enc.Abort(boom), boom)
		},
	} {
		t.Run(name, func(t *testing.T) {
			withSlog, inSlog := slogLines()
			var inZap jsonLines
			withZap := api.WithLogger(inZap.logger().WithOptions(zap.IncreaseLevel(zapcore.InfoLevel)))
			for _, option := range []api.Option{withSlog, withZap} {
				enc := api.NewEncoder(option)
				v, a := addVideo(t, enc, withoutBuffer()), addAudio(
					t,
					enc,
					api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"},
				)
				run(enc, v, a)
			}
			shapes := func(lines *jsonLines) (all []string) {
				for _, line := range lines.all() {
					all = append(all, shape(t, line))
				}
				return all
			}
			require.ElementsMatch(t, shapes(&inZap), shapes(inSlog), "in whatever order: two encoders log at a time")
			for _, line := range inSlog.all() {
				key, err := repeatedKey(line)
				require.NoError(t, err)
				require.Empty(t, key, line)
			}
		})
	}
}

func TestSlogLine(t *testing.T) {
	mediatest.NoLeaks(t)
	option, lines := slogLines()
	enc := api.NewEncoder(option)
	v := addVideo(t, enc, withoutBuffer())
	require.NoError(t, enc.OpenWriter(context.Background(), &limitedWriter{left: 2000}, "mpegts"))
	for v.AddFrames(context.Background(), api.Frames{Data: numbered(0, 1), Layout: api.NHWC}) == nil {
	}
	require.ErrorIs(t, enc.Close(), errFull)

	opened := lines.line(t, "open")
	require.Equal(t, "test", opened["program"])
	require.Equal(t, "mpegts", opened["container"])
	require.Equal(t, "libx264", opened["stream0"].(map[string]any)["codec"])
	require.Contains(t, opened["source"].(map[string]any)["file"], "internal/graph/run.go")
	warning := lines.line(t, rateWithoutBuffer)
	require.Equal(t, []any{"WARN", "ffmpeg", "encode", 0.0, "libx264"},
		[]any{warning["level"], warning["logger"], warning["node"], warning["stream"], warning["from"]})
	stopped := lines.line(t, "stopped")
	require.Equal(t, "ERROR", stopped["level"])
	require.Contains(t, stopped["error"], errFull.Error())
}

// TestSlogLevel: what the handler does not want, FFmpeg does not write, and a text handler has
// groups.
func TestSlogLevel(t *testing.T) {
	mediatest.NoLeaks(t)
	var text bytes.Buffer
	for _, option := range []api.Option{
		api.WithSlog(slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelWarn}))),
		api.WithSlog(slog.New(slog.DiscardHandler)),
		api.WithSlog(nil),
	} {
		enc := api.NewEncoder(option)
		v := addVideo(t, enc, withoutBuffer())
		require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mp4"))
		addNumbered(t, v, 0, 3)
		require.NoError(t, enc.Close())
	}
	require.Equal(t, 1, strings.Count(text.String(), "\n"), text.String())
	require.Contains(
		t,
		text.String(),
		`level=WARN msg="`+rateWithoutBuffer+`" node=encode stream=0 logger=ffmpeg from=libx264`,
	)
}
