package muxer

import (
	"errors"
	"fmt"
	"maps"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// extras writes what a file carries besides its streams and tags: chapters, a cover, attachments.
//
// A cover or an attachment is a stream of FFmpeg's muxer behind those of the program. No packet of
// the program has its index, and nothing waits for it.
type extras struct {
	container.Extras

	writer   *writer
	chapters chapters
	cover    *astiav.Stream // nil: FFmpeg's muxer knows of no cover
	tags     int            // how many bytes the tags of the file and its streams have
}

// newExtras adds the streams of the extras, behind all others.
func newExtras(cfg Config, w *writer, tracks []track) (x extras, err error) {
	x = extras{Extras: cfg.Extras, writer: w, chapters: newChapters(cfg, w, tracks)}
	x.tags = sizeOf(cfg.Metadata)
	for _, s := range cfg.Streams {
		x.tags += sizeOf(s.Metadata)
	}
	for _, a := range cfg.Extras.Attachments {
		if err := x.addAttachment(a); err != nil {
			return x, err
		}
	}
	return x, x.addCover()
}

// sizeOf returns how many bytes tags have.
func sizeOf(tags map[string]string) (bytes int) {
	for key, value := range tags {
		bytes += len(key) + len(value)
	}
	return bytes
}

// addCover adds the cover, unless it is a tag.
func (x *extras) addCover() (err error) {
	switch way := container.WayOfCover(x.writer.container()); {
	case x.Cover == nil, way == container.CoverAsTag:
		return nil
	case way == container.CoverAsAttachment:
		return x.addAttachment(x.Cover.Attachment())
	}
	// The picture's kind is the front cover (APIC of ID3v2, and the pictures of FLAC).
	x.cover, err = x.addStream(map[string]string{"comment": "Cover (front)"})
	if err != nil {
		return err
	}
	x.cover.SetDispositionFlags(astiav.DispositionFlags(astiav.DispositionFlagAttachedPic))
	x.cover.SetTimeBase(astiav.NewRational(1, 90000))
	p := x.cover.CodecParameters()
	p.SetMediaType(astiav.MediaTypeVideo)
	p.SetCodecID(x.Cover.Codec)
	p.SetWidth(x.Cover.Width)
	p.SetHeight(x.Cover.Height)
	p.SetPixelFormat(x.Cover.PixelFormat())
	return nil
}

// addAttachment adds an attachment of Matroska.
func (x *extras) addAttachment(a container.Attachment) error {
	stream, err := x.addStream(map[string]string{"filename": a.Name, "mimetype": a.MIME})
	if err != nil {
		return err
	}
	p := stream.CodecParameters()
	p.SetMediaType(astiav.MediaTypeAttachment)
	if err := p.SetExtraData(a.Data); err != nil {
		return fmt.Errorf("attach %s: %w", a.Name, err)
	}
	return nil
}

// addStream adds a stream with these tags.
func (x *extras) addStream(tags map[string]string) (*astiav.Stream, error) {
	stream := x.writer.format.NewStream(nil)
	if stream == nil {
		return nil, errors.New("add a stream: out of memory")
	}
	metadata, err := astiavx.NewDictionary(tags)
	if err != nil {
		return nil, err
	}
	stream.SetMetadata(metadata) // which takes it over
	return stream, nil
}

// allTags returns the tags of the program, and those that are extras in this container.
func (x *extras) allTags(own map[string]string) map[string]string {
	all := x.chapters.addTags(own)
	if x.Cover != nil && container.WayOfCover(x.writer.container()) == container.CoverAsTag {
		all["METADATA_BLOCK_PICTURE"] = x.Cover.Block()
	}
	return all
}

// writeHeader writes the header with its extras. FFmpeg goes back in it to correct sizes, which it
// can do in a destination that cannot seek while all of it is collected.
func (x *extras) writeHeader(h header) error {
	room := x.room()
	if room > 0 {
		x.writer.io.Collect(room)
	}
	err := x.chapters.setForHeader()
	if err == nil {
		err = x.writeWithCover(h)
	}
	if room > 0 {
		x.writer.io.Collect(x.writer.dst.BufferSize(0))
	}
	if err != nil {
		return err
	}
	x.chapters.reportGap()
	return x.chapters.setForIndex()
}

// writeWithCover writes the header and the cover, which is a part of the header of mp3: nothing of
// it is passed on before.
func (x *extras) writeWithCover(h header) error {
	tags := x.allTags(h.tags)
	if x.cover == nil {
		return x.writer.writeHeader(h.options, tags)
	}
	options := maps.Clone(h.options)
	passesOn := options["flush_packets"] == "1"
	options["flush_packets"] = "0"
	if err := x.writer.writeHeader(options, tags); err != nil {
		return err
	}
	err := x.writeCover()
	n := -1 // FFmpeg decides
	if passesOn {
		n = 1
	}
	astiavx.SetFlushPackets(x.writer.format, n)
	return err
}

// room returns how many bytes FFmpeg collects of a header or an index; 0: as many as usual.
func (x *extras) room() int {
	if size := x.BytesAhead(); size > 0 {
		return size + 2*x.tags + 1<<20
	}
	return 0
}

// writeCover gives FFmpeg's muxer the cover before any packet: mp3 and flac have it in front of the
// sound, and the index of a mov file that consists of fragments may be written at any moment.
func (x *extras) writeCover() error {
	p := pipeline.NewPacket()
	defer p.Free()
	if err := p.FromData(x.Cover.Data); err != nil {
		return err
	}
	p.SetStreamIndex(x.cover.Index())
	p.SetPts(0)
	p.SetDts(0)
	p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
	return x.writer.explain("write the cover", x.writer.format.WriteFrame(p.Packet))
}
