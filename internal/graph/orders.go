package graph

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/nodes"
)

// VideoOrders says which orders the encoder of a stream follows.
type VideoOrders struct {
	codec   *astiav.Codec
	options []avoption.Option
	rate    *codec.RateChange

	nextForKey nodes.NextForKey // see codec.Opener
}

// CheckKey returns an error if the encoder cannot make a key frame when it is asked.
func (o *VideoOrders) CheckKey() error { return codec.CheckKeysOnDemand(o.codec, o.options) }

// CheckFilm returns an error if the encoder cannot encode the chunks of a film one by one.
func (o *VideoOrders) CheckFilm() error { return codec.CheckFilm(o.codec, o.options) }

// CheckBitRate returns an error if the encoder cannot change to a bit rate, in bits per second.
func (o *VideoOrders) CheckBitRate(rate int64) error { return o.rate.Check(rate) }

// CheckLaterKeys returns an error if no output can begin while the encoder runs, because it gives
// no key frame after its first one.
func (o *VideoOrders) CheckLaterKeys() error { return codec.CheckLaterKeys(o.codec, o.options) }

// checkLaterKeys returns an error about the first stream with which no output can begin later.
func checkLaterKeys(streams []OpenStream) error {
	for i, s := range streams {
		if s.Video == nil {
			continue
		}
		if err := s.Video.Orders.CheckLaterKeys(); err != nil {
			return streamError(i, err)
		}
	}
	return nil
}
