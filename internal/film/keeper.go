package film

import (
	"bufio"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"os"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/pipeline"
)

// Keeper writes the packets of an encoder with one stream into a packet file. It writes no whole
// file unless all packets were kept. Its methods are called from one goroutine at a time.
type Keeper struct {
	path    string
	head    Head
	kept    func() // is called when a packet was kept; nil: nobody is told
	file    *os.File
	out     *bufio.Writer
	sum     hash.Hash32
	size    int64
	summary Summary
	check   *checker // nil: sound
	unfit   error
	scratch []byte
}

var _ graph.PacketKeeper = (*Keeper)(nil)

// bufferSize is how many bytes are collected for a write to the disk, or read at a time.
const bufferSize = 64 << 10

// NewKeeper returns a keeper that writes a file of that path. kept is called after each packet, on
// the encoder's goroutine; it may be nil.
func NewKeeper(path string, head Head, kept func()) *Keeper {
	return &Keeper{path: path, head: head, kept: kept, sum: crc32.New(checksums)}
}

// Begin creates the file, or empties it, and writes the head.
func (k *Keeper) Begin(streams []muxer.Stream) (err error) {
	codec := streams[0].Codec
	k.summary.Encoder, k.summary.TimeBase = codec.Encoder, codec.TimeBase
	k.summary.Header = codec.Parameters.ExtraData()
	if k.head.Frames > 0 {
		k.check, k.unfit = newChecker(k.head.Frames, codec.TimeBase, streams[0].FrameRate)
	}
	if k.file, err = os.Create(k.path); err != nil {
		return err
	}
	k.out = bufio.NewWriterSize(k.file, bufferSize)
	if err := k.write(k.head.append(nil)); err != nil {
		return err
	}
	return k.out.Flush() // a file of unfit packets is not empty: it was written to
}

// Keep writes a packet.
func (k *Keeper) Keep(_ int, p pipeline.Packet) error {
	side, data := astiavx.PacketSideData(p.Packet), astiavx.PacketBytes(p.Packet)
	k.note(p, side)
	b := k.scratch[:0]
	b = append(b, isPacket)
	for _, n := range []int64{p.Pts(), p.Dts(), p.Duration()} {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	for _, n := range []int{int(p.Flags()), len(side), len(data)} {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	for _, d := range side {
		b = binary.LittleEndian.AppendUint32(b, d.Type)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(d.Data)))
		b = append(b, d.Data...)
	}
	k.scratch = b
	err := k.write(b)
	if err == nil {
		err = k.write(data)
	}
	if err == nil && k.kept != nil {
		k.kept()
	}
	return err
}

// note notes what the summary tells about a packet.
func (k *Keeper) note(p pipeline.Packet, side []astiavx.SideData) {
	first := k.summary.Packets == 0
	if first {
		k.summary.FirstDTS = p.Dts()
	}
	k.summary.Packets++
	if k.check != nil && k.unfit == nil {
		k.unfit = k.check.add(p)
	}
	for _, d := range side {
		switch {
		case !d.IsNewHeader():
		case first:
			k.summary.NewHeader = append([]byte{}, d.Data...)
		default:
			k.summary.LaterIsNew = true
		}
	}
}

// Unfit returns why the packets do not fit into a film; nil: they do. It is called after the end.
func (k *Keeper) Unfit() error { return k.unfit }

// Finish writes the tail and the foot, and closes the file, unless the packets are unfit.
func (k *Keeper) Finish() error {
	if k.check != nil && k.unfit == nil {
		k.unfit = k.check.end()
		k.summary.Lead = k.check.lead
	}
	if k.unfit != nil {
		return nil
	}
	place := k.size
	if err := k.write(k.summary.append(nil)); err != nil {
		return err
	}
	foot := binary.LittleEndian.AppendUint64(nil, uint64(place))
	foot = binary.LittleEndian.AppendUint32(foot, k.sum.Sum32())
	if err := k.write(append(foot, mark...)); err != nil {
		return err
	}
	if err := k.out.Flush(); err != nil {
		return err
	}
	file := k.file
	k.file = nil
	return file.Close()
}

// write writes bytes and counts them into the checksum.
func (k *Keeper) write(b []byte) error {
	k.size += int64(len(b))
	k.sum.Write(b)
	_, err := k.out.Write(b)
	return err
}

// Close closes the file if Finish has not done so.
func (k *Keeper) Close() {
	if k.file != nil {
		_ = k.file.Close() // it is no whole file
		k.file = nil
	}
}
