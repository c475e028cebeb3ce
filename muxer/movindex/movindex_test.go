package movindex

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/muxer/container"
)

// header returns the header of an index. next is the number of the next track. wide: its times have
// 64 bits.
func header(next uint32, wide bool) box {
	const timescale = 1000
	head := bits32(0, 0, 0, timescale, 2000)
	if wide {
		head = append(bits32(1<<24, 0, 0, 0, 0, timescale), bits64(2000)...)
	}
	return makeBox("mvhd", head, make([]byte, 76), bits32(next))
}

// trackOf returns a track of a kind ("vide", "soun", "text") with more boxes behind its header.
func trackOf(kind string, id uint32, wide bool, more ...[]byte) box {
	head := bits32(0, 0, 0, id, 0, 2000)
	if wide {
		head = append(bits32(1<<24, 0, 0, 0, 0, id, 0), bits64(2000)...)
	}
	media := makeBox("mdia", makeBox("hdlr", bits32(0, 0), []byte(kind), bits32(0, 0, 0), []byte{0}))
	return makeBox("trak", append(append([][]byte{makeBox("tkhd", head, make([]byte, 60))}, more...), media)...)
}

// index returns an index of pictures, sound and text. Tracks 1 and 2 are wide, or all are.
func index(wide bool) box {
	return makeBox("moov", header(4, wide),
		trackOf("vide", 1, wide, makeBox("tref", makeBox("tmcd", bits32(9)))),
		trackOf("soun", 2, wide), trackOf("sbtl", 3, true),
		makeBox("mvex", makeBox("trex", bits32(0, 1, 1, 0, 0, 0)), makeBox("trex", bits32(0, 2, 1, 0, 0, 0))),
		makeBox("udta", makeBox("meta", []byte("tags"))),
	)
}

// at returns the body of the box at a path, such as "moov trak tref"; "trak:2" is the third one.
func at(t *testing.T, boxes []byte, path string) []byte {
	t.Helper()
	for step := range strings.FieldsSeq(path) {
		kind, n, _ := strings.Cut(step, ":")
		all, err := split(boxes)
		require.NoError(t, err)
		all = slices.DeleteFunc(all, func(b box) bool { return b.kind() != kind })
		k := 0
		if n != "" {
			k = int(n[0] - '0')
		}
		require.Greater(t, len(all), k, step)
		boxes = all[k].body()
	}
	return boxes
}

// numbers returns the numbers of 32 bits in some bytes.
func numbers(bytes []byte) (all []uint32) {
	for ; len(bytes) >= 4; bytes = bytes[4:] {
		all = append(all, binary.BigEndian.Uint32(bytes))
	}
	return all
}

var two = []container.Chapter{
	{Start: time.Second, End: 3 * time.Second, Title: "eins"}, {Start: 3 * time.Second, End: 4 * time.Second, Title: "zwei ö"},
}

// Chapters are in both forms, and all that was in the index stays.
func TestAddTo(t *testing.T) {
	t.Parallel()
	for _, wide := range []bool{false, true} {
		before := index(wide)
		got, err := Chapters{All: two, Offset: 1000}.AddTo(bytes.Clone(before))
		require.NoError(t, err)
		head := at(t, got, "moov mvhd")
		assert.Equal(t, bits32(5), head[len(head)-4:])
		assert.Equal(t, bits32(9), at(t, got, "moov trak tref tmcd"), "it stays")
		assert.Equal(t, bits32(4), at(t, got, "moov trak tref chap"))
		assert.Equal(t, bits32(4), at(t, got, "moov trak:1 tref chap"))
		assert.Equal(t, at(t, before, "moov trak:2"), at(t, got, "moov trak:2"), "text has no chapters")
		assert.Equal(t, at(t, before, "moov mvex"), at(t, got, "moov mvex"))
		assert.Equal(t, []byte("tags"), at(t, got, "moov udta meta"))

		id, err := trackID(makeBox("trak", at(t, got, "moov trak:3")))
		require.NoError(t, err)
		assert.Equal(t, uint32(4), id)
		const second = 90000
		assert.Equal(t, []uint32{0, 2, 1000, math.MaxUint32, 1 << 16, 3000, 0, 1 << 16}, numbers(at(t, got, "moov trak:3 edts elst")))
		assert.Equal(t, []uint32{0, 2, 1, 2 * second, 1, 2 * second}, numbers(at(t, got, "moov trak:3 mdia minf stbl stts")))
		assert.Equal(t, uint32(4*second), numbers(at(t, got, "moov trak:3 mdia mdhd"))[4], "the sum of both")
		list := slices.Concat(bits32(1<<24, 0), []byte{2},
			bits64(10_000_000), []byte{4}, []byte("eins"), bits64(30_000_000), []byte{7}, []byte("zwei ö"))
		assert.Equal(t, list, at(t, got, "moov udta chpl"))
	}
}

// The track finds each title where Samples has it, also behind 4 GiB, where offsets have 64 bits.
func TestSamplesAreFound(t *testing.T) {
	t.Parallel()
	samples := Samples(two)
	for offset, kind := range map[int64]string{
		0: "stco", math.MaxUint32 - headerSize: "stco", math.MaxUint32 - headerSize + 1: "co64", 1 << 40: "co64",
	} {
		got, err := Chapters{All: two, Offset: offset}.AddTo(index(false))
		require.NoError(t, err)
		table := at(t, got, "moov trak:3 mdia minf stbl "+kind)
		first := int64(numbers(table)[2])
		if kind == "co64" {
			first = int64(binary.BigEndian.Uint64(table[8:]))
		}
		rest := samples[first-offset:]
		for i, size := range numbers(at(t, got, "moov trak:3 mdia minf stbl stsz"))[3:] {
			title := two[i].Title
			assert.Equal(t, uint16(len(title)), binary.BigEndian.Uint16(rest))
			assert.Equal(t, title, string(rest[2:2+len(title)]))
			rest = rest[size:]
		}
		assert.Empty(t, rest)
	}
}

// Times that do not fit into 32 bits have 64, and the clock is as coarse as durations need it.
func TestLongChapters(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for end, clock := range map[time.Duration]uint32{
		13 * time.Hour: 90000, 14 * time.Hour: 1000, 49 * day: 1000, 50 * day: 10, 4000 * day: 10, 10000 * day: 1,
	} {
		all := []container.Chapter{{Start: time.Minute, End: end, Title: "all"}}
		got, err := Chapters{All: all}.AddTo(index(false))
		require.NoError(t, err)
		assert.Equal(t, clock, numbers(at(t, got, "moov trak:3 mdia mdhd"))[3], end)
		seconds := uint64(end / time.Second)
		assert.Equal(t, []uint32{0, 1, 1, uint32(seconds * uint64(clock))}, numbers(at(t, got, "moov trak:3 mdia minf stbl stts")))
		edits := at(t, got, "moov trak:3 edts elst")
		head := at(t, got, "moov trak:3 tkhd")
		if seconds*1000 > math.MaxUint32 {
			assert.Equal(t, bits64(math.MaxUint64), edits[16:24], "nothing is shown in the first edit")
			assert.Equal(t, seconds*1000-60_000, binary.BigEndian.Uint64(edits[28:]))
			assert.Equal(t, seconds*1000, binary.BigEndian.Uint64(head[28:]))
		} else {
			assert.Equal(t, uint32(seconds*1000-60_000), numbers(edits)[5])
			assert.Equal(t, uint32(seconds*1000), numbers(head)[5])
		}
	}
}

// A list that cannot hold the chapters, or is not wanted, is left out; the track has them.
func TestNoList(t *testing.T) {
	t.Parallel()
	many := make([]container.Chapter, 256)
	for i := range many {
		many[i] = container.Chapter{Start: time.Duration(i) * time.Second, End: time.Duration(i+1) * time.Second}
	}
	long := []container.Chapter{{End: time.Second, Title: strings.Repeat("x", 256)}}
	for _, c := range []Chapters{{All: many}, {All: long}, {All: two, NoList: true}} {
		got, err := c.AddTo(index(false))
		require.NoError(t, err)
		assert.NotContains(t, string(got), "chpl")
		assert.Equal(t, uint32(len(c.All)), numbers(at(t, got, "moov trak:3 mdia minf stbl stsz"))[2])
	}
	got, err := Chapters{All: many[:255]}.AddTo(makeBox("moov", header(1, false)))
	require.NoError(t, err, "an index without tracks or other data")
	assert.Equal(t, byte(255), at(t, got, "moov udta chpl")[8])
}

// A track that is hidden keeps its place, as do all others.
func TestHideTrack(t *testing.T) {
	t.Parallel()
	for _, wide := range []bool{false, true} {
		before := slices.Concat(makeBox("free", []byte("in front")), index(wide))
		require.True(t, IsIn(before))
		got, err := HideTrack(bytes.Clone(before), 2)
		require.NoError(t, err)
		require.Len(t, got, len(before))
		assert.Equal(t, at(t, before, "moov trak:1"), at(t, got, "moov free"))
		assert.Equal(t, at(t, before, "moov trak:2"), at(t, got, "moov trak:1"))
		assert.Equal(t, at(t, before, "moov mvex trex:1"), at(t, got, "moov mvex free"))
		for _, missing := range []uint32{0, 4, math.MaxUint32} {
			_, err = HideTrack(bytes.Clone(before), missing)
			require.Error(t, err)
		}
	}
}

// Damaged indexes are errors, and never a panic.
func TestDamagedIndexes(t *testing.T) {
	t.Parallel()
	whole := index(true)
	for n := range whole {
		_, err := Chapters{All: two}.AddTo(bytes.Clone(whole[:n]))
		require.Error(t, err, "cut after %d bytes", n)
		_, err = HideTrack(bytes.Clone(whole[:n]), 1)
		require.Error(t, err, "cut after %d bytes", n)
		require.False(t, IsIn(whole[:n]))
	}
	noTkhd := makeBox("trak", makeBox("mdia", make([]byte, 3)))
	for name, moov := range map[string]box{
		"no header":             makeBox("moov", trackOf("vide", 1, false)),
		"a short header":        makeBox("moov", makeBox("mvhd", make([]byte, 20))),
		"a short wide header":   makeBox("moov", makeBox("mvhd", bits32(1<<24, 0, 0, 0, 0, 1000), make([]byte, 76))),
		"no clock":              makeBox("moov", makeBox("mvhd", make([]byte, 100))),
		"no more track numbers": makeBox("moov", header(math.MaxUint32, false)),
		"damaged media":         makeBox("moov", header(1, false), noTkhd),
		"a box of size 0":       makeBox("moov", header(1, false), make([]byte, 8)),
		"a box of size 1":       makeBox("moov", header(1, false), bits32(1, 0, 0, 16)),
		"another box":           makeBox("mdat", header(1, false)),
	} {
		_, err := Chapters{All: two}.AddTo(moov)
		require.Error(t, err, name)
	}
	_, err := Chapters{All: two}.AddTo(slices.Concat(index(false), makeBox("free")))
	require.Error(t, err, "boxes behind the index")
	_, err = HideTrack(makeBox("moov", makeBox("trak", make([]byte, 5)), trackOf("vide", 1, false)), 1)
	require.Error(t, err, "a damaged track")
	_, err = HideTrack(makeBox("moov", trackOf("vide", 1, false), makeBox("mvex", make([]byte, 5))), 1)
	require.Error(t, err, "damaged defaults")
}

// FuzzIndex changes any bytes. What comes out is an index as well as what went in.
func FuzzIndex(f *testing.F) {
	for _, wide := range []bool{false, true} {
		f.Add([]byte(index(wide)), uint32(2), int64(time.Hour))
	}
	f.Add([]byte(makeBox("moov", header(1, false), makeBox("udta"))), uint32(1), int64(math.MaxInt64-1))
	f.Fuzz(func(t *testing.T, moov []byte, id uint32, end int64) {
		before := bytes.Clone(moov)
		if hidden, err := HideTrack(bytes.Clone(moov), id); err == nil {
			require.Len(t, hidden, len(moov))
			require.True(t, IsIn(hidden))
		}
		start := time.Duration(end / 2 & math.MaxInt64)
		all := []container.Chapter{{Start: start, End: max(start+1, time.Duration(end)), Title: "x"}}
		got, err := Chapters{All: all, Offset: end & math.MaxInt32}.AddTo(moov)
		if err != nil {
			return
		}
		require.True(t, IsIn(got))
		require.Greater(t, len(got), len(before))
		boxes, err := split(at(t, got, "moov"))
		require.NoError(t, err)
		require.NotNil(t, find(boxes, "trak"))
	})
}
