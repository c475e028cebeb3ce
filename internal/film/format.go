package film

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/asticode/go-astiav"
)

// A packet file consists of a head, the packets, a tail and a foot. All numbers are little-endian.
//
//	head    magic, fingerprint, number of the first frame, number of frames
//	packet  1, PTS, DTS, duration, flags, number of side data, size,
//	        for each side data its type, size and bytes, then the packet's bytes
//	tail    0, then what is in Summary
//	foot    place of the tail, checksum of all before the foot, mark
//
// The file has its name only when it is complete and synced. The foot finds files that were cut off
// or changed nevertheless, by a disk that lost power, or by a copy.
const (
	magic     = "avloom packets 1\n"
	mark      = "avloom end 1\n"
	headSize  = len(magic) + len(Fingerprint{}) + 8 + 8
	footSize  = 8 + 4 + len(mark)
	propsSize = 8 + 8 + 8 + 4 + 4 + 4 // of a packet, after its first byte
	sideSize  = 4 + 4                 // before the bytes of side data
)

// What a part of the file begins with.
const (
	isTail   = 0
	isPacket = 1
)

// ErrDamaged is the error of a file that is not a whole packet file.
var ErrDamaged = errors.New("is not a whole packet file")

func damaged(format string, values ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, values...))
}

var checksums = crc32.MakeTable(crc32.Castagnoli)

// Head is what a packet file begins with.
type Head struct {
	Fingerprint Fingerprint
	From        int // the number of the first frame in the film; 0 for sound
	Frames      int // how many there are; 0 for sound
}

// String says what the file holds.
func (h Head) String() string {
	if h.Frames == 0 {
		return "sound"
	}
	return Chunk{From: h.From, Frames: h.Frames}.ID()
}

func (h Head) append(b []byte) []byte {
	b = append(b, magic...)
	b = append(b, h.Fingerprint[:]...)
	b = binary.LittleEndian.AppendUint64(b, uint64(h.From))
	return binary.LittleEndian.AppendUint64(b, uint64(h.Frames))
}

func parseHead(b []byte) (h Head, err error) {
	f := fields{rest: b}
	if string(f.take(len(magic))) != magic {
		return h, damaged("it begins with something else")
	}
	copy(h.Fingerprint[:], f.take(len(h.Fingerprint)))
	h.From, h.Frames = int(f.int64()), int(f.int64())
	return h, f.err
}

// Summary is what the tail of a packet file tells about the packets.
type Summary struct {
	Packets    int64
	Encoder    string
	TimeBase   astiav.Rational // of the times
	Header     []byte          // of the codec, as the encoder told it when it opened
	NewHeader  []byte          // as the first packet told it; nil: it told none
	FirstDTS   int64
	LaterIsNew bool  // a later packet told a header
	Lead       int64 // how many frames, at most, a picture is decoded before its place in the order of times
}

func (s *Summary) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(append(b, isTail), uint64(s.Packets))
	b = binary.LittleEndian.AppendUint64(b, uint64(s.FirstDTS))
	b = binary.LittleEndian.AppendUint64(b, uint64(s.Lead))
	b = binary.LittleEndian.AppendUint32(b, uint32(s.TimeBase.Num()))
	b = binary.LittleEndian.AppendUint32(b, uint32(s.TimeBase.Den()))
	b = append(b, flag(s.LaterIsNew), flag(s.NewHeader != nil))
	for _, part := range [][]byte{[]byte(s.Encoder), s.Header, s.NewHeader} {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(part))), part...)
	}
	return b
}

func flag(yes bool) byte {
	if yes {
		return 1
	}
	return 0
}

func parseSummary(b []byte) (s Summary, err error) {
	f := fields{rest: b}
	if f.byte() != isTail {
		return s, damaged("its tail begins with something else")
	}
	s.Packets, s.FirstDTS, s.Lead = f.int64(), f.int64(), f.int64()
	num, den := int32(f.uint32()), int32(f.uint32())
	s.TimeBase = astiav.NewRational(int(num), int(den))
	s.LaterIsNew = f.byte() != 0
	isNew := f.byte() != 0
	s.Encoder, s.Header, s.NewHeader = string(f.part()), f.part(), f.part()
	if !isNew {
		s.NewHeader = nil
	}
	switch {
	case f.err != nil:
		return s, f.err
	case len(f.rest) > 0:
		return s, damaged("its tail is too long")
	case s.Packets < 0 || s.Lead < 0 || num <= 0 || den <= 0:
		return s, damaged("its tail has impossible numbers")
	}
	return s, nil
}

// fields reads fields one after another. After the first that is missing, all are 0.
type fields struct {
	rest []byte
	err  error
}

func (f *fields) take(n int) []byte {
	if n > len(f.rest) {
		f.err, f.rest = damaged("it is too short"), nil
	}
	if f.err != nil {
		return make([]byte, min(n, 8))
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}

func (f *fields) byte() byte     { return f.take(1)[0] }
func (f *fields) uint32() uint32 { return binary.LittleEndian.Uint32(f.take(4)) }
func (f *fields) int64() int64   { return int64(binary.LittleEndian.Uint64(f.take(8))) }
func (f *fields) part() []byte {
	size := f.uint32()
	return append([]byte{}, f.take(int(min(size, 1<<31-1)))...)
}
