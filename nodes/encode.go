package nodes

import (
	"context"
	"fmt"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// Media is what an encoder takes: a picture or a block of samples.
type Media interface {
	pipeline.Frame | pipeline.Samples
	AV() *astiav.Frame
	AcceptedAt() time.Time
	Asked() pipeline.Orders
	Free()
}

// Encode turns pictures or sound into packets. A picture has its time, in the encoder's time base,
// and lasts as long as the encoder's frame rate says. Encode sets the times of sound: the first
// block begins at 0, and each other block where the last one ended.
type Encode[M Media] struct {
	name     string
	codec    *astiav.CodecContext
	sent     int64 // how much the encoder was given: pictures, or samples per channel
	received int64 // how much of that came from Process; the rest is silence
	packets  int64 // how many packets the encoder returned
	end      int64 // where the packets end, in units of the time base
	lag      int64 // see Lag
	nominal  int64 // the duration of a picture, in units of the time base
	onlyKeys bool  // see onlyKeys
	// noReordering: the decoding times are the presentation times; see maxLead.
	noReordering bool
	decoding     decodingTimes
	lastPTS      int64 // of the last picture
	acceptance   acceptance
	keys         keyOrders
	nextForKey   NextForKey        // nil: the encoder itself makes the key frames that are ordered
	changeRate   BitRateChange     // nil: the encoder keeps its bit rate
	pass         pass              // of two
	edit         func(data []byte) // changes the data of each packet in place; nil: nothing does
	shelf        shelf.Packets
	meter        meter
}

var (
	_ pipeline.Processor[pipeline.Frame, pipeline.Packet]   = (*Encode[pipeline.Frame])(nil)
	_ pipeline.Processor[pipeline.Samples, pipeline.Packet] = (*Encode[pipeline.Samples])(nil)
	_ pipeline.Watched                                      = (*Encode[pipeline.Frame])(nil)
	_ pipeline.Holder                                       = (*Encode[pipeline.Frame])(nil)
)

// NewEncode returns an Encode for an open encoder. It takes the encoder over; Close frees it.
func NewEncode[M Media](name string, codec *astiav.CodecContext) *Encode[M] {
	nominal := nominalDuration(codec)
	return &Encode[M]{
		name: name, codec: codec, lag: Lag(codec), nominal: nominal, decoding: newDecodingTimes(codec, nominal),
		onlyKeys: onlyKeys(codec),
	}
}

// EditData sets a function that changes the data of each packet in place. It is set before the
// first picture.
func (e *Encode[M]) EditData(edit func(data []byte)) { e.edit = edit }

// nominalDuration returns how long a picture lasts, in units of the encoder's time base.
func nominalDuration(codec *astiav.CodecContext) int64 {
	rate := codec.Framerate()
	if rate.Num() <= 0 || rate.Den() <= 0 {
		return 1
	}
	return max(1, astiav.RescaleQ(1, rate.Invert(), codec.TimeBase()))
}

// Process encodes one picture or one block of samples.
func (e *Encode[M]) Process(_ context.Context, in M, emit pipeline.Emit[pipeline.Packet]) error {
	defer in.Free()
	e.received += length(in.AV())
	return e.send(in.AV(), in.AcceptedAt(), in.Asked(), emit)
}

// length returns the length of a frame without filling silence: 1 for a picture, or the number of
// samples.
func length(frame *astiav.Frame) int64 {
	if frame.NbSamples() == 0 {
		return 1
	}
	if n := astiavx.Duration(frame); n > 0 { // set by Rechunk
		return n
	}
	return int64(frame.NbSamples())
}

// send sets the duration of the frame, and the time of sound, and encodes it.
func (e *Encode[M]) send(
	frame *astiav.Frame, accepted time.Time, orders pipeline.Orders, emit pipeline.Emit[pipeline.Packet],
) error {
	samples := int64(frame.NbSamples())
	if samples > 0 {
		frame.SetPts(e.sent)
		astiavx.SetDuration(frame, samples)
	} else {
		if err := e.setBitRate(orders.BitRate, emit); err != nil {
			return err
		}
		if err := e.pass.add(frame.Pts()); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		astiavx.SetDuration(frame, e.nominal)
		if err := e.setPictureType(frame, orders.Key, emit); err != nil {
			return err
		}
	}
	e.note(frame, accepted)
	e.sent += max(samples, 1)
	return e.encode(frame, emit)
}

// note notes a frame that the encoder is given, for its packet. Many encoders return no packets in
// the first of two passes.
func (e *Encode[M]) note(frame *astiav.Frame, accepted time.Time) {
	if e.pass.isFirst() {
		return
	}
	e.decoding.send(frame.Pts())
	e.acceptance.note(frame.Pts(), accepted)
}

// longPause is after how long a pause the next picture becomes a key frame, if the encoder changes
// the order of pictures. Without one, a picture after the pause could be decoded before one that is
// shown before the pause, which containers have too few bits for.
const longPause = 5 * time.Minute

// setPictureType makes a picture a key frame if the program, an output or a grid asks for one, or
// if the picture comes after a long pause. The encoder decides about all others.
func (e *Encode[M]) setPictureType(frame *astiav.Frame, key bool, emit pipeline.Emit[pipeline.Packet]) error {
	kind, base := astiav.PictureTypeNone, e.codec.TimeBase()
	pause := float64(frame.Pts()-e.lastPTS) * base.Float64()
	afterPause := e.decoding.ahead > 0 && e.sent > 0 && pause > longPause.Seconds()
	requested := e.keys.take(frame.Pts())
	key = key || requested || afterPause
	if key && e.nextForKey == nil {
		kind = astiav.PictureTypeI
	}
	frame.SetPictureType(kind)
	e.lastPTS = frame.Pts()
	if key && e.nextForKey != nil {
		return e.beginAnew(emit)
	}
	return nil
}

// Flush emits the packets that the encoder still holds, and ends the encoder.
func (e *Encode[M]) Flush(_ context.Context, emit pipeline.Emit[pipeline.Packet]) error {
	if err := e.pass.checkEnd(); err != nil {
		return fmt.Errorf("%s: %w", e.name, err)
	}
	err := e.flush(emit)
	if err == nil {
		e.pass.end()
		e.meter.end()
	}
	return err
}

// flush emits the packets that the encoder still holds. An encoder that was given nothing holds
// none, and some encoders fail when they are flushed then.
func (e *Encode[M]) flush(emit pipeline.Emit[pipeline.Packet]) error {
	if e.sent == 0 {
		return nil
	}
	if err := e.pushOut(emit); err != nil {
		return err
	}
	e.noReordering = e.packets == 0 && e.sent <= maxLead && astiavx.OpenEncoder(e.codec) == "libx265"
	return e.encode(nil, emit)
}

// maxLead is the largest number of pictures that x265 decodes ahead of the one that it shows. It
// learns how long pictures last from the first picture after them. If there is none, version 3.5
// reads the duration from uninitialised memory and returns wrong decoding times. A video so short
// has its pictures in order.
const maxLead = 2

// encode gives the encoder a frame (nil: the end), and emits the packets that it returns.
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
			if frame == nil {
				e.pass.learn(e.codec)
			}
			return nil
		}
		if err := emit(packet); err != nil {
			return err
		}
	}
}

// receive returns the next packet of the encoder; false: it has none now.
func (e *Encode[M]) receive() (pipeline.Packet, bool, error) {
	packet := pipeline.PacketFrom(&e.shelf)
	ok, err := astiavx.ReceivePacket(e.codec, packet.Packet)
	if ok {
		err = e.complete(packet)
	}
	if !ok || err != nil {
		packet.Free()
		return pipeline.Packet{}, false, err
	}
	from := e.acceptance.find(packet)
	packet.Accepted, packet.Given = from.accepted, from.at
	return packet, true, nil
}

// complete sets what the encoder left out of a packet, and counts the packet.
func (e *Encode[M]) complete(packet pipeline.Packet) error {
	if packet.Duration() == 0 && e.codec.MediaType() == astiav.MediaTypeVideo {
		packet.SetDuration(e.nominal) // some encoders do not pass the duration on
	}
	if e.onlyKeys {
		packet.SetFlags(packet.Flags().Add(astiav.PacketFlagKey))
	}
	e.decoding.raise(packet)
	if e.noReordering {
		packet.SetDts(packet.Pts())
	}
	e.pass.learn(e.codec)
	if e.edit != nil {
		e.edit(astiavx.PacketBytes(packet.Packet))
	}
	e.packets++
	e.end = max(e.end, packet.Pts()+packet.Duration())
	if err := e.declarePadding(packet); err != nil {
		return err
	}
	e.meter.add(time.Now(), packet, e.codec.TimeBase())
	return nil
}

// onlyKeys reports whether all packets of an open encoder are key frames that the encoder does not
// mark as such, as those of VC-2 (vc2enc.c).
func onlyKeys(codec *astiav.CodecContext) bool { return astiavx.OpenEncoder(codec) == "vc2" }

// Activity names the encoder.
func (e *Encode[M]) Activity() pipeline.Activity { return pipeline.Activity{Of: e.name} }

// Held returns how much of its input the encoder holds: pictures, or samples per channel.
func (e *Encode[M]) Held() int64 {
	if e.codec.MediaType() == astiav.MediaTypeVideo {
		return max(0, e.received-e.packets)
	}
	return max(0, e.received-e.end)
}

// Progress returns how far the encoder has come. Any goroutine may call it at any time, also after
// Close.
func (e *Encode[M]) Progress() Progress { return e.meter.progress(time.Now()) }

// Close frees the encoder.
func (e *Encode[M]) Close() {
	e.shelf.Close()
	FreeCodecContext(e.codec)
}
