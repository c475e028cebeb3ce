package api

import (
	"sync"

	"github.com/avloom/avloom/pipeline"
)

// orders are what the program asks of the encoder with the next frame that is accepted.
type orders struct {
	mu   sync.Mutex
	next pipeline.Orders
	sent carried // by the pictures of the call whose turn it is
}

// carried are the orders that pictures of a call carry which may still come back unread.
type carried struct {
	pipeline.Orders
	last int // the picture of the call that carries the last of them
}

// add adds orders to those of the next frame.
func (o *orders) add(more pipeline.Orders) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next = o.next.Then(more)
}

// take returns the orders for picture i of a call, which is sent next.
func (o *orders) take(i int) pipeline.Orders {
	o.mu.Lock()
	defer o.mu.Unlock()
	taken := o.next
	o.next = pipeline.Orders{}
	if taken != (pipeline.Orders{}) {
		o.sent = carried{o.sent.Then(taken), i}
	}
	return taken
}

// confirm ends a call of which the pictures before number read were accepted. The orders of others
// pass to the next frame.
func (o *orders) confirm(read int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sent.last >= read {
		o.next = o.sent.Then(o.next)
	}
	o.sent = carried{}
}

// ForceKeyFrame makes the next frame that is accepted a key frame: a player can begin there, and so
// can an output that joins. It is the next frame of AddFrames, AddImage, Commit or AddDeviceFrames
// that begins to wait for the encoder after ForceKeyFrame was called, also within a call that is
// under way. A frame that OnFullDrop drops, or that OutFrameRate leaves out, passes the order on to
// the one after it. ForceKeyFrame does not wait, and is safe from any goroutine. Several calls
// before one frame make one key frame.
//
// With encoders all of whose frames are key frames it does nothing. With an encoder that cannot
// make a key frame when it is asked, such as SVT-AV1, the error is a *ConfigError that lists those
// that can. It is ErrNotOpen before Open, ErrEnded after End, and ErrClosed after Close.
func (s *VideoStream) ForceKeyFrame() error {
	return s.order(pipeline.Orders{Key: true}, func() error { return s.in.Orders.CheckKey() })
}

// SetBitRate changes the bit rate, in bits per second, from the next frame that is accepted on;
// which frame that is, ForceKeyFrame tells. Of several rates that are set before it, the last one
// counts. VideoConfig.BitRate must be set. A maxrate and a bufsize of ExtraOptions change in
// proportion.
//
// It works with libx264 and NVENC, which begin anew with a key frame. libx264 then encodes at once
// what it has looked ahead at, and its average begins with that frame. The header, and with it the
// level that it states, stays. The rate that the encoder has already changes nothing.
//
// With all other encoders, without BitRate, and for a rate that BitRate does not take, the error is
// a *ConfigError, and the rate stays. So it is beside options that leave the rate no room: two
// passes, nal-hrd, and bit rates inside x264-params. The other errors are those of ForceKeyFrame.
// SetBitRate does not wait for frames, and is safe from any goroutine.
func (s *VideoStream) SetBitRate(bitsPerSecond int64) error {
	check := func() error { return s.in.Orders.CheckBitRate(bitsPerSecond) }
	return s.order(pipeline.Orders{BitRate: bitsPerSecond}, check)
}

// order gives orders to the next frame, if the stream takes frames and the encoder follows them.
func (s *VideoStream) order(asked pipeline.Orders, check func() error) error {
	r, err := s.encoder.beginCall()
	if err != nil {
		return err
	}
	defer s.encoder.endCall()
	switch {
	case s.ended.Load():
		return ErrEnded
	case r.cause() != nil:
		return r.cause()
	}
	err = check()
	if err == nil {
		s.orders.add(asked)
	}
	return err
}
