package movindex

import "math"

// media returns where the samples of the track are and how long each lasts.
func (c Chapters) media(clock uint32) box {
	return makeBox("minf", textHeader(), dataReference(),
		makeBox("stbl", description(), c.durations(clock), c.chunks(), c.sizes(), c.offset()),
	)
}

// textHeader returns the header of media of text (gmhd of QuickTime), with values that say nothing.
func textHeader() box {
	info := makeBox("gmin", bits32(0, 0x00408000, 0x80008000, 0))
	return makeBox("gmhd", info, makeBox("text", matrix()))
}

// dataReference tells that the samples are in the file itself (ISO/IEC 14496-12, 8.7.2).
func dataReference() box {
	return makeBox("dinf", makeBox("dref", bits32(0, 1), makeBox("url ", bits32(1))))
}

// description describes text without any style (stsd of QuickTime's text media), as FFmpeg's muxer
// does (stub_header in movenc.c).
func description() box {
	style := make([]byte, 30)
	style[3], style[23] = 1, 1
	font := makeBox("ftab", []byte{0, 1, 0, 1, 0})
	entry := makeBox("text", bits32(0), []byte{0, 0, 0, 1}, style, font)
	return makeBox("stsd", bits32(0, 1), entry)
}

// durations says how long each sample lasts (8.6.1.2).
func (c Chapters) durations(clock uint32) box {
	list := bits32(0, uint32(len(c.All)))
	begin := ticks(c.All[0].Start, clock)
	for i := range c.All {
		end := ticks(c.end(), clock) + ticks(c.All[0].Start, clock)
		if i+1 < len(c.All) {
			end = ticks(c.All[i+1].Start, clock)
		}
		list = append(list, bits32(1, uint32(end-begin))...)
		begin = end
	}
	return makeBox("stts", list)
}

// chunks says that all samples follow one another (8.7.4).
func (c Chapters) chunks() box { return makeBox("stsc", bits32(0, 1, 1, uint32(len(c.All)), 1)) }

// sizes says how many bytes each sample has (8.7.3.2).
func (c Chapters) sizes() box {
	list := bits32(0, 0, uint32(len(c.All)))
	for _, one := range c.All {
		list = append(list, bits32(sampleSize(one))...)
	}
	return makeBox("stsz", list)
}

// offset says where the first sample is (8.7.5).
func (c Chapters) offset() box {
	first := uint64(c.Offset) + headerSize
	if first > math.MaxUint32 {
		return makeBox("co64", bits32(0, 1), bits64(first))
	}
	return makeBox("stco", bits32(0, 1, uint32(first)))
}
