package nodes

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// Lag is by how many samples the packets of an encoder that is open lag behind what it is given, where it keeps these at the end, as
// those of AC-3, MPEG layer 2 and WMA do. Silence must push them out.
func Lag(codec *astiav.CodecContext) int64 {
	if codec.MediaType() != astiav.MediaTypeAudio || codec.FrameSize() == 0 || astiavx.EncoderCapabilities(astiavx.OpenEncoder(codec)).Delay {
		return 0
	}
	return int64(astiavx.InitialPadding(codec))
}

// pushOut gives an encoder that lags behind as many blocks of silence as it takes until all that came in is out.
func (e *Encode[M]) pushOut(emit pipeline.Emit[pipeline.Packet]) error {
	spec := SampleSpec{Rate: e.codec.SampleRate(), Format: e.codec.SampleFormat(), Layout: e.codec.ChannelLayout()}
	blocks := NewSampleShelf(spec)
	defer blocks.Close()
	for e.lag > 0 && e.sent-e.lag < e.total {
		silence, err := blocks.silence(e.codec.FrameSize())
		if err != nil {
			return err
		}
		err = e.send(silence.Frame, emit)
		silence.Free()
		if err != nil {
			return err
		}
	}
	return nil
}

// declarePadding says in a packet how much of its end did not come in. Other encoders than those that lag behind, and FFmpeg's of AAC, say so themselves.
func (e *Encode[M]) declarePadding(p pipeline.Packet) error {
	if e.codec.CodecID() != astiav.CodecIDAac && e.lag == 0 {
		return nil
	}
	block := int64(e.codec.FrameSize())
	padding := min(block, p.Pts()+block-e.total)
	if padding <= 0 {
		return nil
	}
	if _, said := p.SideData().SkipSamples().Get(); said {
		return nil
	}
	p.SetDuration(block - padding)
	if err := p.SideData().SkipSamples().Add(&astiav.SkipSamples{SkipEnd: uint32(padding)}); err != nil {
		return fmt.Errorf("declare the padding: %w", err)
	}
	return nil
}
