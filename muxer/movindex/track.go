package movindex

import (
	"math"
	"time"
)

// clocks are those of which the track has one: the finest in which durations have 32 bits. They are
// for files of up to 13 hours, 49 days, 13 years, and more.
var clocks = []uint32{90000, 1000, 10, 1}

// clock returns the clock of the track.
func (c Chapters) clock() uint32 {
	for _, clock := range clocks {
		if fits(ticks(c.end(), clock)) {
			return clock
		}
	}
	return clocks[len(clocks)-1]
}

// track returns the track of the chapters: a sample for each, of which each lasts until the next
// one begins.
//
// It begins with the first chapter, by an edit list. The last sample is as much longer as the
// track begins late, and the edit list cuts that off: FFmpeg's demuxer takes the duration of the
// media for the time at which the last chapter ends (mov_read_chapters in mov.c).
func (c Chapters) track(m movie, id uint32) box {
	begin, end, clock := c.All[0].Start, c.end(), c.clock()
	edits := [][2]uint64{{ticks(end, m.timescale) - ticks(begin, m.timescale), 0}}
	if begin > 0 {
		edits = append([][2]uint64{{ticks(begin, m.timescale), math.MaxUint64}}, edits...)
	}
	return makeBox("trak",
		trackHeader(id, ticks(end, m.timescale)), makeBox("edts", editList(edits)),
		makeBox("mdia", mediaHeader(clock, ticks(end, clock)), handler(), c.media(clock)),
	)
}

// end returns when the last chapter ends.
func (c Chapters) end() time.Duration { return c.All[len(c.All)-1].End }

// fits says whether a number has 32 bits.
func fits(n uint64) bool { return n <= math.MaxUint32 }

// trackHeader returns the header of a track that is not shown by itself (ISO/IEC 14496-12, 8.3.2).
func trackHeader(id uint32, duration uint64) box {
	const inMovie = 2
	head := bits32(inMovie, 0, 0, id, 0, uint32(duration))
	if !fits(duration) {
		head = append(bits32(1<<24|inMovie, 0, 0, 0, 0, id, 0), bits64(duration)...)
	}
	return makeBox("tkhd", head, bits32(0, 0, 0, 0), matrix(), bits32(0, 0))
}

// matrix returns the matrix that leaves a picture as it is.
func matrix() []byte { return bits32(1<<16, 0, 0, 0, 1<<16, 0, 0, 0, 1<<30) }

// editList returns pairs of a duration and the time of the media that is shown for so long; all
// bits set: nothing is (8.6.6).
func editList(edits [][2]uint64) box {
	wide := false
	for _, e := range edits {
		wide = wide || !fits(e[0])
	}
	if wide {
		list := bits32(1<<24, uint32(len(edits)))
		for _, e := range edits {
			list = append(append(append(list, bits64(e[0])...), bits64(e[1])...), bits32(1<<16)...)
		}
		return makeBox("elst", list)
	}
	list := bits32(0, uint32(len(edits)))
	for _, e := range edits {
		list = append(list, bits32(uint32(e[0]), uint32(e[1]&math.MaxUint32), 1<<16)...)
	}
	return makeBox("elst", list)
}

// mediaHeader returns the clock and the duration of the media, whose language is undetermined
// (8.4.2).
func mediaHeader(clock uint32, duration uint64) box {
	const und = ('u'-0x60)<<10 | ('n'-0x60)<<5 | ('d' - 0x60)
	head := bits32(0, 0, 0, clock, uint32(duration))
	if !fits(duration) {
		head = append(bits32(1<<24, 0, 0, 0, 0, clock), bits64(duration)...)
	}
	return makeBox("mdhd", head, bits32(und<<16))
}

// handler returns the box that tells that the track is text.
func handler() box {
	return makeBox("hdlr", bits32(0, 0), []byte("text"), bits32(0, 0, 0), []byte("Chapters\x00"))
}
