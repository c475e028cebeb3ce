package muxer

import (
	"fmt"
	"sync/atomic"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/internal/subtitle"
)

// Codec describes what an encoder makes. It does not refer to the encoder, which may run while an
// output that joins later reads the description. Any goroutine may read it while it is held.
//
// Whoever makes it holds it. Hold adds a holder, and Free takes one away; the last one frees it.
type Codec struct {
	Encoder      string // the name of the encoder
	TimeBase     astiav.Rational
	GlobalHeader bool // the encoder leaves its header out of the packets
	Parameters   *astiav.CodecParameters

	holders atomic.Int32
}

// DescribeCodec describes what an open encoder makes. The caller frees the description.
func DescribeCodec(encoder *astiav.CodecContext) (*Codec, error) {
	c := &Codec{
		Encoder: astiavx.OpenEncoder(encoder), TimeBase: encoder.TimeBase(),
		GlobalHeader: encoder.Flags().Has(astiav.CodecContextFlagGlobalHeader),
	}
	return c.complete(encoder.ToCodecParameters)
}

// DescribeText describes subtitles in a codec of text. The caller frees the description. The
// packets of such a stream hold plain text, which the muxer writes in that codec.
func DescribeText(codec *subtitle.Codec, base astiav.Rational) (*Codec, error) {
	c := &Codec{Encoder: codec.Name, TimeBase: base}
	return c.complete(func(p *astiav.CodecParameters) error {
		p.SetMediaType(astiav.MediaTypeSubtitle)
		p.SetCodecID(codec.ID)
		if len(codec.Header) == 0 {
			return nil
		}
		return p.SetExtraData(codec.Header)
	})
}

// WithHeader returns another description, with the header that the encoder has told with its first
// packet. The caller frees it.
func (c *Codec) WithHeader(header []byte) (*Codec, error) {
	other := &Codec{Encoder: c.Encoder, TimeBase: c.TimeBase, GlobalHeader: c.GlobalHeader}
	return other.complete(func(p *astiav.CodecParameters) error {
		if err := c.Parameters.Copy(p); err != nil {
			return err
		}
		return p.SetExtraData(header)
	})
}

// complete allocates the parameters, and frees them if fill fails.
func (c *Codec) complete(fill func(*astiav.CodecParameters) error) (*Codec, error) {
	live.New("codec")
	c.Parameters = astiav.AllocCodecParameters()
	c.holders.Store(1)
	if err := fill(c.Parameters); err != nil {
		c.Free()
		return nil, fmt.Errorf("describe the codec: %w", err)
	}
	return c, nil
}

// Hold adds a holder, who calls Free. It returns false if the description has been freed already.
func (c *Codec) Hold() bool {
	for n := c.holders.Load(); n > 0; n = c.holders.Load() {
		if c.holders.CompareAndSwap(n, n+1) {
			return true
		}
	}
	return false
}

// Free takes a holder away. The last one frees the description.
func (c *Codec) Free() {
	if c.holders.Add(-1) == 0 {
		live.Freed("codec")
		c.Parameters.Free()
	}
}

// id returns the id of the codec.
func (c *Codec) id() astiav.CodecID { return c.Parameters.CodecID() }

// kind returns whether the stream holds pictures, sound or text.
func (c *Codec) kind() astiav.MediaType { return c.Parameters.MediaType() }
