package nodes

import (
	"context"
	"fmt"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// Cues turns cues into packets, whose data is the plain text. Each container writes it in its own
// codec.
//
// A packet does not tell when its cue was accepted, because the time from there to its place in the
// file says nothing: cues may come long before their time.
type Cues struct {
	shelf shelf.Packets
	meter meter
}

var _ pipeline.Processor[pipeline.Cue, pipeline.Packet] = (*Cues)(nil)

// NewCues returns a Cues.
func NewCues() *Cues { return &Cues{} }

// cueBase is the time base of cues and of their packets.
var cueBase = astiav.NewRational(1, pipeline.CueClock)

// Process emits the packet of a cue.
func (c *Cues) Process(_ context.Context, cue pipeline.Cue, emit pipeline.Emit[pipeline.Packet]) error {
	p := pipeline.PacketFrom(&c.shelf)
	if err := p.FromData([]byte(cue.Text)); err != nil {
		p.Free()
		return fmt.Errorf("make the packet of a cue: %w", err)
	}
	p.SetPts(cue.Start)
	p.SetDts(cue.Start)
	p.SetDuration(cue.End - cue.Start)
	p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
	c.meter.add(time.Now(), p, cueBase)
	return emit(p)
}

// Flush notes that no more packets come.
func (c *Cues) Flush(context.Context, pipeline.Emit[pipeline.Packet]) error {
	c.meter.end()
	return nil
}

// Progress returns how far the stream has come. Any goroutine may call it at any time, also after
// Close.
func (c *Cues) Progress() Progress { return c.meter.progress(time.Now()) }

// Close frees the packets that are kept for reuse.
func (c *Cues) Close() { c.shelf.Close() }
