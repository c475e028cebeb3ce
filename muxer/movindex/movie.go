package movindex

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// movie is the header of an index (mvhd, ISO/IEC 14496-12, 8.2.2).
type movie struct {
	timescale uint32 // ticks of a second
	nextID    []byte // the number of the next track
}

func readMovie(mvhd box) (movie, error) {
	clock, end := headerSize+12, headerSize+100
	if len(mvhd) > headerSize && mvhd[headerSize] == 1 { // times of 64 bits
		clock, end = headerSize+20, headerSize+112
	}
	if len(mvhd) < end {
		return movie{}, errors.New("the index has no header")
	}
	m := movie{timescale: binary.BigEndian.Uint32(mvhd[clock:]), nextID: mvhd[end-4 : end]}
	if m.timescale == 0 {
		return movie{}, errors.New("the index has no clock")
	}
	return m, nil
}

// takeTrackID returns the number of the next track, and notes in the header that it is taken.
func (m movie) takeTrackID() (uint32, error) {
	id := binary.BigEndian.Uint32(m.nextID)
	if id == 0 || id == math.MaxUint32 { // which stands for: look for one
		return 0, fmt.Errorf("the index calls its next track %d", id)
	}
	binary.BigEndian.PutUint32(m.nextID, id+1)
	return id, nil
}

// ticks converts a time to a clock, rounded to the nearest tick.
func ticks(t time.Duration, timescale uint32) uint64 {
	whole, rest := uint64(t/time.Second), uint64(t%time.Second)
	return whole*uint64(timescale) + (rest*uint64(timescale)+uint64(time.Second)/2)/uint64(time.Second)
}
