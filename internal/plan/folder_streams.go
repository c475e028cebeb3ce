package plan

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// CheckStreams returns an error for streams that a folder cannot hold together, and for pictures of
// another codec than their extension says. stream is the index of the stream that is wrong; -1:
// none alone is.
func (t *Output) CheckStreams(codecs []astiav.CodecID, encoders []string) (stream int, err error) {
	switch t.Container.Name {
	case container.HLS:
		return -1, t.checkHLSStreams(codecs)
	case container.Pictures:
		return t.checkPictures(codecs, encoders)
	}
	return -1, nil
}

// checkHLSStreams returns an error for streams of which one has to say where the segments end.
func (t *Output) checkHLSStreams(codecs []astiav.CodecID) error {
	pictures, sound := 0, 0
	for _, id := range codecs {
		switch id.MediaType() {
		case astiav.MediaTypeVideo:
			pictures++
		case astiav.MediaTypeAudio:
			sound++
		}
	}
	if pictures > 1 || pictures == 0 && sound > 1 {
		return t.Config.nameError("HLS has one stream of pictures, or one of sound alone, in a playlist; "+
			"DASH has several", "manifest.mpd")
	}
	return nil
}

// animation is the encoder that makes one animation of all pictures.
const animation = "libwebp_anim"

// checkPictures returns an error for more than one stream, and for another codec.
func (t *Output) checkPictures(codecs []astiav.CodecID, encoders []string) (int, error) {
	own := t.Container.VideoCodec
	for i, id := range codecs {
		if id == own && encoders[i] != animation {
			continue
		}
		supported := slices.DeleteFunc(codec.EncodersOf(own), func(name string) bool { return name == animation })
		e := &fault.ConfigError{Field: "Codec", Value: encoders[i], Supported: supported}
		e.Reason = fmt.Sprintf("does not make the files that %s names", t.Config.Path)
		if id.MediaType() != astiav.MediaTypeVideo {
			e.Reason, e.Supported = "numbered pictures hold no sound; write it to another output", nil
			return i, e
		}
		return i, e
	}
	if len(codecs) > 1 {
		return -1, t.Config.nameError("numbered pictures are of one stream; write each stream by an encoder of its own")
	}
	return -1, nil
}
