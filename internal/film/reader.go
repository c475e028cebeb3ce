package film

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// Info is what a packet file says of itself.
type Info struct {
	Head
	Summary
	Size     int64
	tailAt   int64 // where the tail begins
	checksum uint32
}

// ReadInfo reads the head and the tail of a packet file. It does not read the packets. The error
// wraps ErrDamaged if this is no whole packet file.
func ReadInfo(path string) (Info, error) {
	f, size, err := open(path)
	if err != nil {
		return Info{}, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return readInfo(f, size)
}

func readInfo(r io.ReaderAt, size int64) (info Info, err error) {
	info.Size = size
	if size < int64(headSize+footSize) {
		return info, damaged("it is too short")
	}
	read := func(at, n int64) []byte {
		b := make([]byte, n)
		if err == nil {
			_, err = r.ReadAt(b, at)
		}
		return b
	}
	head, foot := read(0, int64(headSize)), read(size-int64(footSize), int64(footSize))
	if err != nil {
		return info, err
	}
	f := fields{rest: foot}
	info.tailAt, info.checksum = f.int64(), f.uint32()
	tailSize := size - int64(footSize) - info.tailAt
	if string(f.rest) != mark || info.tailAt < int64(headSize) || tailSize < 0 {
		return info, damaged("it has no end")
	}
	if info.Head, err = parseHead(head); err != nil {
		return info, err
	}
	tail := read(info.tailAt, tailSize)
	if err != nil {
		return info, err
	}
	info.Summary, err = parseSummary(tail)
	return info, err
}

// Reader reads the packets of a packet file, one after another.
type Reader struct {
	Info
	file  *os.File
	in    *bufio.Reader
	sum   hash.Hash32
	rest  int64 // bytes before the tail that are not read yet
	read  int64 // packets
	shelf *shelf.Packets
	// dropHeaders leaves the codec's header out that a packet tells as side data.
	dropHeaders bool
}

// OpenReader opens a packet file. It takes the packets that it returns from a shelf. The caller
// closes the Reader.
func OpenReader(path string, from *shelf.Packets) (*Reader, error) {
	f, size, err := open(path)
	if err != nil {
		return nil, err
	}
	r, err := newReader(f, size, from)
	if err != nil {
		_ = f.Close() // it was only read
		return nil, err
	}
	r.file = f
	return r, nil
}

func newReader(f io.ReaderAt, size int64, from *shelf.Packets) (*Reader, error) {
	info, err := readInfo(f, size)
	if err != nil {
		return nil, err
	}
	r := &Reader{Info: info, sum: crc32.New(checksums), rest: info.tailAt, shelf: from}
	r.in = bufio.NewReaderSize(io.NewSectionReader(f, 0, size-int64(footSize)), bufferSize)
	_, err = r.take(headSize)
	return r, err
}

// Next returns the next packet, which the caller frees; io.EOF: there is none, and the file is
// whole. An error that wraps ErrDamaged says that the file is not.
func (r *Reader) Next() (pipeline.Packet, error) {
	if r.rest == 0 {
		return pipeline.Packet{}, r.end()
	}
	props, err := r.take(1 + propsSize)
	if err != nil {
		return pipeline.Packet{}, err
	}
	if props[0] != isPacket {
		return pipeline.Packet{}, damaged("packet %d begins with something else", r.read)
	}
	f := fields{rest: props[1:]}
	pts, dts, duration, flags := f.int64(), f.int64(), f.int64(), f.uint32()
	p := pipeline.PacketFrom(r.shelf)
	if err := r.fill(p, int64(f.uint32()), int64(f.uint32())); err != nil {
		p.Free()
		return pipeline.Packet{}, err
	}
	p.SetPts(pts)
	p.SetDts(dts)
	p.SetDuration(duration)
	p.SetFlags(astiav.PacketFlags(flags))
	r.read++
	return p, nil
}

// fill reads so many pieces of side data and so many bytes of data. It allocates the data first,
// since that sets everything else of the packet back.
func (r *Reader) fill(p pipeline.Packet, side, size int64) error {
	if size > r.rest {
		return damaged("packet %d is longer than the file", r.read)
	}
	if size > 0 {
		if err := p.AllocPayload(int(size)); err != nil {
			return fmt.Errorf("read a packet: %w", err)
		}
	}
	for range side {
		about, err := r.take(sideSize)
		if err != nil {
			return err
		}
		kind, n := binary.LittleEndian.Uint32(about), int64(binary.LittleEndian.Uint32(about[4:]))
		if n > r.rest {
			return damaged("packet %d is longer than the file", r.read)
		}
		if err := r.fillSide(p, kind, int(n)); err != nil {
			return err
		}
	}
	return r.readFull(astiavx.PacketBytes(p.Packet))
}

// fillSide reads the bytes of a piece of side data.
func (r *Reader) fillSide(p pipeline.Packet, kind uint32, size int) error {
	if r.dropHeaders && (astiavx.SideData{Type: kind}).IsNewHeader() {
		_, err := r.take(size)
		return err
	}
	data, err := astiavx.AddPacketSideData(p.Packet, kind, size)
	if err != nil {
		return err
	}
	return r.readFull(data)
}

// take reads n bytes before the tail.
func (r *Reader) take(n int) ([]byte, error) {
	b := make([]byte, n)
	return b, r.readFull(b)
}

// readFull fills b with bytes before the tail.
func (r *Reader) readFull(b []byte) error {
	if int64(len(b)) > r.rest {
		return damaged("packet %d is longer than the file", r.read)
	}
	if _, err := io.ReadFull(r.in, b); err != nil {
		return err
	}
	r.rest -= int64(len(b))
	r.sum.Write(b)
	return nil
}

// end checks that the packets are those that were kept.
func (r *Reader) end() error {
	if _, err := io.Copy(r.sum, r.in); err != nil {
		return err
	}
	switch {
	case r.read != r.Packets:
		return damaged("it has %d packets instead of %d", r.read, r.Packets)
	case r.sum.Sum32() != r.checksum:
		return damaged("its checksum is wrong")
	}
	return io.EOF
}

// Close closes the file.
func (r *Reader) Close() {
	if r.file != nil {
		_ = r.file.Close() // it was only read
	}
}

// Verify reads a whole packet file. The error wraps ErrDamaged if it is not what was written.
func Verify(path string) (Info, error) {
	f, size, err := open(path)
	if err != nil {
		return Info{}, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return verify(f, size)
}

func verify(r io.ReaderAt, size int64) (Info, error) {
	info, err := readInfo(r, size)
	if err != nil {
		return info, err
	}
	sum := crc32.New(checksums)
	if _, err := io.Copy(sum, io.NewSectionReader(r, 0, size-int64(footSize))); err != nil {
		return info, err
	}
	if sum.Sum32() != info.checksum {
		return info, damaged("its checksum is wrong")
	}
	return info, nil
}

// open opens a file, and returns its size.
func open(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		_ = f.Close() // it was only read
		return nil, 0, err
	}
	return f, size, nil
}
