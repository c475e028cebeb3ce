package api_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

var errOwn = errors.New("the writer's own")

// liar is a writer that does at each call what its dice say, and remembers whether that was wrong.
type liar struct {
	api.MemoryFile
	dice  dice
	wrong bool // it has broken the contract of io.Writer or io.Seeker in a way that can be seen
	own   bool // the first thing that was wrong was its own error
}

func (l *liar) misbehave(own bool) {
	l.own = l.own || own && !l.wrong
	l.wrong = true
}

func (l *liar) Write(p []byte) (int, error) {
	switch b := l.dice.byte(); {
	case len(l.dice.left) == 0 || b < 200 || len(p) == 0:
		return l.MemoryFile.Write(p)
	case b < 208:
		l.misbehave(true)
		return len(p) / 2, errOwn
	case b < 216:
		l.misbehave(true)
		return len(p), errOwn
	case b < 224:
		l.misbehave(false)
		return len(p) - 1, nil
	case b < 232:
		l.misbehave(false)
		return -int(b), nil
	case b < 240:
		l.misbehave(false)
		return len(p) + int(b), nil
	case b < 248:
		l.misbehave(true)
		return 1 << 62, errOwn
	default:
		l.misbehave(true)
		panic(errOwn)
	}
}

// seekingLiar lies about where it is, too.
type seekingLiar struct{ liar }

func (l *seekingLiar) Seek(offset int64, whence int) (int64, error) {
	switch b := l.dice.byte(); {
	case len(l.dice.left) == 0 || b < 200:
		return l.MemoryFile.Seek(offset, whence)
	case b < 210:
		if probed := offset == 0 && whence == io.SeekCurrent; !probed { // else it is a writer that cannot seek
			l.misbehave(true)
		}
		return 0, errOwn
	case b < 220:
		return -1, nil
	case b < 230:
		return 1 << 62, nil
	case b < 240: // somewhere else, and it says so
		return l.MemoryFile.Seek(int64(b), io.SeekStart)
	case b < 250:
		return offset, nil // it has not moved
	default:
		l.misbehave(true)
		panic(errOwn)
	}
}

// FuzzWriters writes to a writer that misbehaves: that ends the run with an error, which is the
// writer's own where it has one, and nothing else.
func FuzzWriters(f *testing.F) {
	seed(f, 150, 60)
	f.Fuzz(func(t *testing.T, data []byte) {
		overseen(t, func() {
			d := dice{data}
			formats := []string{"mp4", "matroska", "mpegts", "mov", "avi", "nut", "flv", "ogg"}
			format := formats[d.below(len(formats))]
			if d.below(2) == 0 {
				w := &seekingLiar{liar{dice: d}}
				writeTo(t, w, &w.liar, format)
			} else {
				w := &liar{dice: d}
				writeTo(t, struct{ io.Writer }{w}, w, format)
			}
		})
	})
}

func writeTo(t *testing.T, w io.Writer, l *liar, format string) {
	ctx := context.Background()
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	codec := "mpeg4"
	if format == "flv" || format == "ogg" {
		codec = map[string]string{"flv": "flv1", "ogg": "vp8"}[format]
	}
	v, err := enc.AddVideo(
		api.VideoConfig{Width: 16, Height: 16, FrameRate: 25, Codec: codec, InputFormat: "gray", Threads: 1},
	)
	require.NoError(t, err)
	err = enc.OpenWriter(ctx, w, format)
	if err == nil {
		for i := range 4 {
			if v.AddFrames(ctx, api.Frames{Data: make([]byte, 256*i), Layout: api.Raw}) != nil {
				break
			}
			if i == 2 {
				_ = enc.Sync(ctx)
			}
		}
		err = enc.Close()
	}
	switch {
	case err == nil:
		require.False(t, l.wrong, "an error was swallowed")
	case l.own:
		require.ErrorIs(t, err, errOwn)
	default:
		require.ErrorContains(t, err, "avloom: ")
	}
	require.GreaterOrEqual(t, enc.Stats().BytesWritten, int64(0))
}
