package film

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/pipeline"
)

// piece is a packet of a test.
type piece struct {
	pts, dts int64
	key      bool
	side     []astiavx.SideData
	data     []byte
}

// newHeader is the type of side data that tells a header (AV_PKT_DATA_NEW_EXTRADATA).
const newHeader = 1

// newPacket returns a packet, which the caller frees.
func (p piece) newPacket(t testing.TB) pipeline.Packet {
	t.Helper()
	packet := pipeline.NewPacket()
	if p.data != nil {
		require.NoError(t, packet.FromData(p.data))
	}
	for _, d := range p.side {
		b, err := astiavx.AddPacketSideData(packet.Packet, d.Type, len(d.Data))
		require.NoError(t, err)
		copy(b, d.Data)
	}
	packet.SetPts(p.pts)
	packet.SetDts(p.dts)
	packet.SetDuration(1)
	if p.key {
		packet.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
	}
	return packet
}

// pieceOf returns what is in a packet.
func pieceOf(p pipeline.Packet) piece {
	is := piece{pts: p.Pts(), dts: p.Dts(), key: p.Flags().Has(astiav.PacketFlagKey)}
	if p.Size() > 0 {
		is.data = bytes.Clone(astiavx.PacketBytes(p.Packet))
	}
	for _, d := range astiavx.PacketSideData(p.Packet) {
		is.side = append(is.side, astiavx.SideData{Type: d.Type, Data: bytes.Clone(d.Data)})
	}
	return is
}

// newStream returns a stream of pictures, 25 a second.
func newStream(t testing.TB) muxer.Stream {
	t.Helper()
	p := astiav.AllocCodecParameters()
	t.Cleanup(p.Free)
	require.NoError(t, p.SetExtraData([]byte("header")))
	base := astiav.NewRational(1, 25)
	return muxer.Stream{
		Codec: &muxer.Codec{Encoder: "x", TimeBase: base, Parameters: p}, FrameRate: base.Invert(), DecodedAhead: 2,
	}
}

// keep writes a packet file, and returns why its packets are unfit.
func keep(t testing.TB, path string, head Head, s muxer.Stream, pieces []piece) error {
	t.Helper()
	k := NewKeeper(path, head, nil)
	defer k.Close()
	require.NoError(t, k.Begin([]muxer.Stream{s}))
	for _, p := range pieces {
		packet := p.newPacket(t)
		err := k.Keep(0, packet)
		packet.Free()
		require.NoError(t, err)
	}
	require.NoError(t, k.Finish())
	return k.Unfit()
}

// read returns the packets of a file, and the error that ends them.
func read(r *Reader) (all []piece, err error) {
	for {
		p, err := r.Next()
		if err != nil {
			return all, err
		}
		all = append(all, pieceOf(p))
		p.Free()
	}
}

// threePieces are packets with B-frames, side data, a header and no data.
var threePieces = []piece{
	{0, -1, true, []astiavx.SideData{{Type: newHeader, Data: []byte("late header")}}, []byte("first")},
	{2, 0, false, nil, bytes.Repeat([]byte("second"), 100)},
	{1, 1, false, []astiavx.SideData{{Type: 11, Data: []byte("0123456789")}, {Type: 5, Data: []byte{1}}}, nil},
}

var threeHead = Head{Fingerprint: NewFingerprint("three"), From: 30, Frames: 3}

func writeThree(t testing.TB, path string) {
	t.Helper()
	require.NoError(t, keep(t, path, threeHead, newStream(t), threePieces))
}

func TestPacketFile(t *testing.T) {
	mediatest.NoLeaks(t)
	path := filepath.Join(t.TempDir(), "00001")
	writeThree(t, path)
	var packets shelf.Packets
	defer packets.Close()
	r, err := OpenReader(path, &packets)
	require.NoError(t, err)
	defer r.Close()
	require.Equal(t, threeHead, r.Head)
	require.Equal(t, Summary{
		Packets: 3, Encoder: "x", TimeBase: astiav.NewRational(1, 25), Header: []byte("header"),
		NewHeader: []byte("late header"), FirstDTS: -1, Lead: 1,
	}, r.Summary)
	all, err := read(r)
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, threePieces, all)
	info, err := Verify(path)
	require.NoError(t, err)
	require.Equal(t, r.Info, info)
}

// A file that is cut off anywhere, or in which any byte is another one, is not taken for whole.
func TestDamagedPacketFiles(t *testing.T) {
	mediatest.NoLeaks(t)
	path := filepath.Join(t.TempDir(), "00001")
	writeThree(t, path)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	check := func(data []byte, what string, at int) {
		_, err := verify(bytes.NewReader(data), int64(len(data)))
		require.ErrorIs(t, err, ErrDamaged, "%s byte %d", what, at)
		err = readAll(data)
		require.ErrorIs(t, err, ErrDamaged, "%s byte %d", what, at)
	}
	for n := range whole {
		check(whole[:n], "cut before", n)
	}
	for n := range whole {
		changed := bytes.Clone(whole)
		changed[n] ^= 0x41
		check(changed, "changed", n)
	}
	check(append(bytes.Clone(whole), 0), "one more", len(whole))
}

// readAll reads the packets of a file; nil: it is whole.
func readAll(data []byte) error {
	var packets shelf.Packets
	defer packets.Close()
	r, err := newReader(bytes.NewReader(data), int64(len(data)), &packets)
	if err != nil {
		return err
	}
	if _, err = read(r); errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// A keeper that is closed before its end leaves no whole file.
func TestUnfinishedPacketFile(t *testing.T) {
	mediatest.NoLeaks(t)
	path := filepath.Join(t.TempDir(), "00001")
	k := NewKeeper(path, threeHead, nil)
	require.NoError(t, k.Begin([]muxer.Stream{newStream(t)}))
	packet := threePieces[0].newPacket(t)
	defer packet.Free()
	require.NoError(t, k.Keep(0, packet))
	k.Close()
	_, err := Verify(path)
	require.ErrorIs(t, err, ErrDamaged)
}

// FuzzPacketFile reads any bytes as a packet file: it returns an error, or the packets.
func FuzzPacketFile(f *testing.F) {
	path := filepath.Join(f.TempDir(), "00001")
	writeThree(f, path)
	whole, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		err := readAll(data)
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatalf("%v is no error about the file", err)
		}
	})
}
