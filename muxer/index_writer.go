package muxer

import (
	"errors"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/muxer/movindex"
)

// indexWriter passes what FFmpeg's muxer writes to the destination, and changes the index of a mov
// file on its way. An index that gets another size must be the end of the file.
type indexWriter struct {
	*destination.Destination

	change func(boxes []byte) ([]byte, error) // of an index, and what is in front of it; nil: nothing is changed
	err    error                              // of change
}

var _ astiavx.Output = (*indexWriter)(nil)

// Write writes p, or the changed index if p is one.
func (w *indexWriter) Write(p []byte) (int, error) {
	if w.change == nil || !movindex.IsIn(p) {
		return w.Destination.Write(p)
	}
	changed, err := w.change(p)
	w.change, w.err = nil, err
	if err != nil {
		return w.Destination.Write(p)
	}
	if _, err := w.Destination.Write(changed); err != nil {
		return 0, err
	}
	return len(p), nil
}

// changing changes the index that FFmpeg's muxer writes in a call. FFmpeg collects so many bytes
// meanwhile, so that the index is passed on in one piece.
func (w *writer) changing(change func([]byte) ([]byte, error), bytes int, write func() error) error {
	w.io.Flush() // so that nothing is collected but the index
	w.io.Collect(bytes)
	w.index.change, w.index.err = change, nil
	err := write()
	w.io.Flush()
	if w.index.change != nil {
		w.index.change, w.index.err = nil, errors.New("it was not found")
	}
	w.io.Collect(w.dst.BufferSize(0))
	if err != nil {
		return err
	}
	return w.explain("change the index", w.index.err)
}

// bytesPerFrame is how many bytes the index of a mov file has at most for each packet: in stts,
// ctts, stsz, stss, stsc and co64 (ISO/IEC 14496-12, 8.6 and 8.7).
const bytesPerFrame = 48

// writeTrailer writes the trailer, of which an index is changed.
func (x *extras) writeTrailer() error {
	change, err := x.chapters.finish()
	if err != nil {
		return err
	}
	if change == nil {
		return x.writer.writeTrailer()
	}
	frames := int64(0)
	for _, s := range x.writer.format.Streams() {
		frames += s.NbFrames()
	}
	return x.writer.changing(change, x.room()+int(frames)*bytesPerFrame, x.writer.writeTrailer)
}

// writeIndex makes FFmpeg write the index of a mov file that consists of fragments, and nothing
// else. It lists the stream of a cover as an empty track, which is hidden.
func (x *extras) writeIndex() error {
	w := x.writer
	if x.cover == nil {
		return w.writeOut()
	}
	hide := func(boxes []byte) ([]byte, error) {
		return movindex.HideTrack(boxes, uint32(x.cover.Index()+1))
	}
	return w.changing(hide, x.room(), w.writeOut)
}
