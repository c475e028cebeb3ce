package nodes

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// BitRateChange returns an encoder with another bit rate, in bits per second: the one that it is
// given, which has changed, or a new one, which goes on where that one ends.
type BitRateChange func(encoder *astiav.CodecContext, bitRate int64) (*astiav.CodecContext, error)

// OnBitRate sets how the encoder follows orders of another bit rate. Without it the encoder ignores
// them. It is called before the first item is processed.
func (e *Encode[M]) OnBitRate(change BitRateChange) { e.changeRate = change }

// setBitRate changes the bit rate from the next picture on. If another encoder goes on, the packets
// that the first one holds come first. A rate that the encoder has already changes nothing.
func (e *Encode[M]) setBitRate(rate int64, emit pipeline.Emit[pipeline.Packet]) error {
	if rate == 0 || rate == e.codec.BitRate() || e.changeRate == nil {
		return nil
	}
	next, err := e.changeRate(e.codec, rate)
	if err != nil {
		return fmt.Errorf("%s: change the bit rate: %w", e.name, err)
	}
	if next == e.codec {
		return nil
	}
	return e.goOn(next, emit)
}

// goOn ends the encoder, whose packets come first, and goes on with another one.
func (e *Encode[M]) goOn(next *astiav.CodecContext, emit pipeline.Emit[pipeline.Packet]) (err error) {
	if e.sent > 0 {
		err = e.encode(nil, emit)
	}
	FreeCodecContext(e.codec)
	e.codec = next
	return err
}
