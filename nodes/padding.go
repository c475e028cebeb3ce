package nodes

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// Lag returns by how many samples the packets of an open encoder lag behind its input, if the
// encoder does not return these samples at the end. The encoders of AC-3, MPEG layer 2 and WMA
// behave so: silence must push the samples out. For all others Lag returns 0.
func Lag(codec *astiav.CodecContext) int64 {
	if codec.MediaType() != astiav.MediaTypeAudio || codec.FrameSize() == 0 {
		return 0
	}
	if astiavx.EncoderCapabilities(astiavx.OpenEncoder(codec)).Delay {
		return 0
	}
	return int64(astiavx.Priming(codec))
}

// pushOut gives an encoder that lags behind blocks of silence until it has returned all samples
// that were received.
func (e *Encode[M]) pushOut(emit pipeline.Emit[pipeline.Packet]) error {
	spec := SampleSpec{Rate: e.codec.SampleRate(), Format: e.codec.SampleFormat(), Layout: e.codec.ChannelLayout()}
	blocks := NewSampleShelf(spec)
	defer blocks.Close()
	accepted := e.acceptance.latest()
	for e.lag > 0 && e.sent-e.lag < e.received {
		silence, err := blocks.silence(e.codec.FrameSize())
		if err != nil {
			return err
		}
		err = e.send(silence.Frame, accepted, pipeline.Orders{}, emit)
		silence.Free()
		if err != nil {
			return err
		}
	}
	return nil
}

// declarePadding states in a packet how many samples at its end are silence that was not received.
// It does so for encoders that lag behind, and for FFmpeg's AAC encoder; the others do it
// themselves.
func (e *Encode[M]) declarePadding(p pipeline.Packet) error {
	if e.codec.CodecID() != astiav.CodecIDAac && e.lag == 0 {
		return nil
	}
	block := int64(e.codec.FrameSize())
	padding := min(block, p.Pts()+block-e.received)
	if padding <= 0 {
		return nil
	}
	if _, declared := p.SideData().SkipSamples().Get(); declared {
		return nil
	}
	p.SetDuration(block - padding)
	if err := p.SideData().SkipSamples().Add(&astiav.SkipSamples{SkipEnd: uint32(padding)}); err != nil {
		return fmt.Errorf("declare the padding: %w", err)
	}
	return nil
}
