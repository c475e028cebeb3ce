package nodes

import (
	"slices"
	"sort"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// acceptance tells when the program handed over what is in a packet. It knows when each picture or
// block of sound that the encoder was given was accepted, by its time.
//
// A packet belongs to the last one that begins at or before the packet's PTS. For a picture, that
// is the picture itself; a packet of priming, which begins before all sound, belongs to the first
// block. Some encoders give a packet that is not shown a time between two pictures.
type acceptance struct {
	given []given // by rising time
}

// given is a picture or a block that the encoder was given.
type given struct {
	pts      int64 // in the encoder's time base
	accepted time.Time
	at       time.Time // when the encoder was given it
}

// note notes that the encoder is given something. The times rise.
func (a *acceptance) note(pts int64, accepted time.Time) {
	a.given = append(a.given, given{pts, accepted, time.Now()})
}

// find returns what the encoder was given for the next packet; zero: that is not known. It forgets
// what ends before the packet is decoded: no later packet can belong to it.
func (a *acceptance) find(p pipeline.Packet) given {
	if len(a.given) == 0 {
		return given{}
	}
	found := a.given[a.last(p.Pts())]
	dts := p.Dts()
	if dts == astiav.NoPtsValue {
		dts = p.Pts()
	}
	a.given = slices.Delete(a.given, 0, a.last(dts))
	return found
}

// latest returns when the last of all was accepted.
func (a *acceptance) latest() time.Time {
	if len(a.given) == 0 {
		return time.Time{}
	}
	return a.given[len(a.given)-1].accepted
}

// last returns the index of the last that begins at or before a time, or of the first of all.
func (a *acceptance) last(pts int64) int {
	after := sort.Search(len(a.given), func(i int) bool { return a.given[i].pts > pts })
	return max(after-1, 0)
}
