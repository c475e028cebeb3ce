package destination

import (
	"context"
	"sync/atomic"
	"time"
)

// busyReceiver is how much later than its latency a receiver may hand a packet on, because its
// machine has other work.
const busyReceiver = 250 * time.Millisecond

// ClosingTime returns how long closing a connection takes whose receiver has this latency.
func ClosingTime(latency time.Duration) time.Duration {
	if latency <= 0 {
		return 0
	}
	return latency + busyReceiver
}

// lateCarrier is a carrier whose receiver keeps each packet for a while before it hands it on, and
// drops what it still has when the connection ends. Close waits until the receiver has handed on
// the last packet, unless Interrupt is called, or a write has failed.
type lateCarrier struct {
	carrier
	closing     time.Duration
	last        time.Time   // when the last packet was sent
	waiting     atomic.Bool // Close waits
	interrupted <-chan struct{}
	interrupt   context.CancelFunc
}

func newLateCarrier(c carrier, latency time.Duration) *lateCarrier {
	ctx, interrupt := context.WithCancel(context.Background())
	return &lateCarrier{
		carrier: c, closing: ClosingTime(latency), interrupted: ctx.Done(), interrupt: interrupt,
	}
}

func (l *lateCarrier) Write(p []byte) (int, error) {
	n, err := l.carrier.Write(p)
	l.last = time.Now()
	if err != nil {
		l.interrupt() // nobody is there
	}
	return n, err
}

func (l *lateCarrier) Interrupt() {
	l.interrupt()
	l.carrier.Interrupt()
}

func (l *lateCarrier) Close() error {
	defer l.interrupt()
	l.waiting.Store(true)
	handedOn := time.NewTimer(time.Until(l.last.Add(l.closing)))
	defer handedOn.Stop()
	select {
	case <-handedOn.C:
	case <-l.interrupted:
	}
	l.waiting.Store(false)
	return l.carrier.Close()
}
