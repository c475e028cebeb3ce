package muxer

import (
	"fmt"
	"slices"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

func (t *track) isVideo() bool { return t.kind == astiav.MediaTypeVideo }

// arrange decides who waits for whom, and where fragments end.
func (m *Mux) arrange(cfg Config) {
	spec := cfg.spec(m.dst)
	m.patience = newPatience(cfg, cfg.CrashSafe && spec.CanBeCrashSafe() || !m.dst.CanSeek())
	m.keepsSound = container.KeepsSound(cfg.Format)
	m.ordered, m.aside = container.TakesOrderOnly(cfg.Format), container.WaitsForStreams(cfg.Format)
	if m.ordered || container.HoldsSideBySide(cfg.Format) {
		m.patience.kept = false
	}
	f := spec.Fragments()
	m.hybrid, m.delayed, m.atKeys, m.fragment = f.Hybrid, f.IndexFirst, f.AtKeyFrames, f.Length
	if !m.dst.CanSeek() {
		m.fragment = min(m.fragment, fragmentWithin(cfg))
	}
}

// lockstep says of an error what FFmpeg does not: that such a container wants its streams fed together.
func (m *Mux) lockstep(err error) error {
	if err == nil || len(m.tracks) < 2 {
		return err
	}
	format := m.format.OutputFormat().Name()
	if !container.HoldsSideBySide(format) {
		return err
	}
	return fmt.Errorf("%s holds pictures and sound side by side, so that neither can go on without the other; were both fed? %w", format, err)
}

// fragmentWithin is how long a fragment lasts so that the first is at the destination within the patience of the output, and
// within the default one at the latest. The packet that ends a fragment comes a frame later.
func fragmentWithin(cfg Config) time.Duration { return min(DefaultPatience, cfg.patience()) * 4 / 5 }

// completesFragment says whether the fragment that is open ends before this packet. FFmpeg's frag_duration does the same, but
// loses sight of the end of the track where a packet with a later presentation time came before.
func (m *Mux) completesFragment(p pipeline.Packet) bool {
	t := &m.tracks[p.StreamIndex()]
	if m.fragment == 0 || !t.inFragment {
		return false
	}
	if m.atKeys && t.isVideo() && p.Flags().Has(astiav.PacketFlagKey) && !t.lastIsKey {
		return true
	}
	lasted := astiav.RescaleQ(p.Dts()-t.fragmentStart, t.to, astiav.NewRational(1, int(time.Second)))
	return lasted >= int64(m.fragment)
}

// wrote notes that a packet was given to FFmpeg.
func (t *track) wrote(p pipeline.Packet) {
	t.written, t.wroteDTS, t.lastIsKey = true, p.Dts(), p.Flags().Has(astiav.PacketFlagKey)
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
	m.patience.unsent = false
	return m.explain("flush", err)
}

// pushOutSound makes the Matroska muxer write the packet of sound that it keeps until the next packet of sound comes, were it empty.
func (m *Mux) pushOutSound() error {
	if !m.keepsSound {
		return nil
	}
	for i := range m.tracks {
		t := &m.tracks[i]
		if !t.written || t.kind != astiav.MediaTypeAudio {
			continue
		}
		if m.empty.Packet == nil {
			m.empty = pipeline.NewPacket()
			m.closer.Add(m.empty.Free)
		}
		m.empty.SetStreamIndex(i)
		m.empty.SetDts(t.wroteDTS)
		m.empty.SetPts(t.wroteDTS)
		return m.format.WriteFrame(m.empty.Packet)
	}
	return nil
}

func (m *Mux) endFragment() error {
	for i := range m.tracks {
		m.tracks[i].inFragment = false
	}
	if !m.delayed || m.indexed {
		return m.format.WriteFrame(nil)
	}
	if err := m.announceUnfed(); err != nil {
		return err
	}
	m.indexed = true
	if err := m.format.WriteFrame(nil); err != nil { // which writes the index alone
		return err
	}
	return m.format.WriteFrame(nil)
}

// announceUnfed tells the mov muxer of each stream without a packet how far before its first frame it will begin: by the
// priming of sound, or by what is decoded before it is shown. The index, which comes now, can then say so. FFmpeg takes that
// from an empty packet, if it comes after a discontinuity, and writes nothing of it. Without that, FFmpeg would also have
// such a stream begin at 0, whenever it begins.
//
// The empty packet lies a tick before the earliest that can come, because decoding times must rise. That would make a tick of
// a difference in the index which a file that can be sought gets in the end, so such a file goes without.
func (m *Mux) announceUnfed() error {
	if m.hybrid || m.allWritten() {
		return nil
	}
	if err := m.setMovFlags(container.MarkDiscontinuity); err != nil {
		return err
	}
	for i := range m.tracks {
		if t := &m.tracks[i]; !t.written {
			if err := m.announce(i, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// announce gives FFmpeg an empty packet of a stream. Where FFmpeg can describe the stream only after a packet with data, it gets
// one of silence, which counts as priming: it lies before the first sample, and the index has players skip it.
func (m *Mux) announce(stream int, t *track) error {
	p := pipeline.NewPacket()
	defer p.Free()
	p.SetStreamIndex(stream)
	begin, duration := -astiav.RescaleQRnd(t.lead.ticks, t.lead.base, t.to, astiav.RoundingUp), int64(1)
	if t.needsPacket {
		if err := p.FromData(t.sample); err != nil {
			return err
		}
		duration = astiav.RescaleQ(t.block, t.from, t.to)
		p.SetDuration(duration)
	}
	p.SetDts(begin - duration)
	p.SetPts(begin - duration)
	switch {
	case t.isVideo():
		p.SetPts(0)
	case !t.needsPacket:
		p.SetPts(begin)
	}
	return m.format.WriteFrame(p.Packet)
}

func (m *Mux) setMovFlags(flags string) error {
	return m.format.PrivateData().Options().Set("movflags", flags, astiav.NewOptionSearchFlags())
}

// describable says whether FFmpeg can write the index now. Asked for one when it cannot, it writes half of it, and says nothing.
func (m *Mux) describable() bool {
	return !slices.ContainsFunc(m.tracks, func(t track) bool { return t.needsPacket && !t.written && (m.hybrid || t.sample == nil) })
}

// allWritten says whether there was a packet of each stream.
func (m *Mux) allWritten() bool {
	return !slices.ContainsFunc(m.tracks, func(t track) bool { return !t.written })
}

// leaveOutUnfed keeps streams that were never fed out of the final index of a file that began as fragments, as they are out of that of any other
// file: FFmpeg lists every stream in the index of a fragmented file, and still takes this one, which it is about to make an ordinary one, for such.
func (m *Mux) leaveOutUnfed() error {
	if !m.hybrid || m.allWritten() {
		return nil
	}
	if err := m.flush(); err != nil {
		return err
	}
	if err := m.setMovFlags(container.EndFragments); err != nil {
		return fmt.Errorf("end the fragments: %w", err)
	}
	return nil
}
