package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestOutputsAtRandom runs programs made of dice: outputs with writers of every kind are added and
// closed by several goroutines, while frames are fed and the run ends in any way. Nothing hangs or
// stays behind, a recording is complete, and every error is one that was caused. With
// AVLOOM_STRESS=5m it goes on for that long.
func TestOutputsAtRandom(t *testing.T) {
	mediatest.NoLeaks(t)
	noOpenFiles(t)
	programs := 15
	if mediatest.Long(t) {
		programs = 100
	}
	first := uint64(1)
	stress, _ := time.ParseDuration(os.Getenv("AVLOOM_STRESS"))
	if stress > 0 {
		first, programs = uint64(time.Now().UnixNano()), 1<<30
	}
	begin := time.Now()
	for i := range programs {
		if stress > 0 && time.Since(begin) > stress {
			t.Log(i, "programs")
			return
		}
		seed := first + uint64(i)
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { runRandomProgram(t, seed) })
		if t.Failed() {
			return
		}
	}
}

// randomProgram is one encoder and those that use it.
type randomProgram struct {
	t        *testing.T
	enc      *api.Encoder
	v        *api.VideoStream
	a        *api.AudioStream // nil: none
	recorded api.MemoryFile
	end      context.CancelCauseFunc
	complete bool         // the run is closed, and all required outputs are good
	accepted atomic.Int64 // frames
	frames   int          // after which the run ends

	mu   sync.Mutex
	errs []error // of all calls
}

func runRandomProgram(t *testing.T, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 0))
	ctx, end := context.WithCancelCause(context.Background())
	defer end(nil)
	p := &randomProgram{t: t, end: end, complete: true, frames: 1 + dice.IntN(150)}
	p.enc = api.NewEncoder(api.WithQueueDepth(1 + dice.IntN(8)))
	defer p.enc.Abort(nil)
	cfg := numberedVideo()
	cfg.KeyInterval = 1 + dice.IntN(20)
	p.v = addVideo(t, p.enc, cfg)
	if dice.IntN(3) > 0 {
		p.a = addAudio(t, p.enc, stereoAAC())
	}
	outputs := []api.Output{api.Writer(&p.recorded, "mkv")}
	for range dice.IntN(3) {
		outputs = append(outputs, p.output(dice))
	}
	if err := p.enc.Open(ctx, outputs...); err != nil {
		require.True(t, caused(err), "%v", err)
		return
	}
	var acting sync.WaitGroup
	for _, act := range []func(*rand.Rand){p.feed, p.visit, p.visit, p.look} {
		own := rand.New(rand.NewPCG(seed, dice.Uint64()))
		acting.Go(func() { act(own) })
	}
	requireSoon(t, acting.Wait)
	p.check()
}

// caused says whether an error is one that a program has caused.
func caused(err error) bool {
	for _, known := range []error{
		errGivenUp, errOwn, os.ErrDeadlineExceeded, io.ErrClosedPipe, api.ErrClosed, api.ErrEnded, api.ErrAborted,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return strings.Contains(err.Error(), "did not finish within 1s")
}

// note keeps the error of a call.
func (p *randomProgram) note(call string, err error) {
	if err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.errs = append(p.errs, fmt.Errorf("%s: %w", call, err))
	}
}

// output returns an output of any kind. Few of those that are not good are required.
func (p *randomProgram) output(dice *rand.Rand) api.Output {
	format := []string{"mkv", "mp4", "mpegts", "flv"}[dice.IntN(4)]
	w := &diceWriter{after: dice.IntN(20_000), woken: make(chan struct{})}
	var options []api.OutputOption
	good := dice.IntN(2) == 0
	if !good {
		w.misbehaves = failsWriter + dice.IntN(slowWriter)
	}
	if dice.IntN(4) > 0 || !good && dice.IntN(8) > 0 {
		options = append(options, api.BestEffort())
	} else if !good {
		if w.misbehaves == blocksWriter {
			w.misbehaves = failsWriter // the run would wait for it for ever
		}
		p.mu.Lock()
		p.complete = false
		p.mu.Unlock()
	}
	return api.Writer(w, format, options...)
}

// What a diceWriter may do.
const (
	_ = iota // it behaves
	failsWriter
	panicsWriter
	blocksWriter
	slowWriter
)

// diceWriter takes so many bytes, and then fails, panics or blocks until it is woken, or is slow.
type diceWriter struct {
	after      int
	misbehaves int
	once       sync.Once
	woken      chan struct{}
}

func (w *diceWriter) Write(p []byte) (int, error) {
	w.after -= len(p)
	if w.after > 0 {
		return len(p), nil
	}
	switch w.misbehaves {
	case failsWriter:
		return 0, errOwn
	case panicsWriter:
		panic(errOwn)
	case blocksWriter:
		<-w.woken
		return 0, os.ErrDeadlineExceeded
	case slowWriter:
		time.Sleep(time.Millisecond) // it is slow
	}
	return len(p), nil
}

func (w *diceWriter) SetWriteDeadline(time.Time) error {
	w.once.Do(func() { close(w.woken) })
	return nil
}
