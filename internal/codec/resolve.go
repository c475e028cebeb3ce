package codec

import (
	"fmt"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// Resolve returns the encoder for the name of an encoder or of a codec. A name that is both means
// the codec. FFmpeg's first encoder of a codec is experimental only if there is no other: "opus" is
// libopus, "vorbis" libvorbis. An error is a *fault.ConfigError.
func Resolve(name string, media astiav.MediaType) (*astiav.Codec, error) {
	var codec *astiav.Codec
	id, ok := astiavx.CodecID(name)
	if ok {
		codec = astiav.FindEncoder(id)
	}
	if codec == nil {
		codec = astiav.FindEncoderByName(name)
	}
	switch {
	case codec == nil:
		return nil, unknownCodec(name, media)
	case codec.ID().MediaType() != media:
		return nil, &fault.ConfigError{
			Field: "Codec", Value: name, Reason: "does not encode " + media.String(), Supported: encoders(media, nil),
		}
	default:
		return codec, nil
	}
}

func unknownCodec(name string, media astiav.MediaType) error {
	names := encoders(media, nil)
	reason := "this FFmpeg has no encoder or codec of this name"
	usual, ok := usualNames[strings.ToLower(name)]
	if ok {
		reason += fmt.Sprintf("; did you mean %q?", usual)
	} else {
		reason += fault.DidYouMean(name, names)
	}
	return &fault.ConfigError{Field: "Codec", Value: name, Reason: reason, Supported: names}
}

// usualNames has FFmpeg's name for other names of a codec or an encoder, and an encoder for each
// codec that this FFmpeg may be unable to encode.
var usualNames = map[string]string{
	"avc": "h264", "h.264": "h264", "x264": "libx264", "h265": "hevc", "h.265": "hevc", "x265": "libx265",
	"svtav1": "libsvtav1", "svt-av1": "libsvtav1", "aom": "libaom-av1", "vpx": "libvpx", "vp09": "vp9",
	"vp08": "vp8", "lame": "libmp3lame", "pcm": "pcm_s16le", "wav": "pcm_s16le", "h264": "libx264",
	"hevc": "libx265", "av1": "libsvtav1", "vp9": "libvpx-vp9", "vp8": "libvpx", "mp3": "libmp3lame",
	"opus": "libopus",
}

// ResolveFor returns the encoder of a stream in these containers. An empty name means the first
// default codec of one of the containers that all of them carry. An error is a *fault.ConfigError.
func ResolveFor(
	name string, media astiav.MediaType, containers ...astiavx.Container,
) (*astiav.Codec, error) {
	if name == "" {
		return defaultEncoder(media, containers)
	}
	codec, err := Resolve(name, media)
	if err != nil {
		return nil, err
	}
	refusing := FindRefusing(codec.ID(), containers)
	if refusing != "" {
		reason := fmt.Sprintf("%s cannot carry %s; take another container, or one of these", refusing, codec.ID().Name())
		if refusing == container.Pictures {
			reason = "does not make the pictures that the extension of the files names; take another extension, or one of these"
		}
		return nil, cannotCarry(name, reason, media, containers)
	}
	return codec, nil
}

func defaultEncoder(media astiav.MediaType, containers []astiavx.Container) (*astiav.Codec, error) {
	for _, c := range containers {
		id := c.VideoCodec
		if media == astiav.MediaTypeAudio {
			id = c.AudioCodec
		}
		codec := usualEncoder(id, c)
		if id != astiav.CodecIDNone && codec != nil && FindRefusing(id, containers) == "" {
			return codec, nil
		}
	}
	reason := fmt.Sprintf("must be named: %s has no default codec for %s that this FFmpeg encodes",
		containers[0].Name, media)
	if len(containers) > 1 {
		reason = fmt.Sprintf("must be named: none of the default codecs for %s of these containers "+
			"is carried by all of them", media)
	}
	return nil, cannotCarry("", reason, media, containers)
}

// usualEncoder returns FFmpeg's first encoder of a codec. Its first one for WebP makes one
// animation of all pictures, so numbered pictures get the other.
func usualEncoder(id astiav.CodecID, c astiavx.Container) *astiav.Codec {
	if id == astiav.CodecIDWebp && c.Name == container.Pictures {
		return astiav.FindEncoderByName("libwebp")
	}
	return astiav.FindEncoder(id)
}

// FindRefusing returns the name of the first container that cannot carry a codec, or "" if all can.
// A container may still refuse the codec when its header is written.
func FindRefusing(id astiav.CodecID, containers []astiavx.Container) string {
	for _, c := range containers {
		can, known := container.Carries(c.Streams(), id)
		otherPicture := c.Name == container.Pictures && id != c.VideoCodec
		if known && !can || otherPicture || !container.CanStream(c.Name, id) || container.Unreadable(c.Streams(), id.Name()) {
			return c.Name
		}
	}
	return ""
}

// cannotCarry returns the error about a codec that a container cannot carry. If a container carries
// no codec of the medium at all, the reason says so instead.
func cannotCarry(name, reason string, media astiav.MediaType, containers []astiavx.Container) error {
	carriedBy := func(containers ...astiavx.Container) []string {
		return encoders(media, func(id astiav.CodecID) bool { return FindRefusing(id, containers) == "" })
	}
	supported := carriedBy(containers...)
	for _, c := range containers {
		if len(supported) == 0 && len(carriedBy(c)) == 0 {
			reason = fmt.Sprintf("%s carries no %s; take another container", c.Name, media)
			break
		}
	}
	return &fault.ConfigError{Field: "Codec", Value: name, Reason: reason, Supported: supported}
}

// ContainerNames returns the names of containers.
func ContainerNames(containers []astiavx.Container) []string {
	names := make([]string, len(containers))
	for i, c := range containers {
		names[i] = c.Name
	}
	return names
}
