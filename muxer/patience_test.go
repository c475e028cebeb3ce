package muxer

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/muxer/destination"
)

func TestPatience(t *testing.T) {
	for _, format := range []string{"mp4", "mov", "matroska"} {
		t.Run(format, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, path := openMux(t, format, true)
				fed, other := supplyMux(m)
				header := m.dst.Written()
				require.EqualValues(t, -1, due(m))
				feed(t, m, fed, pictures, 0, 10)
				wait(t, m, 100*time.Millisecond)
				feed(t, m, fed, pictures, 10, 12)
				require.Equal(t, DefaultPatience-100*time.Millisecond, due(m), "it counts from the first packet")
				other.underway = true
				wait(t, m, DefaultPatience)
				require.LessOrEqual(t, due(m), lookAgain, "sound is on its way")
				require.Equal(t, header, m.dst.Written())
				other.underway = false
				feed(t, m, fed, pictures, 12, 13)
				wait(t, m, lookAgain)
				require.Len(t, found(t, path, pictures), 13, "sound is no longer on its way")

				feed(t, m, fed, pictures, 13, 40)
				require.GreaterOrEqual(t, len(found(t, path, pictures)), 25, "pictures no longer wait for sound")
				other.feed()
				feed(t, m, fed, pictures, 40, 45)
				require.True(t, m.order.awaits(sound), "pictures wait for sound once it is fed, before it sends a packet")
				feed(t, m, other, sound, 0, 3)
				require.Equal(t, DefaultPatience, due(m))
				wait(t, m, DefaultPatience)
				require.Len(t, found(t, path, pictures), 45)
				require.Len(t, found(t, path, sound), 3)
				require.NoError(t, m.Flush(t.Context()))
			})
		})
	}
}

// The streams that are not silent still wait for each other.
func TestOneSilentStreamDoesNotDisorderTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, path := openMux(t, "matroska", true)
		_, other := supplyMux(m)
		header := m.dst.Written()
		feed(t, m, other, sound, 0, 200)
		wait(t, m, DefaultPatience-1)
		require.Equal(t, header, m.dst.Written())
		wait(t, m, 1)
		require.Len(t, found(t, path, sound), 200)
	})
}

// Packets wait for a stream that is fed, however much its encoder holds. The clock decides nothing.
func TestFedStreamsAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, path := openMux(t, "matroska", true)
		fed, other := supplyMux(m)
		header := m.dst.Written()
		for k := range int64(100) { // 2 s, in real time
			fed.feed()
			feed(t, m, other, sound, k, k+1)
			wait(t, m, 1024*time.Second/48000)
		}
		require.Equal(t, header, m.dst.Written())
		feed(t, m, fed, pictures, 0, 1)
		wait(t, m, DefaultPatience)
		require.Len(t, found(t, path, sound), 100)
	})
}

// A stream is not silent because its frames are far apart.
func TestSlowStreamsHaveMorePatience(t *testing.T) {
	p := newPatience(Config{Streams: []Stream{
		{Codec: bothStreams(t, "aac")[0].Codec, FrameRate: astiav.NewRational(1, 2)},
		{Codec: bothStreams(t, "aac")[0].Codec, FrameRate: astiav.NewRational(30, 1)},
		{Codec: bothStreams(t, "aac")[0].Codec, FrameRate: astiav.NewRational(60, 1), InputRate: astiav.NewRational(1, 3)},
		bothStreams(t, "aac")[1],
	}}, true)
	require.Equal(t, []time.Duration{4 * time.Second, DefaultPatience, 6 * time.Second, DefaultPatience}, p.ofStream)
	require.Equal(t, DefaultPatience, p.ofOutput)
}

// The engine does not bring forward the time of the next look, so a look is never far off, even if
// the stream that is awaited first may be silent for long.
func TestAnotherSilenceMayComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := openMux(t, "matroska", true)
		slow, other := supplyMux(m)
		m.patience.ofStream[pictures] = time.Hour
		slow.feed()
		feed(t, m, other, sound, 0, 2)
		require.Equal(t, time.Hour, due(m))
		require.LessOrEqual(t, time.Until(m.Due()), DefaultPatience/looksPerPatience)
	})
}

func TestPatienceIsLimited(t *testing.T) {
	for _, c := range []struct {
		format   string
		safe     bool
		patience time.Duration
		seekable bool
		want     bool
	}{
		{"mp4", true, 0, true, true},
		{"mp4", false, 0, true, false},
		{"avi", true, 0, true, false},
		{"avi", true, time.Second, true, true},
		{"mp4", false, 0, false, true},
		{"mpegts", false, 0, false, true},
	} {
		dst := destination.DryFile("")
		if !c.seekable {
			dst = destination.DryConnection()
		}
		m, err := New(Config{Format: c.format, Streams: bothStreams(t, "aac"), CrashSafe: c.safe, Patience: c.patience}, dst)
		require.NoError(t, err)
		require.Equal(t, c.want, m.patience.limited, "%+v", c)
		m.Close()
	}
}

// The end of a stream passes all earlier packets to the destination, because Close may be far off.
func TestEndBesideASilentStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, path := openMux(t, "matroska", true)
		fed, _ := supplyMux(m)
		feed(t, m, fed, pictures, 0, 10)
		wait(t, m, DefaultPatience)
		feed(t, m, fed, pictures, 10, 13)
		require.NoError(t, m.EndInput(t.Context(), pictures))
		require.Len(t, found(t, path, pictures), 13)
	})
}

// Only the mov family needs a packet of AC-3 before it can describe the stream. Matroska cuts its
// clusters although such a stream has had none.
func TestClustersDoNotWaitForAC3(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, path := openMuxOf(t, Config{Format: "matroska", Streams: bothStreams(t, "ac3"), CrashSafe: true})
		fed, _ := supplyMux(m)
		feed(t, m, fed, pictures, 0, 10)
		wait(t, m, DefaultPatience)
		require.Len(t, found(t, path, pictures), 10)
	})
}
