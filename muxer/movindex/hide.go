package movindex

import (
	"encoding/binary"
	"fmt"
)

// IsIn says whether some bytes are whole boxes, of which one is an index.
func IsIn(bytes []byte) bool {
	boxes, err := split(bytes)
	return err == nil && find(boxes, "moov") != nil
}

// HideTrack makes readers pass over a track of an index. It works in place, and returns bytes,
// which may hold other boxes too.
func HideTrack(bytes []byte, id uint32) ([]byte, error) {
	boxes, err := split(bytes)
	if err != nil {
		return nil, err
	}
	inside, err := split(find(boxes, "moov").bodyOrNil())
	if err != nil {
		return nil, err
	}
	hidden := false
	for _, b := range inside {
		if b.kind() == "mvex" {
			if err := hideDefaults(b, id); err != nil {
				return nil, err
			}
		}
		own, err := trackID(b)
		if err != nil {
			return nil, err
		}
		if own == id && id != 0 {
			b.hide()
			hidden = true
		}
	}
	if !hidden {
		return nil, fmt.Errorf("there is no track %d", id)
	}
	return bytes, nil
}

// bodyOrNil returns the body of a box that may be missing.
func (b box) bodyOrNil() []byte {
	if b == nil {
		return nil
	}
	return b.body()
}

// hideDefaults hides what is said of the fragments of a track.
func hideDefaults(mvex box, id uint32) error {
	boxes, err := split(mvex.body())
	for _, b := range boxes {
		const position = headerSize + 4
		if b.kind() == "trex" && len(b) >= position+4 && binary.BigEndian.Uint32(b[position:]) == id {
			b.hide()
		}
	}
	return err
}

// trackID returns the number of a track, which is not 0; 0: the box is none.
func trackID(trak box) (uint32, error) {
	if trak.kind() != "trak" {
		return 0, nil
	}
	boxes, err := split(trak.body())
	tkhd := find(boxes, "tkhd")
	if err != nil || len(tkhd) < headerSize+24 {
		return 0, err
	}
	if tkhd[headerSize] == 1 { // times of 64 bits
		return binary.BigEndian.Uint32(tkhd[headerSize+20:]), nil
	}
	return binary.BigEndian.Uint32(tkhd[headerSize+12:]), nil
}
