package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// jsonLines is what a logger in production writes: lines of JSON.
type jsonLines struct {
	mu    sync.Mutex
	lines []string
}

func (l *jsonLines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, string(line))
	return len(line), nil
}

func (l *jsonLines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// logger writes all that there is to be logged to l.
func (l *jsonLines) logger() *zap.Logger {
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	return zap.New(
		zapcore.NewCore(encoder, zapcore.AddSync(l), zap.DebugLevel),
		zap.AddCaller(),
		zap.AddStacktrace(zap.WarnLevel),
	)
}

// line is the one with this message.
func (l *jsonLines) line(t *testing.T, message string) map[string]any {
	t.Helper()
	for _, line := range l.all() {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &fields))
		if fields["msg"] == message {
			return fields
		}
	}
	require.Fail(t, "no such line", message)
	return nil
}

// repeatedKey returns a key that an object in a text of JSON has twice; "": there is none.
func repeatedKey(text string) (string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	var seen []map[string]bool // of each object that is open; nil for an array
	isKey := false
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return "", nil
		case err != nil:
			return "", err
		}
		inObject := len(seen) > 0 && seen[len(seen)-1] != nil
		switch v := token.(type) {
		case json.Delim:
			switch v {
			case '{':
				seen = append(seen, map[string]bool{})
			case '[':
				seen = append(seen, nil)
			default:
				seen = seen[:len(seen)-1]
			}
			isKey = len(seen) > 0 && seen[len(seen)-1] != nil
			continue
		case string:
			if inObject && isKey {
				keys := seen[len(seen)-1]
				if keys[v] {
					return v, nil
				}
				keys[v] = true
				isKey = false
				continue
			}
		}
		isKey = inObject
	}
}

func TestRepeatedKey(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1,"b":2}`:                         "",
		`{"a":1,"a":2}`:                         "a",
		`{"a":"b","b":["a","a"]}`:               "",
		`{"a":{"a":1},"b":[{"a":1},{"a":2}]}`:   "",
		`{"a":{"c":{},"b":[1,{"x":2,"x":1}]}}`:  "x",
		`{"a":{},"b":[[]],"c":{"d":[]},"b":{}}`: "b",
		`{"a":1} {"a":1}`:                       "",
	} {
		got, err := repeatedKey(text)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
}

// TestLogLinesHaveEachKeyOnce runs encoders that end in all ways, with one output and with several,
// and looks at every line.
func TestLogLinesHaveEachKeyOnce(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	boom := errors.New("boom")
	seekable := func() api.Output { return api.Writer(&api.MemoryFile{}, "mp4") }
	streamed := func() api.Output { return api.Writer(io.Discard, "mkv") }
	outputs := map[string][]api.Output{
		"one":                  {seekable()},
		"one that is streamed": {streamed()},
		"two":                  {seekable(), streamed()},
		"three of a kind":      {seekable(), seekable(), seekable()},
		"files and a URL": {
			api.File(
				temporary(t, "a.mp4"),
			), api.File(temporary(t, "b.mkv")), api.URL(fmt.Sprintf("udp://user:secret@127.0.0.1:%d?pkt_size=1316", freePort(t, "udp"))),
		},
		"one that fails": {api.Writer(&limitedWriter{left: 3000}, "mpegts")},
		"not crash-safe": {
			api.Writer(
				&api.MemoryFile{},
				"mp4",
				api.CrashSafe(true),
				api.FormatOptions(map[string]any{"movflags": "frag_keyframe"}),
			),
		},
		"refused": {api.Writer(io.Discard, "webm")},
	}
	ends := map[string]func(enc *api.Encoder){
		"closed":  func(enc *api.Encoder) { _ = enc.Close() },
		"aborted": func(enc *api.Encoder) { _ = enc.Abort(boom) },
	}
	for name, to := range outputs {
		for how, end := range ends {
			var lines jsonLines
			enc := api.NewEncoder(api.WithLogger(lines.logger()))
			v, a := addVideo(t, enc, withoutBuffer()), addAudio(t, enc, stereo())
			if err := enc.Open(ctx, to...); err == nil {
				_ = feedBoth(v, a, 20)
			}
			end(enc)
			require.Equal(t, name == "refused", len(lines.all()) == 0)
			for _, line := range lines.all() {
				key, err := repeatedKey(line)
				require.NoError(t, err)
				require.Empty(t, key, "%s, %s: %s", name, how, line)
			}
		}
	}
}

// TestLogOfOutputs: a line for each run says what became of its outputs.
func TestLogOfOutputs(t *testing.T) {
	mediatest.NoLeaks(t)
	var lines jsonLines
	var stream bytes.Buffer
	path := temporary(t, "a.mkv")
	enc := api.NewEncoder(api.WithLogger(lines.logger()))
	v := addVideo(t, enc, numberedVideo())
	a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"})
	require.NoError(t, enc.Open(context.Background(), api.File(path), api.Writer(&stream, "mp4")))
	require.NoError(t, feedBoth(v, a, 5))
	require.NoError(t, enc.Close())
	opened := lines.line(t, "open")
	require.Equal(t, map[string]any{"container": "matroska", "path": path}, opened["output0"])
	require.Equal(t, map[string]any{"container": "mp4", "path": "*bytes.Buffer"}, opened["output1"])
	require.NotContains(t, opened, "container")
	require.NotContains(t, opened, "path")
}
