package api_test

import (
	"context"
	"image"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// gatedFile is a file in memory. A write blocks while the gate is closed.
type gatedFile struct {
	api.MemoryFile
	mu   sync.Mutex
	gate chan struct{} // closed: writes pass
	held bool          // a write waits at the gate
}

func newGatedFile() *gatedFile {
	f := &gatedFile{gate: make(chan struct{})}
	close(f.gate)
	return f
}

// shut makes writes block until open is called.
func (f *gatedFile) shut() (open func()) {
	gate := make(chan struct{})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gate = gate
	return func() { close(gate) }
}

// stuck says whether a write waits at the gate, which is shut.
func (f *gatedFile) stuck() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.held
}

func (f *gatedFile) Write(p []byte) (int, error) {
	f.mu.Lock()
	gate := f.gate
	f.held = true
	f.mu.Unlock()
	<-gate
	f.mu.Lock()
	f.held = false
	f.mu.Unlock()
	return f.MemoryFile.Write(p)
}

// dropping is an encoder with one stream of numbered pictures that drops, and what became of those
// that were offered.
type dropping struct {
	t       *testing.T
	enc     *api.Encoder
	v       *api.VideoStream
	file    *gatedFile
	offered int
	kept    []int // the numbers of the frames that were not dropped
}

// openDropping opens the encoder for a file in memory. Its queues have the depth 2.
func openDropping(t *testing.T, format string, cfg api.VideoConfig, opts ...api.Option) *dropping {
	t.Helper()
	cfg.OnFull = api.OnFullDrop
	d := &dropping{t: t, enc: api.NewEncoder(append([]api.Option{api.WithQueueDepth(2)}, opts...)...), file: newGatedFile()}
	d.v = addVideo(t, d.enc, cfg)
	require.NoError(t, d.enc.OpenWriter(t.Context(), d.file, format, api.CrashSafe(true)))
	t.Cleanup(func() { _ = d.enc.Abort(nil) })
	return d
}

func (d *dropping) dropped() int64 { return d.enc.Stats().Streams[0].Dropped }

// offer feeds the next picture, and notes whether it was dropped.
func (d *dropping) offer(feed func(ctx context.Context, v *api.VideoStream, number int) error) {
	d.t.Helper()
	before := d.dropped()
	require.NoError(d.t, feed(d.t.Context(), d.v, d.offered))
	if d.dropped() == before {
		d.kept = append(d.kept, d.offered)
	}
	d.offered++
}

// offerSlowly feeds n pictures, each when nothing waits for the encoder.
func (d *dropping) offerSlowly(n int, feed func(ctx context.Context, v *api.VideoStream, number int) error) {
	d.t.Helper()
	for range n {
		d.awaitEmpty()
		d.offer(feed)
	}
}

// offerWhileStuck feeds pictures until the destination takes nothing more, the queues are full, and
// at least n pictures have been dropped since then.
func (d *dropping) offerWhileStuck(n int64, feed func(ctx context.Context, v *api.VideoStream, number int) error) {
	d.t.Helper()
	for full := 0; full < 100; full++ {
		kept := len(d.kept)
		d.offer(feed)
		if !d.file.stuck() || !d.queuesFull() || len(d.kept) > kept {
			full = 0
		}
	}
	for before := d.dropped(); d.dropped() < before+n; {
		d.offer(feed)
	}
}

// queuesFull says whether as many items as may wait do wait in front of the encoder and the muxer.
func (d *dropping) queuesFull() bool {
	edges := d.enc.Stats().Edges
	return edges[1].Queued == edges[1].Depth && edges[2].Queued == edges[2].Depth
}

// awaitEmpty waits until no picture waits for the encoder.
func (d *dropping) awaitEmpty() {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		s := d.enc.Stats()
		return s.Nodes[1].In == int64(len(d.kept))
	}, time.Minute, time.Millisecond, "the encoder takes what was accepted")
}

// awaitIdle waits until nothing is in the queues between the call and the encoder.
func (d *dropping) awaitIdle() {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		edges := d.enc.Stats().Edges
		toMux := slices.IndexFunc(edges, func(e api.EdgeStats) bool { return e.To == "mux" })
		return !slices.ContainsFunc(edges[:toMux], func(e api.EdgeStats) bool { return e.Queued > 0 })
	}, time.Minute, time.Millisecond, "the encoder takes what waits")
}

// checkCounts asserts that every frame that was offered was accepted or dropped, and that every
// frame that was accepted was encoded.
func (d *dropping) checkCounts() {
	d.t.Helper()
	s := d.enc.Stats()
	require.EqualValues(d.t, d.offered, s.Streams[0].Accepted+s.Streams[0].Dropped, "offered")
	require.EqualValues(d.t, len(d.kept), s.Streams[0].Accepted)
	require.Equal(d.t, s.Streams[0].Accepted, s.Streams[0].Packets)
	for _, e := range s.Edges {
		require.Equal(d.t, e.Sent, e.Received+int64(e.Queued)+e.Freed, "%s to %s", e.From, e.To)
		require.Zero(d.t, e.Freed, "%s to %s", e.From, e.To)
	}
}

// The ways to feed one numbered picture.
func feedNumbered(ctx context.Context, v *api.VideoStream, number int) error {
	return v.AddFrames(ctx, api.Frames{Data: numbered(number, 1), Layout: api.NHWC})
}

func feedNumberedImage(ctx context.Context, v *api.VideoStream, number int) error {
	return v.AddImage(ctx, numberedImage(number))
}

func numberedImage(number int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, numberedWidth, numberedHeight))
	for i, value := range numbered(number, 1) {
		img.Pix[i/3*4+i%3] = value
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	return img
}

// checkTimes asserts that each frame that was kept is shown at its time.
func (d *dropping) checkTimes(path string, tolerance float64) {
	d.t.Helper()
	times := mediatest.FrameTimes(d.t, path, 0)
	require.Len(d.t, times, len(d.kept))
	slices.Sort(times)
	for i, number := range d.kept {
		require.InDelta(d.t, float64(number)/30, times[i]-times[0], tolerance, "frame %d", number)
	}
}
