package muxer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// filesWriter gives packets to a muxer of FFmpeg that opens and closes many files.
type filesWriter struct {
	dst    *destination.Destination
	format *astiav.FormatContext
	log    astiavx.LogSource
	cuts   *hlsCuts // nil: FFmpeg cuts where it should
	begun  bool     // the header is written
	over   bool     // the trailer has been written, or FFmpeg's muxer has failed

	needsAll bool // the container cannot be finished without packets of every stream
	leaks    bool // FFmpeg's muxer frees all of its memory in its trailer only
}

// openFiles opens FFmpeg's muxer for a container that consists of many files.
func (w *writer) openFiles(cfg Config) (err error) {
	opener := astiavx.NewFileOpener(w.dst)
	w.closer.Add(opener.Free)
	if w.format, err = astiav.AllocOutputFormatContext(nil, cfg.Format, w.dst.URL()); err != nil {
		return fmt.Errorf("container %s: %w", cfg.Format, err)
	}
	live.New("container")
	f := &filesWriter{dst: w.dst, format: w.format, log: astiavx.LogFiles(w.format, withoutExpected(cfg.Log))}
	w.files = f
	w.closer.Add(f.free)
	opener.Serve(w.format)
	f.needsAll = cfg.Format == container.DASH
	if cfg.Format == container.HLS {
		f.cuts, f.leaks = newHLSCuts(cfg.Segments, w), true
	}
	return nil
}

// expectedLines begin the lines in which FFmpeg complains of what has to be so: the destination
// renames and removes files in its stead, and a manifest tells the measured bit rate of a stream
// that has no other.
var expectedLines = []string{
	"Cannot use rename on non file protocol", "failed to delete " + container.FileURL(""),
	"No bit rate set for stream",
}

// withoutExpected leaves out the expected lines.
func withoutExpected(lines *astiavx.Log) *astiavx.Log {
	if lines == nil {
		return nil
	}
	return &astiavx.Log{Most: lines.Most, To: func(l astiavx.LogLine) {
		isBegun := func(begin string) bool { return strings.HasPrefix(l.Text, begin) }
		if !slices.ContainsFunc(expectedLines, isBegun) {
			lines.To(l)
		}
	}}
}

// do calls FFmpeg's muxer. The muxers of the single files log to the same log.
func (f *filesWriter) do(call func() error) (err error) {
	f.log.During(func() { err = call() })
	f.over = f.over || err != nil && f.dst.Err() == nil
	return err
}

// writeHeader writes the header. Some muxers open their first file in it.
func (f *filesWriter) writeHeader(options *astiav.Dictionary) error {
	err := f.do(func() error { return f.format.WriteHeader(options) })
	f.begun = err == nil
	return err
}

// write gives FFmpeg a packet.
func (f *filesWriter) write(p pipeline.Packet) error {
	if f.cuts != nil {
		f.cuts.prepare(p)
	}
	return f.do(func() error { return f.format.WriteFrame(p.Packet) })
}

// writeTrailer ends the last file and the index.
func (f *filesWriter) writeTrailer() error {
	f.over = true
	return f.do(f.format.WriteTrailer)
}

// free frees FFmpeg's muxer. Files that are open are discarded.
//
// FFmpeg's muxer for HLS frees the segment that it has in memory in its trailer only. So it gets to
// write its trailer here too, to a destination that refuses every file. It must not, if it failed
// by itself: that memory may be gone then.
func (f *filesWriter) free() {
	f.dst.Refuse()
	if f.leaks && f.begun && !f.over {
		_ = f.writeTrailer() // nothing is written
	}
	live.Freed("container")
	f.log.During(f.format.Free)
	f.log.Remove()
}
