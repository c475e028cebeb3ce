package graph

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// PacketKeeper takes the packets of a run instead of its output, which is not touched. The packets
// are written into the output later, with those of other runs. The calls come one after another.
type PacketKeeper interface {
	// Begin describes the streams, before their first packet. The keeper may hold the descriptions.
	Begin(streams []muxer.Stream) error
	// Keep keeps a packet. It does not take the packet over.
	Keep(stream int, p pipeline.Packet) error
	// Finish says that all packets have been kept.
	Finish() error
	// Close is called once, at the end of the run, however that ends.
	Close()
}

// keeping is the sink of an output whose packets are kept.
type keeping struct {
	keeper PacketKeeper
	bytes  atomic.Int64
}

var _ containerSink = (*keeping)(nil)

func newKeeping(keeper PacketKeeper, streams []muxer.Stream) (containerSink, error) {
	if err := keeper.Begin(streams); err != nil {
		keeper.Close()
		return nil, err
	}
	return &keeping{keeper: keeper}, nil
}

// Consume keeps a packet.
func (k *keeping) Consume(_ context.Context, stream int, p pipeline.Packet) error {
	defer p.Free()
	k.bytes.Add(int64(p.Size()))
	return k.keeper.Keep(stream, p)
}

// EndInput does nothing.
func (k *keeping) EndInput(context.Context, int) error { return nil }

// Flush tells the keeper that it has all packets.
func (k *keeping) Flush(context.Context) error { return k.keeper.Finish() }

// Close closes the keeper.
func (k *keeping) Close() { k.keeper.Close() }

// Expect does nothing: no packet waits for those of other streams.
func (k *keeping) Expect([]*pipeline.Supply) {}

// Due returns that Tick need not be called.
func (k *keeping) Due() time.Time { return time.Time{} }

// Tick does nothing.
func (k *keeping) Tick(context.Context) error { return nil }

// Wake does nothing.
func (k *keeping) Wake() {}

// Activity returns that no call of a destination is in progress.
func (k *keeping) Activity() pipeline.Activity { return pipeline.Activity{} }

// Held returns that no packet waits.
func (k *keeping) Held() int64 { return 0 }

// HeldOf returns that no packet waits.
func (k *keeping) HeldOf(int) int64 { return 0 }

// TimeLimits returns no limits: those of the output were checked for all packets together.
func (k *keeping) TimeLimits(int) container.TimeLimits { return container.TimeLimits{} }

// Written returns how many bytes the packets have.
func (k *keeping) Written() int64 { return k.bytes.Load() }

// Writing returns that no time was spent in a destination.
func (k *keeping) Writing() time.Duration { return 0 }

// Latency returns that nothing was passed to a destination.
func (k *keeping) Latency(int) (p50, p99 time.Duration) { return 0, 0 }

// Refuse does nothing.
func (k *keeping) Refuse() {}
