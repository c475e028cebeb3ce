package muxer

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// completesFragment says whether the fragment that is open has lasted half a second when this packet comes, and can be ended. FFmpeg's frag_duration does the
// same, but loses sight of the end of the track where a packet with a later presentation time came before.
func (m *Mux) completesFragment(p pipeline.Packet) bool {
	t := &m.tracks[p.StreamIndex()]
	return m.hybrid && t.inFragment && 2*(p.Dts()-t.fragmentStart)*int64(t.to.Num()) >= int64(t.to.Den()) && (m.indexed || m.allWritten())
}

// wrote notes that a packet was given to FFmpeg.
func (t *track) wrote(p pipeline.Packet) {
	t.written = true
	if !t.inFragment {
		t.inFragment, t.fragmentStart = true, p.Dts()
	}
}

// flush ends a fragment or a cluster, and brings everything that was written to the destination.
func (m *Mux) flush() error {
	err := m.pushOutSound()
	if err == nil && m.describable() {
		err = m.endFragment()
	}
	m.io.Flush()
	return m.explain("flush", err)
}

// pushOutSound makes the Matroska muxer write the packet of sound that it keeps until the next packet of sound comes, were it empty.
func (m *Mux) pushOutSound() error {
	if name := m.format.OutputFormat().Name(); name != "matroska" && name != "webm" {
		return nil
	}
	for i, t := range m.tracks {
		if !t.written || m.format.Streams()[i].CodecParameters().MediaType() != astiav.MediaTypeAudio {
			continue
		}
		empty := pipeline.NewPacket()
		defer empty.Free()
		empty.SetStreamIndex(i)
		empty.SetDts(t.lastDTS + t.shift)
		empty.SetPts(empty.Dts())
		return m.format.WriteFrame(empty.Packet)
	}
	return nil
}

func (m *Mux) endFragment() error {
	for i := range m.tracks {
		m.tracks[i].inFragment = false
	}
	err := m.format.WriteFrame(nil)
	if err == nil && !m.indexed { // with delay_moov, that wrote no more than the index
		m.indexed = true
		err = m.format.WriteFrame(nil)
	}
	return err
}

// describable says whether FFmpeg can write the index now. Asked for one when it cannot, it writes half of it, and says nothing.
func (m *Mux) describable() bool {
	return !slices.ContainsFunc(m.tracks, func(t track) bool { return t.needsPacket && !t.written })
}

// allWritten says whether there was a packet of each stream.
func (m *Mux) allWritten() bool {
	return !slices.ContainsFunc(m.tracks, func(t track) bool { return !t.written })
}

// internalFragmentFlag is FF_MOV_FLAG_FRAGMENT of FFmpeg's movenc.h, which has no name among movflags.
const internalFragmentFlag = "2"

// leaveOutUnfed keeps streams that were never fed out of the final index of a file that began as fragments, as they are out of that of any other
// file: FFmpeg lists every stream in the index of a fragmented file, and still takes this one, which it is about to make an ordinary one, for such.
func (m *Mux) leaveOutUnfed() error {
	if !m.hybrid || m.allWritten() {
		return nil
	}
	if err := m.flush(); err != nil {
		return err
	}
	if err := m.format.PrivateData().Options().Set("movflags", "-"+internalFragmentFlag, astiav.NewOptionSearchFlags()); err != nil {
		return fmt.Errorf("end the fragments: %w", err)
	}
	return nil
}
