package movindex

import (
	"encoding/binary"
	"errors"
	"time"
)

// movie is the header of an index (mvhd).
type movie struct {
	header    box
	timescale uint32 // ticks of a second
}

func readMovie(mvhd box) (movie, error) {
	position := headerSize + 12
	if len(mvhd) > headerSize && mvhd[headerSize] == 1 { // times of 64 bits
		position += 8
	}
	if len(mvhd) < position+4 {
		return movie{}, errors.New("the index has no header")
	}
	m := movie{header: mvhd, timescale: binary.BigEndian.Uint32(mvhd[position:])}
	if m.timescale == 0 {
		return movie{}, errors.New("the index has no clock")
	}
	return m, nil
}

// takeTrackID returns the number of the next track, and notes in the header that it is taken.
func (m movie) takeTrackID() uint32 {
	next := m.header[len(m.header)-4:]
	id := binary.BigEndian.Uint32(next)
	binary.BigEndian.PutUint32(next, id+1)
	return id
}

// ticks converts a time to a clock, rounded to the nearest tick.
func ticks(t time.Duration, timescale uint32) uint64 {
	whole, rest := uint64(t/time.Second), uint64(t%time.Second)
	return whole*uint64(timescale) + (rest*uint64(timescale)+uint64(time.Second)/2)/uint64(time.Second)
}
