package nodes

import (
	"errors"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// FirstHeader returns the header that an encoder of pictures gives with its first packet. It encodes a picture to see it, so
// the encoder is of no use for anything else.
func FirstHeader(codec *astiav.CodecContext) ([]byte, error) {
	if err := encodeUnwritten(codec); err != nil {
		return nil, fmt.Errorf("encode a picture for the header: %w", err)
	}
	packet := astiavx.NewPacket()
	defer astiavx.FreePacket(packet)
	if err := codec.ReceivePacket(packet); err != nil {
		return nil, fmt.Errorf("encode a picture for the header: %w", err)
	}
	header := astiavx.NewExtraData(packet)
	if len(header) == 0 {
		return nil, errors.New("the encoder gives no header")
	}
	return header, nil
}

// encodeUnwritten gives an encoder a picture whose content is undefined, and the end.
func encodeUnwritten(codec *astiav.CodecContext) error {
	frame := astiavx.NewFrame()
	defer astiavx.FreeFrame(frame)
	frame.SetWidth(codec.Width())
	frame.SetHeight(codec.Height())
	frame.SetPixelFormat(codec.PixelFormat())
	if err := frame.AllocBuffer(0); err != nil {
		return err
	}
	frame.SetPts(0)
	if err := codec.SendFrame(frame); err != nil {
		return err
	}
	return codec.SendFrame(nil)
}
