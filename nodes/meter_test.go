package nodes

import (
	"testing"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

func TestMeter(t *testing.T) {
	mediatest.NoLeaks(t)
	base, start := astiav.NewRational(1, 30), time.Now()
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	var m meter
	require.Zero(t, m.progress(start))
	frame := 0
	feed := func(from, to, every int) { // milliseconds
		for ms := from; ms < to; ms += every {
			p := pipeline.NewPacket()
			require.NoError(t, p.AllocPayload(100))
			p.SetPts(int64(frame))
			p.SetDuration(1)
			m.add(at(ms), p, base)
			p.Free()
			frame++
		}
	}
	feed(0, 1000, 10) // a hundred frames per second
	p := m.progress(at(1000))
	require.Equal(t, Progress{
		Packets: 100, Bytes: 10000, Encoded: 100 * time.Second / 30,
		RecentPackets: 100, RecentEncoded: 100 * time.Second / 30, Window: time.Second,
	}, p)
	feed(1000, 10000, 100) // ten
	p = m.progress(at(10000))
	require.Equal(t, int64(190), p.Packets)
	require.InDelta(t, 10, float64(p.RecentPackets)/p.Window.Seconds(), 0.5, "the hundred per second are long ago")
	require.InDelta(t, 10.0/30, p.RecentEncoded.Seconds()/p.Window.Seconds(), 0.02)
	p = m.progress(at(12500))
	require.Zero(t, p.RecentPackets, "nothing came in the last two seconds")
	require.Zero(t, p.Window)
	feed(12500, 12501, 1)
	p = m.progress(at(13500))
	require.Equal(t, []any{int64(1), time.Second}, []any{p.RecentPackets, p.Window}, "a pause does not count")

	require.False(t, m.progress(start).Ended)
	m.end()
	require.True(t, m.progress(start).Ended)
}
