package nodes

import (
	"sync"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// Progress is how far an encoder has come.
type Progress struct {
	Packets int64         // that it gave
	Bytes   int64         // in these
	Encoded time.Duration // media time: where what it gave ends
	Ended   bool          // nothing more comes

	// What came recently: in the last Window, which is two seconds, or less where it began later.
	RecentPackets int64
	RecentEncoded time.Duration
	Window        time.Duration // 0: nothing came in the last two seconds
}

// How far back a meter looks, and how finely.
const (
	meterWindow = 2 * time.Second
	meterStep   = 250 * time.Millisecond
)

// meter measures an encoder as it gives packets. It may be read at any time.
type meter struct {
	mu      sync.Mutex
	packets int64
	bytes   int64
	encoded time.Duration
	ended   bool
	marks   [meterWindow/meterStep + 1]mark // a ring
	next    int
}

// mark is how far a stream was at a moment.
type mark struct {
	at      time.Time // zero: no mark
	packets int64
	encoded time.Duration
}

// take counts a packet, whose times are in base.
func (m *meter) take(now time.Time, p pipeline.Packet, base astiav.Rational) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if last := m.marks[(m.next+len(m.marks)-1)%len(m.marks)]; last.at.IsZero() || now.Sub(last.at) >= meterStep {
		m.marks[m.next] = mark{now, m.packets, m.encoded}
		m.next = (m.next + 1) % len(m.marks)
	}
	m.packets++
	m.bytes += int64(p.Size())
	end := float64(p.Pts()+p.Duration()) * base.Float64()
	m.encoded = max(m.encoded, time.Duration(end*float64(time.Second)))
}

// end says that nothing more comes.
func (m *meter) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = true
}

// read returns how far the stream has come.
func (m *meter) read(now time.Time) Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := Progress{Packets: m.packets, Bytes: m.bytes, Encoded: m.encoded, Ended: m.ended}
	for i := range m.marks { // the oldest first
		k := m.marks[(m.next+i)%len(m.marks)]
		if age := now.Sub(k.at); !k.at.IsZero() && age <= meterWindow {
			p.RecentPackets, p.RecentEncoded, p.Window = m.packets-k.packets, m.encoded-k.encoded, age
			break
		}
	}
	return p
}
