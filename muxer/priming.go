package muxer

import (
	"encoding/binary"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// Where the identification header of Opus has the number of samples that a decoder skips, at 48 kHz
// (RFC 7845, section 5.1).
const (
	preSkipAt   = 10
	preSkipRate = 48000
)

// setPriming sets how many samples of priming the container is told that a stream begins with. The
// encoder's own number is wrong for a stream whose beginning is not in this file.
func (w *writer) setPriming(stream int, samples int64) error {
	p := w.format.Streams()[stream].CodecParameters()
	if int64(astiavx.InitialPadding(p)) == samples {
		return nil
	}
	astiavx.SetInitialPadding(p, int(samples))
	header := p.ExtraData()
	if p.CodecID() != astiav.CodecIDOpus || len(header) < preSkipAt+2 {
		return nil
	}
	skip := astiav.RescaleQ(samples, astiav.NewRational(1, p.SampleRate()), astiav.NewRational(1, preSkipRate))
	binary.LittleEndian.PutUint16(header[preSkipAt:], uint16(skip))
	if err := p.SetExtraData(header); err != nil {
		return fmt.Errorf("tell the priming of stream %d: %w", stream, err)
	}
	return nil
}
