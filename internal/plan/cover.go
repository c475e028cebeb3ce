package plan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// planCover looks at the bytes of a cover. nil: there is none.
func planCover(data []byte) (*container.Cover, error) {
	if data == nil {
		return nil, nil //nolint:nilnil // no cover is no error
	}
	refuse := func(reason string, err error) (*container.Cover, error) {
		return nil, &fault.ConfigError{
			Field: "CoverArt", Value: fmt.Sprintf("%d bytes", len(data)), Reason: reason, Err: err,
			Supported: []string{"the bytes of a PNG file", "the bytes of a JPEG file"},
		}
	}
	id, decode, checkEnd := astiav.CodecIDPng, png.DecodeConfig, checkPNG
	switch {
	case len(data) == 0:
		return refuse("is empty", nil)
	case bytes.HasPrefix(data, []byte{0xff, 0xd8}):
		id, decode, checkEnd = astiav.CodecIDMjpeg, jpeg.DecodeConfig, checkJPEG
	case !bytes.HasPrefix(data, []byte(pngSignature)):
		return refuse("is no picture that players show as a cover", nil)
	}
	config, err := decode(bytes.NewReader(data))
	if err == nil {
		err = checkEnd(data)
	}
	if err != nil {
		return refuse("is no complete picture", err)
	}
	return &container.Cover{
		Data: data, Codec: id, Width: config.Width, Height: config.Height, Depth: depth(config),
	}, nil
}

// depth returns how many bits a pixel has, of 8 for each component.
func depth(config image.Config) int {
	switch config.ColorModel {
	case color.GrayModel, color.Gray16Model:
		return 8
	case color.NRGBAModel, color.NRGBA64Model, color.CMYKModel:
		return 32
	}
	return 24
}

const pngSignature = "\x89PNG\r\n\x1a\n"

var errTruncated = errors.New("it ends too early")

// checkPNG checks that all chunks are there and have their checksums (PNG, section 5.3).
func checkPNG(data []byte) error {
	for data = data[len(pngSignature):]; len(data) >= 12; {
		size := uint64(binary.BigEndian.Uint32(data))
		if size+12 > uint64(len(data)) {
			return errTruncated
		}
		kind, sum := string(data[4:8]), binary.BigEndian.Uint32(data[size+8:])
		if crc32.ChecksumIEEE(data[4:size+8]) != sum {
			return fmt.Errorf("the checksum of its chunk %s is wrong", kind)
		}
		if kind == "IEND" {
			return nil
		}
		data = data[size+12:]
	}
	return errTruncated
}

// checkJPEG checks that all segments are there, up to the marker of the end (ITU-T T.81, annex B).
func checkJPEG(data []byte) error {
	const (
		end      = 0xd9
		restart0 = 0xd0
		restart7 = 0xd7
	)
	for i := 2; i+1 < len(data); {
		marker := data[i+1]
		switch {
		case data[i] != 0xff: // coded data, or what lies between segments
			i++
		case marker == end:
			return nil
		case marker == 0xff: // a byte that fills up
			i++
		case marker <= 1, marker >= restart0 && marker <= restart7: // without a size
			i += 2
		case i+3 >= len(data):
			return errTruncated
		default: // that of a scan, too, has a size; coded data follow it
			i += 2 + int(binary.BigEndian.Uint16(data[i+2:]))
		}
	}
	return errTruncated
}
