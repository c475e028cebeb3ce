package graph

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
)

// VideoOrders says which orders the encoder of a stream follows.
type VideoOrders struct {
	codec   *astiav.Codec
	options []avoption.Option
	rate    *codec.RateChange
}

// CheckKey returns an error if the encoder cannot make a key frame when it is asked.
func (o *VideoOrders) CheckKey() error { return codec.CheckKeysOnDemand(o.codec, o.options) }

// CheckBitRate returns an error if the encoder cannot change to a bit rate, in bits per second.
func (o *VideoOrders) CheckBitRate(rate int64) error { return o.rate.Check(rate) }
