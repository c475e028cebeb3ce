package muxer

import (
	"math"
	"math/bits"
	"sync"
	"time"

	"github.com/avloom/avloom/pipeline"
)

// latencies measures, for each stream, how long packets take from the call of the program that
// handed over what is in them until they are passed to the destination.
type latencies struct {
	streams []latency
	delayed bool // nobody can read packets until a fragment, cluster, page or segment ends
	pending []pending
}

// note notes that FFmpeg has been given a packet.
func (l *latencies) note(p pipeline.Packet) {
	switch {
	case p.Accepted.IsZero(): // nobody knows when
	case l.delayed && len(l.pending) == mostPending: // a fragment without an end
	case l.delayed:
		l.pending = append(l.pending, pending{p.StreamIndex(), p.Accepted})
	default:
		l.streams[p.StreamIndex()].add(time.Now(), p.Accepted)
	}
}

// passOn notes that everything that FFmpeg was given is passed to the destination.
func (l *latencies) passOn() {
	now := time.Now()
	for _, p := range l.pending {
		l.streams[p.stream].add(now, p.accepted)
	}
	l.pending = l.pending[:0]
}

// mostPending bounds how many packets of a fragment count.
const mostPending = 1 << 14

// pending is a packet that FFmpeg keeps.
type pending struct {
	stream   int
	accepted time.Time
}

const (
	latencySeconds = 5 // of packets count, besides the second that has begun
	latencyClasses = 464
)

// latency counts the latencies of a stream in the last seconds. Any goroutine may read it. It has a
// fixed size: a second is a histogram whose classes are at most a sixteenth of their values wide.
type latency struct {
	mu      sync.Mutex
	seconds [latencySeconds + 1]latencySecond
}

// latencySecond is the histogram of one second.
type latencySecond struct {
	second int64 // since 1970
	counts [latencyClasses]uint32
}

// add counts a packet.
func (l *latency) add(now, accepted time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &l.seconds[now.Unix()%int64(len(l.seconds))]
	if s.second != now.Unix() {
		*s = latencySecond{second: now.Unix()}
	}
	s.counts[latencyClass(now.Sub(accepted))]++
}

// percentiles returns the latencies that half of the packets, and 99 of 100, do not exceed; 0:
// there were no packets.
func (l *latency) percentiles(now time.Time) (p50, p99 time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var sum [latencyClasses]uint64
	total := uint64(0)
	for i := range l.seconds {
		if s := &l.seconds[i]; now.Unix()-s.second <= latencySeconds {
			for class, n := range s.counts {
				sum[class] += uint64(n)
				total += uint64(n)
			}
		}
	}
	return percentile(&sum, total, 50), percentile(&sum, total, 99)
}

func percentile(counts *[latencyClasses]uint64, total, hundredths uint64) time.Duration {
	seen := uint64(0)
	for class, n := range counts {
		seen += n
		if n > 0 && seen*100 >= total*hundredths {
			return latencyOf(class)
		}
	}
	return 0
}

// latencyClass returns the class of a latency in microseconds: the number itself below 16, and
// otherwise its first five bits and how many follow.
func latencyClass(d time.Duration) int {
	us := uint64(min(max(d.Microseconds(), 0), math.MaxUint32))
	if us < 16 {
		return int(us)
	}
	rest := bits.Len64(us) - 5
	return rest*16 + int(us>>rest)
}

// latencyOf returns the middle of a class.
func latencyOf(class int) time.Duration {
	if class < 16 {
		return time.Duration(class) * time.Microsecond
	}
	rest := class/16 - 1
	first := uint64(class - rest*16)
	return time.Duration((2*first+1)<<rest/2) * time.Microsecond
}

// Latency returns the median of how long packets of a stream took in the last five seconds, from
// the call that handed over what is in them until they were passed to the destination, and what 99
// of 100 packets did not exceed. Both are 0 if there were no packets, or if nobody knows when they
// were handed over. Any goroutine may call it.
func (m *Mux) Latency(stream int) (p50, p99 time.Duration) {
	return m.writer.times.streams[stream].percentiles(time.Now())
}
