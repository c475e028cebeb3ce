package muxer

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// flacPart makes FLAC sound that was cut out of a recording play by itself.
//
// The frames of a FLAC file are numbered from 0, and its header says how many samples there are
// (RFC 9639). The encoder numbers the frames of the whole recording. At its end it tells a header
// with the length and the checksum of the whole. So in a FLAC file the frames of a part are
// numbered anew, and the header gets the length of the part, without a checksum. Other containers
// do not look at the numbers; there only the header of the whole is left out.
type flacPart struct {
	stream  int
	part    int64
	file    bool   // the container is FLAC's own
	header  []byte // STREAMINFO as the encoder told it when it was opened
	began   bool
	first   int64 // the number of the first frame
	samples int64
}

// flacParts are the streams of FLAC in an output, by stream. nil: there are none.
type flacParts map[int]*flacPart

// rewrite is flacPart.rewrite, and leaves packets of other streams as they are.
func (f flacParts) rewrite(p pipeline.Packet) (_ pipeline.Packet, ok bool, err error) {
	part := f[p.StreamIndex()]
	if part == nil {
		return p, true, nil
	}
	return part.rewrite(p)
}

// finish is flacPart.finish for all streams.
func (f flacParts) finish(m *Mux) error {
	for _, part := range f {
		if err := part.finish(m); err != nil {
			return err
		}
	}
	return nil
}

// newFLACParts returns a flacPart for each stream of FLAC.
func newFLACParts(cfg Config, number int64) (parts flacParts) {
	for i, s := range cfg.Streams {
		if s.Codec.id() != astiav.CodecIDFlac {
			continue
		}
		if parts == nil {
			parts = flacParts{}
		}
		header := s.Codec.Parameters.ExtraData()
		parts[i] = &flacPart{stream: i, part: number, file: cfg.Format == "flac", header: header}
	}
	return parts
}

// rewrite takes over a packet, and returns what the part gets instead: nothing if it tells a header
// of the whole.
func (f *flacPart) rewrite(p pipeline.Packet) (_ pipeline.Packet, ok bool, err error) {
	if f.part == 0 {
		f.samples += p.Duration()
		return p, true, nil
	}
	if p.Size() == 0 {
		p.Free()
		return pipeline.Packet{}, false, nil
	}
	f.samples += p.Duration()
	if !f.file {
		return p, true, nil
	}
	defer p.Free()
	frame, err := f.renumber(p.Data())
	if err != nil {
		return pipeline.Packet{}, false, err
	}
	other := pipeline.NewPacket()
	other.Accepted = p.Accepted
	if err := errors.Join(other.FromData(frame), other.CopyProperties(p.Packet)); err != nil {
		other.Free()
		return pipeline.Packet{}, false, err
	}
	return other, true, nil
}

// flacNumber is where the number of a frame lies: behind the sync code, the flags and the codes of
// four properties.
const flacNumber = 4

var errNoFLAC = errors.New("number a FLAC frame: the packet is no FLAC frame")

// renumber returns a frame with its number in the part. The number is coded like a character in
// UTF-8, so the frame may become shorter. Two checksums depend on it.
func (f *flacPart) renumber(frame []byte) ([]byte, error) {
	if len(frame) < flacNumber+4 {
		return nil, errNoFLAC
	}
	number, size := decodeFLACNumber(frame[flacNumber:])
	headerEnd := flacNumber + size + flacSizes(frame[2])
	if size == 0 || len(frame) < headerEnd+3 {
		return nil, errNoFLAC
	}
	if !f.began {
		f.began, f.first = true, number
	}
	out := append([]byte{}, frame[:flacNumber]...)
	out = appendFLACNumber(out, number-f.first)
	out = append(out, frame[flacNumber+size:headerEnd]...)
	out = append(out, astiavx.CRC8(out))
	out = append(out, frame[headerEnd+1:len(frame)-2]...)
	return binary.BigEndian.AppendUint16(out, astiavx.CRC16(out)), nil
}

// flacSizes returns how many bytes of a frame's header the block size and the sample rate take,
// whose codes are in this byte (RFC 9639, 9.1.1 and 9.1.2).
func flacSizes(codes byte) int {
	size := map[byte]int{6: 1, 7: 2}[codes>>4]
	return size + map[byte]int{12: 1, 13: 2, 14: 2}[codes&15]
}

// decodeFLACNumber reads a number of up to 36 bits that is coded like a character in UTF-8, and
// returns its size in bytes; 0: there is none.
func decodeFLACNumber(b []byte) (number int64, size int) {
	if b[0] < utf8.RuneSelf {
		return int64(b[0]), 1
	}
	mask := byte(0x80)
	for ; b[0]&mask != 0; mask >>= 1 {
		size++
	}
	if size < 2 || size > 7 || len(b) < size {
		return 0, 0
	}
	number = int64(b[0] & (mask - 1))
	for _, c := range b[1:size] {
		number = number<<6 | int64(c&0x3f)
	}
	return number, size
}

// appendFLACNumber appends a number, coded like a character in UTF-8.
func appendFLACNumber(b []byte, number int64) []byte {
	if number < utf8.RuneSelf {
		return append(b, byte(number))
	}
	size := 2
	for number>>(5*size+1) != 0 {
		size++
	}
	b = append(b, byte(0xff<<(8-size))|byte(number>>(6*(size-1))))
	for shift := 6 * (size - 2); shift >= 0; shift -= 6 {
		b = append(b, 0x80|byte(number>>shift&0x3f))
	}
	return b
}

// STREAMINFO has the number of samples in the last 36 of the 64 bits at this offset, and then the
// checksum of all samples (RFC 9639, 8.2). 0 means that they are not known.
const (
	flacLength   = 10
	flacChecksum = 18
	flacHeader   = 34
)

// finish tells the container the header of a part that others follow or precede.
func (f *flacPart) finish(m *Mux) error {
	if !f.file || len(f.header) < flacHeader || f.samples == 0 {
		return nil
	}
	header := append([]byte{}, f.header[:flacHeader]...)
	rest := binary.BigEndian.Uint64(header[flacLength:]) &^ (1<<36 - 1)
	binary.BigEndian.PutUint64(header[flacLength:], rest|uint64(f.samples)&(1<<36-1))
	clear(header[flacChecksum:])
	p := pipeline.NewPacket()
	defer p.Free()
	p.SetStreamIndex(f.stream)
	if err := astiavx.SetNewExtraData(p.Packet, header); err != nil {
		return err
	}
	return m.writer.explain("write the header", m.writer.write(p))
}
