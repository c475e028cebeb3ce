package muxer

import (
	"bytes"
	"math/big"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
)

// accept gives a Mux a packet of sound that was handed over so long ago.
func accept(t *testing.T, m *Mux, n int64, ago time.Duration) {
	t.Helper()
	p := packetAt(t, n*1024, 10)
	p.SetDuration(1024)
	p.Accepted = time.Now().Add(-ago)
	require.NoError(t, m.Consume(t.Context(), 0, p))
}

func requireLatency(t *testing.T, m *Mux, want50, want99 time.Duration) {
	t.Helper()
	p50, p99 := m.Latency(0)
	require.InEpsilon(t, want50+1, p50+1, 0.04)
	require.InEpsilon(t, want99+1, p99+1, 0.04)
}

// Packets of five seconds count. Packets of which nobody knows when they were handed over do not.
func TestLatencyOfTheLastSeconds(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		m, _ := openMuxOf(t, Config{Format: "wav", Streams: bothStreams(t, "pcm_f32le")[1:]})
		defer m.Close()
		requireLatency(t, m, 0, 0)
		consume(t, m, 0, 0, 10)
		requireLatency(t, m, 0, 0)
		for k := range int64(95) {
			accept(t, m, 10+k, 7*time.Millisecond)
		}
		for k := range int64(5) {
			accept(t, m, 105+k, 3*time.Second)
		}
		requireLatency(t, m, 7*time.Millisecond, 3*time.Second)
		time.Sleep(4 * time.Second)
		accept(t, m, 110, time.Hour)
		requireLatency(t, m, 7*time.Millisecond, 3*time.Second)
		time.Sleep(2 * time.Second)
		requireLatency(t, m, time.Hour, time.Hour)
		time.Sleep(time.Minute)
		requireLatency(t, m, 0, 0)
	})
}

// A packet counts when the fragment that it is in is passed on.
func TestLatencyOfFragments(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"mp4", "matroska", "mpegts"} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			cfg := Config{Format: format, Streams: bothStreams(t, "aac")[1:]}
			m, err := New(cfg, destination.NewWriter(&out))
			require.NoError(t, err)
			defer m.Close()
			accept(t, m, 0, 0)
			accept(t, m, 1, 0)
			requireLatency(t, m, 0, 0)
			time.Sleep(time.Second)
			require.NoError(t, m.Sync(t.Context()))
			requireLatency(t, m, time.Second, time.Second)
			accept(t, m, 2, 0)
			accept(t, m, 3, 0)
			accept(t, m, 4, 0)
			time.Sleep(time.Second)
			end(t, m)
			requireLatency(t, m, time.Second, time.Second)
		})
	}
}

// A packet of a playlist counts when its segment is there for players.
func TestLatencyOfSegments(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, kind := range []string{"fmp4", "mpegts"} {
		synctest.Test(t, func(t *testing.T) {
			const index = "list.m3u8"
			cfg := Config{
				Format: container.HLS, Streams: bothStreams(t, "aac")[1:],
				Options:  map[string]string{"hls_segment_type": kind},
				Segments: container.Segments{Name: index, Every: big.NewRat(2*1024, 48000), Rings: 1},
			}
			files := container.HLSFiles(index, cfg.Options)
			store, err := destination.OpenFolder(t.TempDir(), files.Owns)
			require.NoError(t, err)
			m, err := New(cfg, destination.NewFolder(destination.Folder{
				Store: store, Name: container.FileName, Owns: files.Owns, Index: index, Ring: files.Ring, Rings: 1,
			}, container.FileURL(index)))
			require.NoError(t, err)
			defer m.Close()
			accept(t, m, 0, 0)
			accept(t, m, 1, 0)
			requireLatency(t, m, 0, 0)
			time.Sleep(time.Second)
			accept(t, m, 2, 0)
			requireLatency(t, m, time.Second, time.Second)
			time.Sleep(2 * time.Second)
			end(t, m)
			requireLatency(t, m, time.Second, 2*time.Second)
		})
	}
}

func TestLatencyClasses(t *testing.T) {
	last := 0
	for us := int64(0); us < 1<<32; us += 1 + us/50 {
		d := time.Duration(us) * time.Microsecond
		class := latencyClass(d)
		require.GreaterOrEqual(t, class, last)
		require.InDelta(t, us, latencyOf(class).Microseconds(), float64(us)/32+0.5)
		last = class
	}
	require.Less(t, latencyClass(1<<62), latencyClasses)
	require.Zero(t, latencyClass(-1))
}

// BenchmarkLatency shows what a packet costs.
func BenchmarkLatency(b *testing.B) {
	b.ReportAllocs()
	var l latency
	now := time.Now()
	for b.Loop() {
		l.add(now, now.Add(-time.Millisecond))
	}
}
