package cookbook_test

import (
	"bytes"
	"context"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleLowestLatency() {
	printStreams("film.mkv", "codec_name,profile,has_b_frames,refs", func(path string) error {
		return cookbook.LowestLatency(context.Background(), api.File(path), width, height, pictures(width, height, 30))
	})
	// Output: codec_name=h264|profile=Constrained Baseline|has_b_frames=0|refs=1
}

// TestLowestLatency gives the next picture only when the packet of the one before has arrived.
func TestLowestLatency(t *testing.T) {
	mediatest.NoLeaks(t)
	r := newReceiver()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := cookbook.LowestLatency(ctx, api.Writer(r, "mpegts"), width, height, r.oneByOne(ctx, pictures(width, height, 60)))
	require.NoError(t, err)
	require.Equal(t, 60, r.packets)
	path := filepath.Join(t.TempDir(), "film.ts")
	require.NoError(t, os.WriteFile(path, r.stream.Bytes(), 0o600))
	requirePSNR(t, path, 30, shots(60))
	requireNoBurst(t, path)
	requirePlayers(t, path, 28, shots(60), "GStreamer", "VLC")
}

// requireNoBurst checks that no picture after the first takes more than twice what the bit rate
// gives to each.
func requireNoBurst(t *testing.T, path string) {
	t.Helper()
	for k, p := range mediatest.Packets(t, path)[1:] {
		require.LessOrEqual(t, p.Size, int64(2*4_000_000/30/8), "packet %d", k+1)
	}
}

// receiver is the other end of a connection. It counts the packets of pictures in an MPEG transport
// stream.
type receiver struct {
	mu      sync.Mutex
	stream  bytes.Buffer
	read    int
	packets int
	arrived chan struct{} // has room for one: something has arrived
}

func newReceiver() *receiver { return &receiver{arrived: make(chan struct{}, 1)} }

// Write receives data.
func (r *receiver) Write(data []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stream.Write(data)
	for ; r.stream.Len()-r.read >= 188; r.read += 188 {
		if begins(r.stream.Bytes()[r.read:]) {
			r.packets++
		}
	}
	select {
	case r.arrived <- struct{}{}:
	default:
	}
	return len(data), nil
}

// begins says whether a packet of pictures begins in 188 bytes of a transport stream: the unit
// start indicator is set, and the payload begins with the start code of a video stream (0xe0).
func begins(ts []byte) bool {
	return ts[1]&0x40 != 0 && bytes.Contains(ts[:188], []byte{0, 0, 1, 0xe0})
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.packets
}

// oneByOne yields each picture when the packets of all pictures before it have arrived.
func (r *receiver) oneByOne(ctx context.Context, pictures iter.Seq[[]byte]) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		fed := 0
		for rgb := range pictures {
			if !yield(rgb) {
				return
			}
			fed++
			for r.count() < fed {
				select {
				case <-r.arrived:
				case <-ctx.Done():
					return
				}
			}
		}
	}
}

// BenchmarkLowestLatency measures how long it takes from the call that hands over a picture of
// 1920×1080 until its packet has arrived.
func BenchmarkLowestLatency(b *testing.B) {
	film := slices.Collect(func(yield func([]byte) bool) {
		for k := range 30 {
			if !yield(picture(1920, 1080, k)) {
				return
			}
		}
	})
	r, times := newReceiver(), make([]time.Duration, 0, b.N)
	feed := func(yield func([]byte) bool) {
		for k := range b.N {
			begin := time.Now()
			if !yield(film[k%len(film)]) {
				return
			}
			for r.count() <= k {
				<-r.arrived
			}
			times = append(times, time.Since(begin))
		}
	}
	require.NoError(b, cookbook.LowestLatency(b.Context(), api.Writer(r, "mpegts"), 1920, 1080, feed))
	slices.Sort(times)
	b.ReportMetric(times[len(times)/2].Seconds()*1000, "ms-p50")
	b.ReportMetric(times[len(times)*99/100].Seconds()*1000, "ms-p99")
}
