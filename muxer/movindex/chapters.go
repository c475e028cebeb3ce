package movindex

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/avloom/avloom/muxer/container"
)

// Chapters are the chapters of a file, in two forms: as a track of text, which QuickTime reads, and
// as a list (chpl), which most other players read.
type Chapters struct {
	All    []container.Chapter // in the order of their times; at least one
	Offset int64               // at which Samples are in the file
	NoList bool                // the list is left out
}

// encoding tells that a title is in UTF-8, behind the title in its sample ("encd" of QuickTime).
var encoding = makeBox("encd", bits32(0x100))

// Samples returns the data of the track: a box that readers of the file pass over, with a sample
// for each chapter.
func Samples(all []container.Chapter) []byte {
	var samples []byte
	for _, c := range all {
		samples = binary.BigEndian.AppendUint16(samples, uint16(len(c.Title)))
		samples = append(samples, c.Title...)
		samples = append(samples, encoding...)
	}
	return makeBox("mdat", samples)
}

// sampleSize returns the size of the sample of a chapter.
func sampleSize(c container.Chapter) uint32 { return uint32(2 + len(c.Title) + len(encoding)) }

// AddTo returns an index with these chapters.
func (c Chapters) AddTo(index []byte) ([]byte, error) {
	boxes, err := split(index)
	if err != nil || len(boxes) != 1 || boxes[0].kind() != "moov" {
		return nil, errors.Join(errors.New("the bytes are no index"), err)
	}
	inside, err := split(boxes[0].body())
	if err != nil {
		return nil, err
	}
	m, err := readMovie(find(inside, "mvhd"))
	if err != nil {
		return nil, err
	}
	id, err := m.takeTrackID()
	if err != nil {
		return nil, err
	}
	last := -1
	for i, b := range inside {
		if b.kind() != "trak" {
			continue
		}
		last = i
		if inside[i], err = refer(b, id); err != nil {
			return nil, err
		}
	}
	inside = slices.Insert(inside, last+1, c.track(m, id))
	return makeBox("moov", join(c.addList(inside))), nil
}

func join(boxes []box) (all []byte) {
	for _, b := range boxes {
		all = append(all, b...)
	}
	return all
}

// refer returns a track of pictures or sound with a reference to the track of the chapters. Other
// tracks stay as they are.
func refer(trak box, chapters uint32) (box, error) {
	boxes, err := split(trak.body())
	if err != nil {
		return nil, err
	}
	media, err := split(find(boxes, "mdia").bodyOrNil())
	if err != nil {
		return nil, err
	}
	handler := find(media, "hdlr").bodyOrNil()
	if len(handler) < 12 || !slices.Contains([]string{"vide", "soun"}, string(handler[8:12])) {
		return trak, nil
	}
	own := makeBox("chap", bits32(chapters))
	for i, b := range boxes {
		if b.kind() == "tref" {
			boxes[i] = makeBox("tref", b.body(), own)
			return makeBox("trak", join(boxes)), nil
		}
	}
	i := slices.IndexFunc(boxes, func(b box) bool { return b.kind() == "mdia" })
	return makeBox("trak", join(slices.Insert(boxes, i, makeBox("tref", own)))), nil
}

// The list has one byte for the number of chapters, and one for the size of a title.
const mostListed = math.MaxUint8

// CanList says whether a list can hold chapters.
func CanList(all []container.Chapter) bool {
	tooLong := func(c container.Chapter) bool { return len(c.Title) > mostListed }
	return len(all) <= mostListed && !slices.ContainsFunc(all, tooLong)
}

// addList adds the list to the boxes of an index, unless it cannot hold the chapters.
func (c Chapters) addList(boxes []box) []box {
	if c.NoList || !CanList(c.All) {
		return boxes
	}
	list := bits32(1<<24, 0)
	list = append(list, byte(len(c.All)))
	for _, one := range c.All {
		list = append(list, bits64(uint64(one.Start.Nanoseconds()/100))...) // in units of 100 ns
		list = append(list, byte(len(one.Title)))
		list = append(list, one.Title...)
	}
	chpl := makeBox("chpl", list)
	for i, b := range boxes {
		if b.kind() == "udta" {
			boxes[i] = makeBox("udta", b.body(), chpl)
			return boxes
		}
	}
	return append(boxes, makeBox("udta", chpl))
}
