package nodes

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// FirstPacket returns the first packet of an encoder that has been given nothing yet. It encodes a
// picture whose content is undefined, or a block of silence: some properties of an encoder appear
// in its packets only. The encoder cannot be used for anything else afterwards. The caller frees
// the packet.
func FirstPacket(codec *astiav.CodecContext) (pipeline.Packet, error) {
	packet := pipeline.NewPacket()
	err := encodeOnce(codec)
	if err == nil {
		err = codec.ReceivePacket(packet.Packet)
	}
	if err != nil {
		packet.Free()
		return pipeline.Packet{}, fmt.Errorf("encode something to see a packet: %w", err)
	}
	return packet, nil
}

// encodeOnce gives an encoder one picture whose content is undefined, or one block of silence, and
// the end of the stream.
func encodeOnce(codec *astiav.CodecContext) error {
	frame := astiavx.NewFrame()
	defer astiavx.FreeFrame(frame)
	if err := fillBlank(frame, codec); err != nil {
		return err
	}
	frame.SetPts(0)
	if err := codec.SendFrame(frame); err != nil {
		return err
	}
	return codec.SendFrame(nil)
}

// fillBlank gives a frame without a buffer a picture or a block of silence for the encoder.
func fillBlank(frame *astiav.Frame, codec *astiav.CodecContext) error {
	if codec.MediaType() == astiav.MediaTypeVideo {
		frame.SetWidth(codec.Width())
		frame.SetHeight(codec.Height())
		frame.SetPixelFormat(codec.PixelFormat())
		return frame.AllocBuffer(0)
	}
	frame.SetSampleRate(codec.SampleRate())
	frame.SetSampleFormat(codec.SampleFormat())
	frame.SetChannelLayout(codec.ChannelLayout())
	frame.SetNbSamples(codec.FrameSize())
	if err := frame.AllocBuffer(0); err != nil {
		return err
	}
	return astiavx.FillSilence(frame)
}
