package nodes

import (
	"context"
	"fmt"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// Media is what an encoder takes.
type Media interface {
	pipeline.Frame | pipeline.Samples
	AV() *astiav.Frame
	Free()
}

// Encode turns pictures or sound into packets. It numbers what it takes, from 0: pictures are one unit of the encoder's time base
// apart, and sound follows on without a gap.
type Encode[M Media] struct {
	name  string
	codec *astiav.CodecContext
	sent  int64 // what the encoder was given, in units of its time base
	total int64 // of that, what came in
	given int64 // how many packets it gave
	end   int64 // where these end
	lag   int64 // see Lag
	brief bool  // it has ended before the encoder knew how to count decoding times
	shelf shelf.Packets
	meter meter
}

var (
	_ pipeline.Processor[pipeline.Frame, pipeline.Packet]   = (*Encode[pipeline.Frame])(nil)
	_ pipeline.Processor[pipeline.Samples, pipeline.Packet] = (*Encode[pipeline.Samples])(nil)
	_ pipeline.Watched                                      = (*Encode[pipeline.Frame])(nil)
	_ pipeline.Holder                                       = (*Encode[pipeline.Frame])(nil)
)

// NewEncode returns an Encode for an encoder that is open. It takes the encoder over, and Close frees it.
func NewEncode[M Media](name string, codec *astiav.CodecContext) *Encode[M] {
	return &Encode[M]{name: name, codec: codec, lag: Lag(codec)}
}

// NewCodecContext allocates the encoder, not open yet, that FreeCodecContext or an Encode frees.
func NewCodecContext(codec *astiav.Codec) *astiav.CodecContext {
	live.New("encoder")
	return astiav.AllocCodecContext(codec)
}

// FreeCodecContext frees an encoder that no Encode has taken over.
func FreeCodecContext(codec *astiav.CodecContext) {
	endUnfinished(codec)
	astiavx.FreeEncoder(codec)
	live.Freed("encoder") // now, for some take long
}

// endUnfinished gives SVT-AV1 a picture, if it has had none, and its end: version 1.4.1 waits for ever when it is closed without them.
func endUnfinished(codec *astiav.CodecContext) {
	if astiavx.OpenEncoder(codec) != "libsvtav1" {
		return
	}
	if astiavx.FramesTaken(codec) == 0 {
		_ = encodeOnce(codec) // what comes out is not wanted
		return
	}
	_ = codec.SendFrame(nil) // it only ends the encoder, which may have been ended before
}

// Process encodes one picture or one block of samples.
func (e *Encode[M]) Process(_ context.Context, in M, emit pipeline.Emit[pipeline.Packet]) error {
	defer in.Free()
	e.total += length(in.AV())
	return e.send(in.AV(), emit)
}

// length is how much of a frame came in: one picture, or so many samples.
func length(frame *astiav.Frame) int64 {
	if frame.NbSamples() == 0 {
		return 1
	}
	if n := astiavx.Duration(frame); n > 0 { // as Rechunk says
		return n
	}
	return int64(frame.NbSamples())
}

// send gives the frame its times, and encodes it.
func (e *Encode[M]) send(frame *astiav.Frame, emit pipeline.Emit[pipeline.Packet]) error {
	duration := int64(max(frame.NbSamples(), 1))
	frame.SetPts(e.sent)
	astiavx.SetDuration(frame, duration)
	e.sent += duration
	return e.encode(frame, emit)
}

// Flush emits what the encoder still holds, and ends the encoder.
func (e *Encode[M]) Flush(_ context.Context, emit pipeline.Emit[pipeline.Packet]) error {
	err := e.flush(emit)
	if err == nil {
		e.meter.end()
	}
	return err
}

// flush asks the encoder for what it still holds. One that never got anything has nothing, and some do not bear being asked.
func (e *Encode[M]) flush(emit pipeline.Emit[pipeline.Packet]) error {
	if e.sent == 0 {
		return nil
	}
	if err := e.pushOut(emit); err != nil {
		return err
	}
	e.brief = e.given == 0 && e.sent <= mostLead && astiavx.OpenEncoder(e.codec) == "libx265"
	return e.encode(nil, emit)
}

// mostLead is by how many pictures x265 decodes ahead of what it shows, at most. It learns how long they take from the first picture after them; where there
// is none, version 3.5 takes the time from memory that nobody wrote. So few pictures are in order.
const mostLead = 2

// encode sends a frame (nil: the end) and emits the packets that it sets free.
func (e *Encode[M]) encode(frame *astiav.Frame, emit pipeline.Emit[pipeline.Packet]) error {
	if err := e.codec.SendFrame(frame); err != nil {
		return fmt.Errorf("%s: %w", e.name, err)
	}
	for {
		packet, ok, err := e.receive()
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if !ok {
			return nil
		}
		if err := emit(packet); err != nil {
			return err
		}
	}
}

// receive takes the next packet from the encoder, if it has one.
func (e *Encode[M]) receive() (packet pipeline.Packet, ok bool, err error) {
	packet = pipeline.PacketFrom(&e.shelf)
	if ok, err = astiavx.ReceivePacket(e.codec, packet.Packet); err == nil && ok {
		if packet.Duration() == 0 && e.codec.MediaType() == astiav.MediaTypeVideo {
			packet.SetDuration(1) // not every encoder passes it on
		}
		if e.brief {
			packet.SetDts(packet.Pts())
		}
		e.given++
		e.end = max(e.end, packet.Pts()+packet.Duration())
		if err = e.declarePadding(packet); err == nil {
			e.meter.take(time.Now(), packet, e.codec.TimeBase())
		}
	}
	if err != nil || !ok {
		packet.Free()
	}
	return packet, ok && err == nil, err
}

// Activity names the encoder.
func (e *Encode[M]) Activity() pipeline.Activity { return pipeline.Activity{Of: e.name} }

// Held is how much the encoder keeps of what it was given: pictures, or samples per channel.
func (e *Encode[M]) Held() int64 {
	if e.codec.MediaType() == astiav.MediaTypeVideo {
		return max(0, e.total-e.given)
	}
	return max(0, e.total-e.end)
}

// Progress returns how far the encoder has come. It may be called at any time, from any goroutine, also after Close.
func (e *Encode[M]) Progress() Progress { return e.meter.read(time.Now()) }

// Close frees the encoder.
func (e *Encode[M]) Close() {
	e.shelf.Close()
	FreeCodecContext(e.codec)
}
