package nodes

import (
	"sync"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// Progress is the progress of an encoder.
type Progress struct {
	Packets int64         // returned by the encoder
	Keys    int64         // key frames among them
	Bytes   int64         // in these packets
	Encoded time.Duration // the time in the stream at which these packets end
	Ended   bool          // the encoder returns no more packets

	// The progress within the last Window: about two seconds, or less if the packets began later.
	RecentPackets int64
	RecentEncoded time.Duration
	Window        time.Duration // 0: no packet came in the last two seconds
}

// A meter looks back over meterWindow, and remembers its progress every meterStep.
const (
	meterWindow = 2 * time.Second
	meterStep   = 250 * time.Millisecond
)

// meter measures the packets of an encoder. Any goroutine may read it at any time.
type meter struct {
	mu      sync.Mutex
	packets int64
	keys    int64
	bytes   int64
	encoded time.Duration
	ended   bool
	marks   [meterWindow/meterStep + 1]mark // a ring
	next    int
}

// mark is the progress at one moment.
type mark struct {
	time    time.Time // zero: no mark
	packets int64
	encoded time.Duration
}

// add counts a packet whose times are in units of base.
func (m *meter) add(now time.Time, p pipeline.Packet, base astiav.Rational) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if last := m.marks[(m.next+len(m.marks)-1)%len(m.marks)]; last.time.IsZero() || now.Sub(last.time) >= meterStep {
		m.marks[m.next] = mark{now, m.packets, m.encoded}
		m.next = (m.next + 1) % len(m.marks)
	}
	m.packets++
	if p.Flags().Has(astiav.PacketFlagKey) {
		m.keys++
	}
	m.bytes += int64(p.Size())
	end := float64(p.Pts()+p.Duration()) * base.Float64()
	m.encoded = max(m.encoded, time.Duration(end*float64(time.Second)))
}

// end records that no more packets come.
func (m *meter) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = true
}

// progress returns the progress until now.
func (m *meter) progress(now time.Time) Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := Progress{Packets: m.packets, Keys: m.keys, Bytes: m.bytes, Encoded: m.encoded, Ended: m.ended}
	for i := range m.marks { // the oldest first
		k := m.marks[(m.next+i)%len(m.marks)]
		if age := now.Sub(k.time); !k.time.IsZero() && age <= meterWindow {
			p.RecentPackets, p.RecentEncoded, p.Window = m.packets-k.packets, m.encoded-k.encoded, age
			break
		}
	}
	return p
}
