package muxer

import (
	"encoding/binary"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/muxer/container"
)

// textTag is container.TextTag as FFmpeg has it.
var textTag = astiav.CodecTag(binary.LittleEndian.Uint32([]byte(container.TextTag)))

// prepareText describes a stream of text to FFmpeg's mov muxer, before the header. The muxer makes
// the first stream of subtitles one that is shown by default, if none is (enable_tracks in
// movenc.c). So until the header has been written the stream is called data, if the muxer looks at
// that again when it writes the index.
func prepareText(p *astiav.CodecParameters, options map[string]string) {
	p.SetCodecTag(textTag)
	if container.TellsLater(options) {
		p.SetMediaType(astiav.MediaTypeData)
	}
}

// hideText tells FFmpeg's mov muxer, after the header, that its streams of text are subtitles. It
// hides that their codec is mov_text, of which the index needs the header alone: see cues.
func (w *writer) hideText(tracks []track) {
	for i := range tracks {
		if t := &tracks[i]; t.isText() && t.cues.gaps {
			p := w.format.Streams()[i].CodecParameters()
			p.SetMediaType(astiav.MediaTypeSubtitle)
			p.SetCodecID(astiav.CodecIDText)
		}
	}
}
