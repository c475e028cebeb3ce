package muxer

import (
	"sync"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// Progress is how far a stream has come.
type Progress struct {
	Packets int64         // that its encoder gave
	Bytes   int64         // in these
	Held    int64         // of these, how many wait for other streams
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

// meter measures a stream as its packets come. It may be read at any time.
type meter struct {
	mu      sync.Mutex
	packets int64
	bytes   int64
	left    int64 // written, or given up
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

func newMeters(n int) []*meter {
	all := make([]*meter, n)
	for i := range all {
		all[i] = &meter{}
	}
	return all
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

// write counts a packet that the container takes.
func (m *meter) write() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left++
}

func (m *meter) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = true
}

// giveUp says that what waits will not be written.
func (m *meter) giveUp() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left = m.packets
}

// held is how many packets wait.
func (m *meter) held() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.packets - m.left
}

func (m *meter) read(now time.Time) Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := Progress{Packets: m.packets, Bytes: m.bytes, Held: m.packets - m.left, Encoded: m.encoded, Ended: m.ended}
	for i := range m.marks { // the oldest first
		k := m.marks[(m.next+i)%len(m.marks)]
		if age := now.Sub(k.at); !k.at.IsZero() && age <= meterWindow {
			p.RecentPackets, p.RecentEncoded, p.Window = m.packets-k.packets, m.encoded-k.encoded, age
			break
		}
	}
	return p
}

// Progress returns how far a stream has come. It may be called at any time, also after Close.
func (m *Mux) Progress(stream int) Progress { return m.meters[stream].read(time.Now()) }

// Held returns how many packets wait for other streams.
func (m *Mux) Held() (n int64) {
	for _, meter := range m.meters {
		n += meter.held()
	}
	return n
}
