package api_test

import (
	"context"
	"math/rand/v2"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// feed feeds frames and sound, with all that may come between, and ends the run.
func (p *randomProgram) feed(dice *rand.Rand) {
	ctx := context.Background()
	endSound := dice.IntN(2 * p.frames)
	for i := range p.frames {
		if err := p.v.AddFrames(ctx, api.Frames{Data: numbered(i, 1), Layout: api.NHWC}); err != nil {
			p.note("AddFrames", err)
			break
		}
		p.accepted.Add(1)
		if p.a != nil {
			p.note("AddSamples", p.a.AddSamples(ctx, tone(2, i*1600, 1600)))
		}
		if p.a != nil && i == endSound {
			p.note("End", p.a.End())
		}
		switch dice.IntN(60) {
		case 0:
			p.note("ForceKeyFrame", p.v.ForceKeyFrame())
		case 1:
			p.note("Sync", p.enc.Sync(ctx))
		}
	}
	if dice.IntN(8) == 0 {
		p.note("End of the pictures", p.v.End())
	}
	p.finish(dice)
}

// finish ends the run, in most cases by Close.
func (p *randomProgram) finish(dice *rand.Rand) {
	give := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.complete = false
	}
	switch dice.IntN(8) {
	case 0:
		give()
		p.note("Abort", p.enc.Abort(errGivenUp))
	case 1:
		give()
		p.end(errGivenUp)
		p.note("Close", p.enc.Close())
	case 2:
		give()
		ctx, cancel := context.WithCancelCause(context.Background())
		go cancel(errGivenUp)
		p.note("CloseContext", p.enc.CloseContext(ctx))
	case 3:
		var both sync.WaitGroup
		both.Go(func() { p.note("Close", p.enc.Close()) })
		both.Go(func() { p.note("Close", p.enc.Close()) })
		both.Wait()
	default:
		p.note("Close", p.enc.Close())
	}
}

// visit adds outputs, looks at them for a while and closes most of them, until the run is over.
func (p *randomProgram) visit(dice *rand.Rand) {
	for {
		h, err := p.enc.AddOutput(context.Background(), p.output(dice))
		if err != nil {
			p.note("AddOutput", err)
			return
		}
		until := p.accepted.Load() + int64(dice.IntN(40))
		for p.accepted.Load() < until && !isReached(h.Done()) && !p.enc.Stats().Over {
			p.enc.Stats()
		}
		switch dice.IntN(4) {
		case 0: // it stays
		case 1:
			var both sync.WaitGroup
			results := make([]error, 2)
			for i := range results {
				both.Go(func() { results[i] = h.Close() })
			}
			both.Wait()
			require.Equal(p.t, results[0], results[1])
		default:
			err := h.Close()
			require.Equal(p.t, err, h.Close(), "again")
			require.Equal(p.t, err, h.Err())
			p.note("OutputHandle.Close", err)
		}
	}
}

// look checks the law of the counters until the run is over.
func (p *randomProgram) look(*rand.Rand) {
	for {
		s := p.enc.Stats()
		requireLaw(p.t, s, false)
		for _, o := range s.Outputs {
			require.Contains(p.t, []string{"connecting", "running", "losing", "ended"}, o.State)
			require.LessOrEqual(p.t, o.Queued, o.Depth)
		}
		if s.Over {
			return
		}
	}
}

// check checks what is left after the run.
func (p *randomProgram) check() {
	s := p.enc.Stats()
	requireLaw(p.t, s, true)
	require.True(p.t, s.Over)
	require.Zero(p.t, s.Abandoned)
	for _, o := range s.Outputs {
		require.Equal(p.t, "ended", o.State)
		require.Zero(p.t, o.Queued)
	}
	for _, err := range p.errs {
		require.True(p.t, caused(err), "%v", err)
	}
	if !p.complete {
		return
	}
	require.NoError(p.t, s.Outputs[0].Err)
	pictures := 0
	for _, packet := range mediatest.Packets(p.t, saved(p.t, "recording.mkv", p.recorded.Bytes())) {
		if packet.Stream == 0 {
			pictures++
		}
	}
	require.EqualValues(p.t, p.accepted.Load(), pictures)
}
