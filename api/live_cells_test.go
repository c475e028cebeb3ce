package api_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// requireFailure checks that an error is that of the place.
func (c *liveCell) requireFailure(t *testing.T, err error) {
	t.Helper()
	var node *pipeline.NodeError
	require.ErrorAs(t, err, &node)
	require.Equal(t, "mux 1", node.Node)
	require.ErrorContains(t, err, c.says)
	is := len(c.failure) == 0
	for _, want := range c.failure {
		is = is || errors.Is(err, want)
	}
	require.True(t, is, "%v", err)
}

// requiredFails: the error ends the run.
func (c *liveCell) requiredFails(t *testing.T) {
	fed := c.feed(func() bool { return false })
	c.requireFailure(t, fed)
	requireSoon(t, func() { require.Equal(t, fed, c.enc.Close()) })
	c.end()
	require.Equal(t, "ended", c.stats().State)
	require.Equal(t, fed, c.stats().Err)
	require.Zero(t, c.stats().Lost)
	c.requireNearly(t)
}

// allButLast leaves out the picture at the cut, which may be damaged.
func allButLast(numbers []int) []int { return numbers[:max(len(numbers)-1, 0)] }

// bestEffortFails: the run goes on.
func (c *liveCell) bestEffortFails(t *testing.T) {
	c.feedUntil(t, func() bool { return c.stats().State == "ended" })
	c.end()
	c.feedMore(t, 30)
	require.NoError(t, c.enc.Close())
	c.requireFailure(t, c.stats().Err)
	c.requireComplete(t)
	require.Equal(t, 1, c.logs.FilterMessage(hasFailed).Len())
	require.Equal(t, c.stats().Err.Error(), c.logs.FilterMessage(hasFailed).All()[0].ContextMap()["error"])
	if c.got == nil || c.fault == blocks { // its server was killed
		return
	}
	first, end := requireRun(t, allButLast(numbersInFile(t, c.got(t)[0])))
	require.Zero(t, first)
	require.Less(t, end, c.frames-29)
}

// requiredBlocks: the run waits, until it is aborted.
func (c *liveCell) requiredBlocks(t *testing.T) {
	cause := errors.New("no more patience")
	fed := make(chan error, 1)
	go func() { fed <- c.feed(func() bool { return false }) }()
	<-c.reached
	if c.says != "" { // SRT does not wait for whoever takes nothing: its connection breaks
		err := <-fed
		c.requireFailure(t, err)
		require.Equal(t, err, c.enc.Close())
		c.end()
		c.requireNearly(t)
		return
	}
	c.awaitFull(t)
	requireSoon(t, func() {
		require.ErrorIs(t, c.enc.Abort(cause), cause)
		require.ErrorIs(t, <-fed, cause)
	})
	c.end()
	require.Equal(t, "ended", c.stats().State)
	require.ErrorIs(t, c.stats().Err, cause)
	require.Zero(t, c.stats().Lost)
	c.requireNearly(t)
}

// feedUntilStuck feeds frames until the place takes nothing more, and then so many that pictures
// and sound are lost.
func (c *liveCell) feedUntilStuck(t *testing.T) {
	t.Helper()
	written, since := int64(0), 0
	require.NoError(t, c.feed(func() bool {
		o := c.stats()
		if !isReached(c.reached) || o.State != "losing" || o.BytesWritten != written {
			written, since = o.BytesWritten, c.frames
		}
		return c.frames == since+150
	}))
}

func isReached(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// awaitArrived waits until the other side has got what was written, if Close does not.
func (c *liveCell) awaitArrived(t *testing.T) {
	t.Helper()
	if c.arrived == nil {
		return
	}
	require.NoError(t, c.enc.Sync(context.Background()))
	require.Eventually(t, func() bool { return c.stats().Queued == 0 && c.arrived() }, time.Minute, time.Millisecond)
}

// awaitFull waits until the encoders wait for the output.
func (c *liveCell) awaitFull(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return c.stats().Queued == c.stats().Depth }, time.Minute, time.Millisecond)
}

// bestEffortBlocks: the run goes on, and Close leaves the output after a second.
func (c *liveCell) bestEffortBlocks(t *testing.T) {
	if c.says != "" { // SRT
		c.bestEffortFails(t)
		return
	}
	c.feedUntilStuck(t)
	require.NoError(t, c.enc.Sync(context.Background()))
	require.NoError(t, c.stats().Err)
	requireSoon(t, func() { require.NoError(t, c.enc.Close()) })
	c.end()
	o := c.stats()
	require.Equal(t, "ended", o.State)
	require.ErrorContains(t, o.Err, "did not finish within 1s")
	require.Positive(t, o.Lost)
	c.requireComplete(t)
	for _, line := range []string{beginsToLose, hasLost, hasFailed} {
		require.Equal(t, 1, c.logs.FilterMessage(line).Len(), line)
	}
}

// requiredIsSlow: the run waits, and both are complete.
func (c *liveCell) requiredIsSlow(t *testing.T) {
	fed := make(chan error, 1)
	var opened atomic.Bool
	go func() { fed <- c.feed(opened.Load) }()
	<-c.reached
	c.awaitFull(t)
	c.open()
	opened.Store(true)
	require.NoError(t, <-fed)
	c.awaitArrived(t)
	require.NoError(t, c.enc.Close())
	c.end()
	require.NoError(t, c.stats().Err)
	require.Zero(t, c.stats().Lost)
	c.requireComplete(t)
	got := c.got(t)[0]
	numbers := numbersInFile(t, got)
	require.Equal(t, counting(len(numbers)), numbers)
	require.GreaterOrEqual(t, len(numbers), c.frames-c.tail)
	require.InDelta(t, c.frames*1600, len(mediatest.Sound(t, got, 1)[0]), float64(2048+c.tail*1600))
}

// bestEffortIsSlow: the run goes on, and the output has a gap, which ends at a key frame.
func (c *liveCell) bestEffortIsSlow(t *testing.T) {
	c.feedUntilStuck(t)
	c.open()
	c.feedUntil(t, func() bool { return c.stats().State == "running" })
	c.feedMore(t, 20)
	c.awaitArrived(t)
	require.NoError(t, c.enc.Close())
	c.end()
	o := c.stats()
	require.NoError(t, o.Err)
	c.requireComplete(t)
	got := c.got(t)[0]
	missing := missingNumbers(t, numbersInFile(t, got), c.frames)
	require.NotEmpty(t, missing)
	all := mediatest.Packets(t, saved(t, "recording.mp4", c.recorded.Bytes()))
	lost := len(missing) + soundPackets(all) - soundPackets(mediatest.Packets(t, got))
	require.GreaterOrEqual(t, int64(lost), o.Lost)
	require.LessOrEqual(t, int64(lost), o.Lost+int64(3*c.tail), "a picture has two packets of sound at most")
	require.Equal(t, c.logs.FilterMessage(beginsToLose).Len(), c.logs.FilterMessage(hasLost).Len())
	require.Zero(t, c.logs.FilterMessage(hasFailed).Len())
}

// returns: the output goes on at a key frame, and each connection plays.
func (c *liveCell) returns(t *testing.T) {
	c.feedUntil(t, func() bool { return c.stats().Reconnects == 1 && c.stats().State == "running" })
	again := c.frames
	c.feedUntil(t, func() bool { return c.frames == again+40 })
	require.NoError(t, c.enc.Close())
	c.end()
	o := c.stats()
	require.NoError(t, o.Err)
	require.Equal(t, 1, o.Reconnects)
	require.Positive(t, o.Lost)
	c.requireComplete(t)
	got := c.got(t)
	require.Len(t, got, 2)
	first, behind := requireRun(t, allButLast(numbersInFile(t, got[0])))
	require.Zero(t, first)
	first, end := requireRun(t, numbersInFile(t, got[1]))
	require.Greater(t, first, behind)
	require.Equal(t, c.frames, end)
	require.Zero(t, c.logs.FilterMessage(hasFailed).Len())
	require.Equal(t, 1, c.logs.FilterMessage("an output is connected again").Len())
}
