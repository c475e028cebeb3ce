package muxer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// packetAt returns a packet of n bytes for this decoding time.
func packetAt(t *testing.T, dts int64, n int) pipeline.Packet {
	t.Helper()
	p := pipeline.NewPacket()
	require.NoError(t, p.FromData(make([]byte, n)))
	p.SetDts(dts)
	p.SetPts(dts)
	return p
}

func newTracks(bases ...[2]int) []track {
	tracks := make([]track, len(bases))
	for i, b := range bases {
		tracks[i].held = astiav.NewRational(b[0], b[1])
	}
	return tracks
}

// taken takes packets until there is none, and returns them as "stream@dts".
func taken(next func() (pipeline.Packet, bool)) []string {
	out := []string{}
	for {
		p, ok := next()
		if !ok {
			return out
		}
		out = append(out, fmt.Sprintf("%d@%d", p.StreamIndex(), p.Dts()))
		p.Free()
	}
}

func push(t *testing.T, i *interleaver, stream int, dts int64, n int) {
	t.Helper()
	p := packetAt(t, dts, n)
	p.SetStreamIndex(stream)
	i.push(stream, p)
}

func TestOrderOverTimeBases(t *testing.T) {
	mediatest.NoLeaks(t)
	i := newInterleaver(newTracks([2]int{1, 30}, [2]int{1, 48000}))
	for k := range int64(4) {
		push(t, i, 0, k, 1)
	}
	require.Empty(t, taken(i.popDue), "stream 1 may still send an earlier packet")
	push(t, i, 1, 1600, 1) // with frame 1
	require.Equal(t, []string{"0@0", "0@1", "1@1600"}, taken(i.popDue), "of equals, the stream that was added first")
	push(t, i, 1, 4799, 1) // just before frame 3
	require.Equal(t, []string{"0@2", "1@4799"}, taken(i.popDue))
	i.end(1)
	require.Equal(t, []string{"0@3"}, taken(i.popDue))
}

func TestHeldBytesAreBounded(t *testing.T) {
	mediatest.NoLeaks(t)
	i := newInterleaver(newTracks([2]int{1, 30}, [2]int{1, 48000}))
	for k := range int64(9) {
		push(t, i, 0, k, mostHeldBytes/8)
	}
	require.Equal(t, []string{"0@0"}, taken(i.popDue))
	push(t, i, 1, -5, 1)
	require.Equal(t, "1@-5", taken(i.popDue)[0], "a packet that comes too late is written at once")
	require.NotEmpty(t, taken(i.pop))
	require.Zero(t, i.bytes)
}

func TestSilentStreamsAreNotWaitedFor(t *testing.T) {
	mediatest.NoLeaks(t)
	i := newInterleaver(newTracks([2]int{1, 30}, [2]int{1, 48000}))
	require.True(t, i.empty())
	push(t, i, 0, 0, 1)
	require.True(t, i.awaits(1))
	require.False(t, i.awaits(0), "it has a packet")
	require.Empty(t, taken(i.popDue))
	i.setSilent(1, true)
	require.Equal(t, []string{"0@0"}, taken(i.popDue))
	require.True(t, i.awaits(0))
	push(t, i, 0, 1, 1)
	require.Equal(t, []string{"0@1"}, taken(i.popDue))
	push(t, i, 1, 1600, 1)
	require.Empty(t, taken(i.popDue), "stream 0 is not silent, and may send an earlier packet")
	push(t, i, 0, 2, 1)
	require.Equal(t, []string{"1@1600"}, taken(i.popDue))
	require.True(t, i.awaits(1), "it has sent again")
	push(t, i, 0, 3, 1)
	require.Empty(t, taken(i.popDue), "so packets wait for it")
	i.setSilent(1, true)
	i.setSilent(1, false)
	require.Empty(t, taken(i.popDue), "it is fed again")
	require.False(t, i.idle())
	i.end(0)
	i.end(1)
	require.Len(t, taken(i.popDue), 2)
	require.True(t, i.idle())
}

func TestAnyOrderOfArrivalGivesOneOrder(t *testing.T) {
	mediatest.NoLeaks(t)
	bases := [][2]int{{1, 30}, {1001, 30000}, {1, 44100}, {1, 1000}}
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 0))
		i := newInterleaver(newTracks(bases...))
		var left [4][]int64
		for s, b := range bases {
			for k := range int64(b[1] / b[0] / 10) { // every tenth tick of a second
				left[s] = append(left[s], 10*k-20)
			}
		}
		last := math.Inf(-1)
		check := func(p pipeline.Packet) {
			at := float64(p.Dts()) * i.tracks[p.StreamIndex()].held.Float64()
			require.GreaterOrEqual(t, at, last, "seed %d", seed)
			last = at
			p.Free()
		}
		for open := 4; open > 0; {
			s := random.IntN(4)
			if left[s] == nil {
				continue
			}
			if len(left[s]) == 0 {
				left[s] = nil
				i.end(s)
				open--
			} else {
				push(t, i, s, left[s][0], 1)
				left[s] = left[s][1:]
			}
			for p, ok := i.popDue(); ok; p, ok = i.popDue() {
				check(p)
			}
		}
	}
}

func TestEarlierIsExact(t *testing.T) {
	hour, ntsc, audio := astiav.NewRational(1, 3600), astiav.NewRational(1001, 30000), astiav.NewRational(1, 48000)
	for _, c := range []struct {
		a    int64
		aTB  astiav.Rational
		b    int64
		bTB  astiav.Rational
		want bool
	}{
		{1, hour, 1, hour, false},
		{1, hour, 2, hour, true},
		{30000, ntsc, 48000*1001 + 1, audio, true},
		{30000, ntsc, 48000 * 1001, audio, false},
		{48000 * 1001, audio, 30000, ntsc, false},
		{-1, hour, 0, hour, true},
		{-2, hour, -1, hour, true},
		{-1, hour, -2, hour, false},
		{-1, audio, -1, ntsc, false},
		{1 << 60, hour, 1<<60 + 1, hour, true},
		{1<<60 + 1, hour, 1 << 60, hour, false},
	} {
		require.Equal(t, c.want, earlier(c.a, c.aTB, c.b, c.bTB), "%d·%s < %d·%s", c.a, c.aTB, c.b, c.bTB)
	}
}

func TestDecodingTimesRise(t *testing.T) {
	mediatest.NoLeaks(t)
	tr := track{apart: 1}
	for _, c := range []struct{ dts, pts, wantDTS, wantPTS int64 }{
		{-2, 0, -2, 0}, {-1, 3, -1, 3}, {-1, 1, 0, 1}, {0, 0, 1, 1}, {5, 6, 5, 6},
	} {
		p := packetAt(t, c.dts, 1)
		p.SetPts(c.pts)
		tr.raise(p)
		got := [2]int64{p.Dts(), p.Pts()}
		p.Free()
		require.Equal(t, [2]int64{c.wantDTS, c.wantPTS}, got)
	}
}
