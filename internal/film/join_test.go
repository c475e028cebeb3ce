package film

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/pipeline"
)

// recorder is a sink that notes what it gets.
type recorder struct{ got []string }

func (r *recorder) Consume(_ context.Context, stream int, p pipeline.Packet) error {
	r.got = append(r.got, fmt.Sprintf("%d: %d %d %d %q", stream, p.Pts(), p.Dts(), p.Duration(), astiavx.PacketBytes(p.Packet)))
	for _, d := range astiavx.PacketSideData(p.Packet) {
		r.got = append(r.got, fmt.Sprintf("  %d %q", d.Type, d.Data))
	}
	p.Free()
	return nil
}

func (r *recorder) EndInput(_ context.Context, stream int) error {
	r.got = append(r.got, fmt.Sprintf("%d ends", stream))
	return nil
}

func (r *recorder) Flush(context.Context) error {
	r.got = append(r.got, "flush")
	return nil
}

func (r *recorder) Close() {}

// joint is a film of 7 frames in chunks of 3. The chunk of one frame has no delay.
func joint(t *testing.T, chunks [][]piece, change func(i int, h *Head, s *muxer.Stream)) Joint {
	t.Helper()
	dir := t.TempDir()
	j := Joint{
		Cut: Cut{Frames: 7, Chunk: 3}, Video: newStream(t), Fingerprint: NewFingerprint("film"),
		Path: func(c Chunk) string { return filepath.Join(dir, c.Name()) },
	}
	for i, pieces := range chunks {
		c := j.Cut.At(i)
		head, s := Head{j.Fingerprint, c.From, c.Frames}, newStream(t)
		if change != nil {
			change(i, &head, &s)
		}
		require.NoError(t, keep(t, j.Path(c), head, s, pieces))
	}
	return j
}

// header is a packet's side data that tells a header.
func header(text string) []astiavx.SideData {
	return []astiavx.SideData{{Type: newHeader, Data: []byte(text)}}
}

func threeChunks() [][]piece {
	return [][]piece{
		{{0, -1, true, header("h"), []byte("a")}, {2, 0, false, nil, []byte("c")}, {1, 1, false, nil, []byte("b")}},
		{{0, -1, true, header("h"), []byte("d")}, {1, 0, false, nil, []byte("e")}, {2, 1, false, nil, []byte("f")}},
		{{0, 0, true, header("h"), []byte("g")}},
	}
}

func TestJoin(t *testing.T) {
	mediatest.NoLeaks(t)
	j := joint(t, threeChunks(), nil)
	var joined []Chunk
	j.Joined = func(c Chunk) { joined = append(joined, c) }
	var sink recorder
	require.NoError(t, Join(context.Background(), &sink, j))
	require.Equal(t, []string{
		`0: 0 -1 1 "a"`, `  1 "h"`, `0: 2 0 1 "c"`, `0: 1 1 1 "b"`,
		`0: 3 2 1 "d"`, `0: 4 3 1 "e"`, `0: 5 4 1 "f"`, `0: 6 5 1 "g"`, "0 ends", "flush",
	}, sink.got)
	require.Equal(t, []Chunk{{0, 0, 3}, {1, 3, 3}, {2, 6, 1}}, joined)
}

// The packets of both streams come in the order of their decoding times, those of sound unchanged.
func TestJoinWithSound(t *testing.T) {
	mediatest.NoLeaks(t)
	j := joint(t, threeChunks(), nil)
	sound := newStream(t)
	j.Sound, j.SoundPath, j.SoundPrint = &sound, filepath.Join(t.TempDir(), soundName), NewFingerprint("sound")
	require.NoError(t, keep(t, j.SoundPath, Head{Fingerprint: j.SoundPrint}, sound, []piece{
		{-2, -2, true, nil, []byte("A")}, {3, 3, true, nil, []byte("B")}, {9, 9, true, header("new"), nil},
	}))
	var sink recorder
	require.NoError(t, Join(context.Background(), &sink, j))
	require.Equal(t, []string{
		`1: -2 -2 1 "A"`, `0: 0 -1 1 "a"`, `  1 "h"`, `0: 2 0 1 "c"`, `0: 1 1 1 "b"`, `0: 3 2 1 "d"`, `0: 4 3 1 "e"`,
		`1: 3 3 1 "B"`, `0: 5 4 1 "f"`, `0: 6 5 1 "g"`, "0 ends", `1: 9 9 1 ""`, `  1 "new"`, "1 ends", "flush",
	}, sink.got)
}

// What the encoder says counts where no chunk is long enough to show its delay.
func TestJoinOfShortChunks(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	j := Joint{
		Cut: Cut{Frames: 3, Chunk: 1}, Video: newStream(t),
		Path: func(c Chunk) string { return filepath.Join(dir, c.Name()) },
	}
	for i := range 3 {
		c := j.Cut.At(i)
		require.NoError(t, keep(t, j.Path(c), Head{From: c.From, Frames: 1}, j.Video, []piece{{0, 0, true, nil, []byte("a")}}))
	}
	var sink recorder
	require.NoError(t, Join(context.Background(), &sink, j))
	require.Equal(t, []string{`0: 0 -2 1 "a"`, `0: 1 -1 1 "a"`, `0: 2 0 1 "a"`, "0 ends", "flush"}, sink.got)
}

// A chunk that does not fit into the film is an error that names it.
func TestJoinOfUnfitChunks(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		chunks func(all [][]piece)
		change func(i int, h *Head, s *muxer.Stream)
		want   string
	}{
		"another film": {nil, func(i int, h *Head, _ *muxer.Stream) {
			if i == 1 {
				h.Fingerprint = NewFingerprint("other")
			}
		}, "chunk 1, frames 3 to 5: its file was made for another film, with other settings, or with another build of the encoder"},
		"another place": {nil, func(i int, h *Head, _ *muxer.Stream) {
			if i == 1 {
				h.From = 0
			}
		}, "chunk 1, frames 3 to 5: its file holds frames 0-2"},
		"another encoder": {nil, func(i int, _ *Head, s *muxer.Stream) {
			if i == 2 {
				s.Codec.Encoder = "y"
			}
		}, "chunk 2, frame 6: its encoder is y instead of x"},
		"another header": {nil, func(i int, _ *Head, s *muxer.Stream) {
			if i == 1 {
				require.NoError(t, s.Codec.Parameters.SetExtraData([]byte("other")))
			}
		}, "chunk 1, frames 3 to 5: its header is another one than that of the film"},
		"another late header": {func(all [][]piece) { all[2][0].side = header("x") }, nil, "chunk 2, frame 6: its header is another one than that of the first chunk"},
		"no late header":      {func(all [][]piece) { all[1][0].side = nil }, nil, "chunk 1, frames 3 to 5: its header is another one than that of the first chunk"},
		"a header later":      {func(all [][]piece) { all[0][1].side = header("h") }, nil, "chunk 0, frames 0 to 2: the encoder changed the header in the middle"},
		"delay that was not told": {func(all [][]piece) {
			for _, c := range all {
				c[0].dts = 0
			}
		}, nil, "the encoder decodes pictures 1 frames ahead, and its times tell 0"},
	} {
		t.Run(name, func(t *testing.T) {
			all := threeChunks()
			if c.chunks != nil {
				c.chunks(all)
			}
			var sink recorder
			require.EqualError(t, Join(context.Background(), &sink, joint(t, all, c.change)), c.want)
			require.Empty(t, sink.got)
		})
	}
}

// A disk may change the time of a packet after the chunk was checked. The packet is freed once.
func TestJoinOfDamagedTime(t *testing.T) {
	mediatest.NoLeaks(t)
	j := joint(t, threeChunks(), nil)
	f, err := os.OpenFile(j.Path(j.Cut.At(1)), os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteAt([]byte{7}, int64(headSize)+1) // the lowest byte of the first PTS
	require.NoError(t, err)
	require.NoError(t, f.Close())
	const want = "chunk 1, frames 3 to 5: packet 0 is for frame 7, and the chunk has frames 0 to 2"
	require.EqualError(t, Join(context.Background(), &recorder{}, j), want)
}

// Packets that are not one for each frame are found when the chunk is made.
func TestUnfitPackets(t *testing.T) {
	mediatest.NoLeaks(t)
	for want, pieces := range map[string][]piece{
		"its first packet is no key frame":                          {{0, 0, false, nil, nil}},
		"there are two packets for frame 0":                         {{0, 0, true, nil, nil}, {0, 1, false, nil, nil}},
		"packet 1 is for frame 3, and the chunk has frames 0 to 2":  {{0, 0, true, nil, nil}, {3, 1, false, nil, nil}},
		"packet 0 is for frame -1, and the chunk has frames 0 to 2": {{-1, 0, true, nil, nil}},
		"there are 2 packets for 3 frames":                          {{0, 0, true, nil, nil}, {1, 1, false, nil, nil}},
		"there are 0 packets for 3 frames":                          nil,
	} {
		path := filepath.Join(t.TempDir(), "00000")
		require.EqualError(t, keep(t, path, threeHead, newStream(t), pieces), want)
		_, err := Verify(path)
		require.ErrorIs(t, err, ErrDamaged)
	}
}
