package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// openRecording opens an encoder for a recording in memory, with a key frame every ten frames.
func openRecording(t *testing.T) (enc *api.Encoder, v *api.VideoStream, a *api.AudioStream, recording *api.MemoryFile) {
	t.Helper()
	enc, recording = api.NewEncoder(), new(api.MemoryFile)
	cfg := numberedVideo()
	cfg.KeyInterval = 10
	v, a = addVideo(t, enc, cfg), addAudio(t, enc, stereoAAC())
	require.NoError(t, enc.OpenWriter(context.Background(), recording, "mkv"))
	return enc, v, a, recording
}

// feedFrom feeds numbered frames and their sound.
func feedFrom(t *testing.T, v *api.VideoStream, a *api.AudioStream, from, frames int) {
	t.Helper()
	for i := from; i < from+frames; i++ {
		addNumbered(t, v, i, 1)
		addTone(t, a, i*1600, 1600)
	}
}

func addOutput(t *testing.T, enc *api.Encoder, o api.Output) *api.OutputHandle {
	t.Helper()
	h, err := enc.AddOutput(context.Background(), o)
	require.NoError(t, err)
	return h
}

// numbersInFile are the numbers of the pictures in a file.
func numbersInFile(t *testing.T, path string) []int {
	t.Helper()
	return numbersOf(mediatest.Pictures(t, path, 0, "gray"))
}

// requireRun checks that numbers follow one another, and returns the first one and the one behind
// the last.
func requireRun(t *testing.T, numbers []int) (first, end int) {
	t.Helper()
	require.NotEmpty(t, numbers)
	for i, n := range numbers {
		require.Equal(t, numbers[0]+i, n)
	}
	return numbers[0], numbers[len(numbers)-1] + 1
}

// Outputs that are added begin at a key frame and hold all that comes until they are closed, or the
// encoder is.
func TestAddOutput(t *testing.T) {
	mediatest.NoLeaks(t)
	for i, format := range []string{"mp4", "mkv", "ts", "mov", "flv", "avi"} {
		for j, bestEffort := range []bool{false, true} {
			if (i+j)%2 == 1 && !mediatest.Long(t) {
				continue
			}
			t.Run(fmt.Sprintf("%s, best effort %v", format, bestEffort), func(t *testing.T) {
				t.Parallel()
				var options []api.OutputOption
				if bestEffort {
					options = append(options, api.BestEffort())
				}
				enc, v, a, recording := openRecording(t)
				closed, open := temporary(t, "closed."+format), temporary(t, "open."+format)
				feedFrom(t, v, a, 0, 25)
				require.NoError(t, enc.Sync(context.Background()))
				one := addOutput(t, enc, api.File(closed, options...))
				two := addOutput(t, enc, api.File(open, options...))
				feedFrom(t, v, a, 25, 50)
				require.NoError(t, one.Close())
				require.NoError(t, one.Close(), "again")
				require.NoError(t, one.Err())
				<-one.Done()
				feedFrom(t, v, a, 75, 25)
				require.NoError(t, two.Err())
				require.NoError(t, enc.Close())
				<-two.Done()
				require.NoError(t, two.Close())
				requireRecording(t, saved(t, "recording.mkv", recording.Bytes()), 100)
				first, end := requireRun(t, numbersInFile(t, closed))
				require.LessOrEqual(t, first, 30)
				require.GreaterOrEqual(t, first, 25)
				require.LessOrEqual(t, end, 75)
				require.Greater(t, end, 65, "but for what the encoder held")
				first, end = requireRun(t, numbersInFile(t, open))
				require.LessOrEqual(t, first, 30)
				require.Equal(t, 100, end)
				requireLaw(t, enc.Stats(), true)
			})
		}
	}
}

// An output of AddOutput begins at time 0, with the same frames and the same sound as the recording
// has from that key frame on.
func TestAddedOutputIsTheEndOfTheRecording(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, v, a, recording := openRecording(t)
	feedFrom(t, v, a, 0, 33)
	require.NoError(t, enc.Sync(context.Background()))
	late := temporary(t, "late.mp4")
	addOutput(t, enc, api.File(late))
	feedFrom(t, v, a, 33, 67)
	require.NoError(t, enc.Close())
	whole := saved(t, "recording.mkv", recording.Bytes())
	first, end := requireRun(t, numbersInFile(t, late))
	require.Equal(t, 100, end)
	all := mediatest.Pictures(t, whole, 0, "yuv420p")
	require.Equal(t, all[first:], mediatest.Pictures(t, late, 0, "yuv420p"))
	times := mediatest.FrameTimes(t, late, 0)
	for i, at := range times {
		require.InDelta(t, float64(i)/30, at, 0.0001)
	}
	sound, wholeSound := mediatest.Sound(t, late, 1)[0], mediatest.Sound(t, whole, 1)[0]
	require.InDelta(t, len(times)*1600, len(sound), 2048)
	require.InDelta(t, float64(len(wholeSound)-first*1600), float64(len(sound)), 2048)
}

// What is wrong with an output is said before anything is touched, and the run goes on.
func TestAddOutputRefuses(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, v, a, recording := openRecording(t)
	kept := temporary(t, "kept.mp4")
	require.NoError(t, os.WriteFile(kept, []byte("precious"), 0o600))
	busy, again := temporary(t, "busy.mkv"), new(bytes.Buffer)
	handle := addOutput(t, enc, api.File(busy))
	addOutput(t, enc, api.Writer(again, "mpegts"))
	for name, c := range map[string]struct {
		output api.Output
		field  string
		says   string
	}{
		"no output":                 {api.Output{}, "path", "needs a name"},
		"a container without H.264": {api.File(kept, api.Format("webm")), "Codec", "webm cannot carry h264"},
		"a container without sound": {api.File(kept, api.Format("gif")), "", "gif"},
		"an unknown container":      {api.File("x.mp5"), "path", "no container"},
		"an unknown option": {
			api.File(kept, api.FormatOptions(map[string]any{"movflag": "x"})), "FormatOptions[movflag]", "movflags",
		},
		"a tag that is dropped":            {api.File(kept, api.Metadata(map[string]string{"no such tag": "x"})), "Metadata[no such tag]", ""},
		"a file that is being written":     {api.File(busy), "output", "is being written by mux 1"},
		"a writer that is being written":   {api.Writer(again, "mkv"), "output", "is being written by mux 2"},
		"the writer of Open":               {api.Writer(recording, "mkv"), "output", "is being written by mux"},
		"best effort, without H.264":       {api.File(kept, api.Format("webm"), api.BestEffort()), "Codec", "webm"},
		"best effort, that is being taken": {api.File(busy, api.BestEffort()), "output", "mux 1"},
		"Reconnect of a file":              {api.File(kept, api.Reconnect(1, 1)), "Reconnect", "is for URLs"},
	} {
		h, err := enc.AddOutput(context.Background(), c.output)
		require.Nil(t, h, name)
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, name)
		if c.field != "" {
			require.Equal(t, c.field, config.Field, name)
		}
		require.ErrorContains(t, err, c.says, name)
		require.Equal(t, "precious", string(read(t, kept)), name)
	}
	feedFrom(t, v, a, 0, 30)
	require.NoError(t, handle.Close())
	once := addOutput(t, enc, api.File(busy)) // which nobody writes any more
	require.NoError(t, once.Close())
	require.NoError(t, enc.Close())
	requireSecond(t, saved(t, "recording.mkv", recording.Bytes()))
}

func TestAddOutputOutsideARun(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("no more")
	add := func(enc *api.Encoder) error {
		h, err := enc.AddOutput(context.Background(), api.Writer(io.Discard, "mkv"))
		require.Nil(t, h)
		return err
	}
	enc := api.NewEncoder()
	addVideo(t, enc, numberedVideo())
	require.ErrorIs(t, add(enc), api.ErrNotOpen)
	require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mpegts"))
	_, err := enc.AddOutput(nil, api.Writer(io.Discard, "mkv")) //nolint:staticcheck // a nil context is refused
	require.ErrorContains(t, err, "ctx")
	ended, end := context.WithCancelCause(context.Background())
	end(cause)
	_, err = enc.AddOutput(ended, api.Writer(io.Discard, "mkv"))
	require.ErrorIs(t, err, cause)
	require.NoError(t, enc.Close())
	require.ErrorIs(t, add(enc), api.ErrClosed)

	enc, _, _, _ = openRecording(t)
	require.ErrorIs(t, enc.Abort(cause), cause)
	require.ErrorIs(t, add(enc), cause)
	require.ErrorIs(t, enc.Close(), cause)
	require.ErrorIs(t, add(enc), api.ErrClosed)
}

// A required output that is added is as required as the others.
func TestRequiredAddedOutputThatFails(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, v, a, _ := openRecording(t)
	h := addOutput(t, enc, api.Writer(&limitedWriter{left: 20_000}, "mpegts"))
	fed := feedBoth(v, a, 300)
	require.ErrorIs(t, fed, errFull)
	var node *pipeline.NodeError
	require.ErrorAs(t, fed, &node)
	require.Equal(t, "mux 1", node.Node)
	require.ErrorContains(t, fed, "output *api_test.limitedWriter")
	require.Equal(t, fed, enc.Close())
	<-h.Done()
	require.ErrorIs(t, h.Err(), errFull)
	require.ErrorIs(t, h.Close(), errFull)
	requireLaw(t, enc.Stats(), true)
}

// closingWriter closes the handle of its own output, and then the encoder, from inside a write.
type closingWriter struct {
	calls func() []error
	got   []error
}

func (w *closingWriter) Write(p []byte) (int, error) {
	if w.calls != nil && w.got == nil {
		w.got = w.calls()
	}
	return len(p), nil
}

func TestHandleClosedFromInsideAWriter(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, v, a, recording := openRecording(t)
	w := new(closingWriter)
	h := addOutput(t, enc, api.Writer(w, "mpegts"))
	require.NoError(t, enc.Sync(context.Background()))
	w.calls = func() []error {
		_, err := enc.AddOutput(context.Background(), api.Writer(io.Discard, "mkv"))
		return []error{h.Close(), err}
	}
	feedFrom(t, v, a, 0, 30)
	require.NoError(t, h.Close())
	require.NoError(t, enc.Close())
	require.Equal(t, []error{api.ErrCalledBack, api.ErrCalledBack}, w.got)
	requireSecond(t, saved(t, "recording.mkv", recording.Bytes()))
}

// An output without a packet is a valid file.
func TestAddedOutputThatGetsNothing(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, options := range [][]api.OutputOption{nil, {api.BestEffort()}} {
		enc, v, a, _ := openRecording(t)
		feedFrom(t, v, a, 0, 5)
		require.NoError(t, enc.Sync(context.Background()))
		path := temporary(t, "empty.mp4")
		h := addOutput(t, enc, api.File(path, options...))
		require.NoError(t, h.Close())
		require.NoError(t, enc.Close())
		require.Empty(t, mediatest.Packets(t, path))
	}
}

// Encoders that were opened for a container without a header of its own serve one with a header.
func TestAddOutputBesideMPEGTS(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereoAAC())
	require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mpegts"))
	defer enc.Abort(nil)
	feedFrom(t, v, a, 0, 10)
	require.NoError(t, enc.Sync(context.Background()))
	late := temporary(t, "late.mp4")
	addOutput(t, enc, api.File(late))
	feedFrom(t, v, a, 10, 30)
	require.NoError(t, enc.Close())
	first, end := requireRun(t, numbersInFile(t, late))
	require.Equal(t, []int{10, 40}, []int{first, end}, "it asks for a key frame")
}
