package muxer

import (
	"slices"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// fragments cuts fragments, clusters and pages, and passes them to the destination.
type fragments struct {
	rule       container.Fragments
	keepsSound bool // FFmpeg keeps a packet of sound until the next one comes
	onlyText   bool // there are no other streams, so that text ends fragments
	writer     *writer
	tracks     []track
	index      movIndex
	ahead      lookahead
}

// newFragments returns the fragments of an output. If it is written from front to back, a fragment
// is so short that the first one reaches the destination within the output's patience, and within
// the default one at the latest. The packet that ends a fragment comes a frame later.
func newFragments(cfg Config, w *writer, tracks []track, order *interleaver) fragments {
	rule := cfg.spec(w.dst).Fragments()
	if !w.dst.CanSeek() {
		rule.Length = min(rule.Length, min(DefaultPatience, cfg.patience())*4/5)
	}
	return fragments{
		rule: rule, keepsSound: container.KeepsSound(cfg.Format), writer: w, tracks: tracks,
		onlyText: !slices.ContainsFunc(tracks, func(t track) bool { return !t.isText() }),
		ahead:    newLookahead(cfg, rule, w, order),
		index:    movIndex{hybrid: rule.Hybrid, pending: rule.IndexFirst, writer: w, tracks: tracks},
	}
}

// endBefore says whether the open fragment ends before this packet. FFmpeg's frag_duration does the
// same, but loses the end of a track if a packet with a later presentation time came before.
func (f *fragments) endBefore(p pipeline.Packet) bool {
	t := &f.tracks[p.StreamIndex()]
	if f.rule.Length == 0 || !t.inFragment || t.isText() && !f.onlyText {
		return false
	}
	if f.rule.AtKeyFrames && t.isVideo() && p.Flags().Has(astiav.PacketFlagKey) && !t.writtenKey {
		return true
	}
	length := astiav.RescaleQ(p.Dts()-t.fragmentStart, t.to, astiav.NewRational(1, int(time.Second)))
	return length >= int64(f.rule.Length)
}

// flush ends the open fragment or cluster, and passes everything that was written to the
// destination.
func (f *fragments) flush() error { return f.flushBefore(pipeline.Packet{}) }

// flushBefore is flush if the packet that comes next is known.
func (f *fragments) flushBefore(next pipeline.Packet) error {
	if f.writer.files != nil { // a file is passed on when it is complete, and not before
		f.writer.flush()
		return nil
	}
	err := f.writeOutSound()
	if err == nil && f.index.possible() {
		err = f.end(next)
	}
	f.writer.flush()
	if err == nil && f.index.possible() {
		f.writer.times.passOn()
	}
	return f.writer.explain("flush", err)
}

// writeOutSound makes the Matroska muxer write the packet of sound that it keeps until the next
// packet of sound comes. An empty one will do.
func (f *fragments) writeOutSound() error {
	if !f.keepsSound {
		return nil
	}
	for i := range f.tracks {
		t := &f.tracks[i]
		if t.written && t.kind == astiav.MediaTypeAudio {
			return f.writer.writeEmpty(i, t.writtenDTS, t.writtenDTS)
		}
	}
	return nil
}

// end ends the open fragment. The first one comes behind the index.
func (f *fragments) end(next pipeline.Packet) error {
	canBreak := !f.index.hybrid || f.index.allWritten()
	if err := f.ahead.endFragment(next, canBreak); err != nil {
		return err
	}
	for i := range f.tracks {
		f.tracks[i].inFragment = false
	}
	if err := f.index.write(); err != nil {
		return err
	}
	return f.writer.writeOut()
}

// finish prepares the file for its trailer.
func (f *fragments) finish() error {
	if err := f.ahead.finish(); err != nil {
		return err
	}
	if !f.index.listsTooMany() {
		return nil
	}
	if err := f.flush(); err != nil {
		return err
	}
	return f.index.leaveOutUnfed()
}
