package muxer

import (
	"fmt"

	"github.com/asticode/go-astiav"
	"github.com/asticode/go-astikit"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// writer gives packets to FFmpeg's muxer, which writes to the destination.
type writer struct {
	dst    *destination.Destination
	format *astiav.FormatContext
	inside string          // the container that the streams are in (container.Inside)
	io     *astiavx.IO     // nil: there are many files
	index  indexWriter     // between io and dst
	files  *filesWriter    // nil: there is one file
	closer *astikit.Closer // frees all of it, in reverse order
	times  latencies
	empty  pipeline.Packet // for writeEmpty; without a packet until it is needed
	unsent bool            // FFmpeg has had packets since the last flush
}

// newWriter opens FFmpeg's muxer for a container. dst stays open if it fails.
func newWriter(cfg Config, dst *destination.Destination) (*writer, error) {
	w := &writer{dst: dst, closer: astikit.NewCloser(), inside: container.Inside(cfg.Format, cfg.Options)}
	if dst.HasFiles() {
		return w, w.openFiles(cfg)
	}
	return w, w.open(cfg)
}

// open opens FFmpeg's muxer for a container in one file.
func (w *writer) open(cfg Config) error {
	dst, format := w.dst, cfg.Format
	w.index.Destination = dst
	io, err := astiavx.NewIO(&w.index, dst.CanSeek(), dst.BufferSize(0))
	if err != nil {
		return fmt.Errorf("open the destination: %w", err)
	}
	w.io = io
	w.closer.Add(io.Free)
	if w.format, err = astiav.AllocOutputFormatContext(nil, format, dst.URL()); err != nil {
		return fmt.Errorf("container %s: %w", format, err)
	}
	live.New("container")
	log := astiavx.LogContainer(w.format, cfg.Log)
	w.closer.Add(func() {
		live.Freed("container")
		w.format.Free()
		log.Remove()
	})
	if cfg.Temporary {
		io.CollectPackets()
	}
	io.Serve(w.format)
	return nil
}

// free frees FFmpeg's muxer. Bytes that were not flushed are not written.
func (w *writer) free() { _ = w.closer.Close() } // no function in it returns an error

// container returns FFmpeg's name of the container that the streams are in.
func (w *writer) container() string { return w.inside }

// rules returns FFmpeg's description of the container that the streams are in.
func (w *writer) rules() *astiav.OutputFormat { return astiav.FindOutputFormat(w.inside) }

// write gives FFmpeg a packet. While FFmpeg writes a large one, it collects as many bytes as suits
// the destination.
func (w *writer) write(p pipeline.Packet) error {
	completed := w.dst.Completed()
	if err := w.writeFrame(p); err != nil {
		return err
	}
	if w.dst.Completed() > completed { // a segment, which the packet comes after
		w.times.passOn()
	}
	w.times.note(p)
	return nil
}

func (w *writer) writeFrame(p pipeline.Packet) error {
	w.unsent = true
	if w.files != nil {
		return w.files.write(p)
	}
	usual, size := w.dst.BufferSize(0), w.dst.BufferSize(p.Size())
	if size == usual {
		return w.format.WriteFrame(p.Packet)
	}
	w.io.Collect(size)
	err := w.format.WriteFrame(p.Packet)
	w.io.Collect(usual)
	return err
}

// writeEmpty gives FFmpeg a packet of a stream that has times and no data.
func (w *writer) writeEmpty(stream int, dts, pts int64) error {
	if w.empty.Packet == nil {
		w.empty = pipeline.NewPacket()
		w.closer.Add(w.empty.Free)
	}
	w.empty.SetStreamIndex(stream)
	w.empty.SetDts(dts)
	w.empty.SetPts(pts)
	return w.format.WriteFrame(w.empty.Packet)
}

// writeEmptyAgain gives FFmpeg an empty packet at the time of the last packet of the stream. FFmpeg
// takes equal decoding times from subtitles only, so the stream is called that meanwhile.
func (w *writer) writeEmptyAgain(stream int, dts int64) error {
	p := w.format.Streams()[stream].CodecParameters()
	kind := p.MediaType()
	p.SetMediaType(astiav.MediaTypeSubtitle)
	defer p.SetMediaType(kind)
	return w.writeEmpty(stream, dts, dts)
}

// writeOut makes FFmpeg's muxer write the packets that it keeps: a fragment, a cluster, a page.
// It does not end a file before its time, where there are many.
func (w *writer) writeOut() error {
	if w.files != nil {
		return nil
	}
	return w.format.WriteFrame(nil)
}

// flush passes the bytes that FFmpeg has collected to the destination.
func (w *writer) flush() {
	if w.io != nil {
		w.io.Flush()
	}
	w.unsent = false
}

// writeTrailer writes the trailer, and passes all bytes to the destination.
func (w *writer) writeTrailer() error {
	if w.files != nil {
		return w.files.writeTrailer()
	}
	err := w.format.WriteTrailer()
	w.io.Flush()
	return err
}

// size returns how many bytes FFmpeg's muxer has written to its one file, collected ones included.
func (w *writer) size() int64 { return w.io.Tell() }

// setMovFlags changes movflags of FFmpeg's mov muxer while it writes.
func (w *writer) setMovFlags(flags string) error {
	options := w.format.PrivateData().Options()
	return options.Set("movflags", flags, astiav.NewOptionSearchFlags())
}

// explain says which act failed. If the destination has failed, its error is the reason.
func (w *writer) explain(act string, err error) error {
	if own := w.dst.Err(); own != nil {
		err = own
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", act, err)
}
