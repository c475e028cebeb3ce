package codec

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// Resolve finds the encoder for a name of an encoder or of a codec. Where a name is both, it means the codec, whose first encoder is never an
// experimental one if there is another: "opus" is libopus, "vorbis" libvorbis.
func Resolve(name string, media astiav.MediaType) (*astiav.Codec, error) {
	var codec *astiav.Codec
	if id, ok := astiavx.CodecID(name); ok {
		codec = astiav.FindEncoder(id)
	}
	if codec == nil {
		codec = astiav.FindEncoderByName(name)
	}
	switch {
	case codec == nil:
		return nil, unknownCodec(name, media)
	case codec.ID().MediaType() != media:
		return nil, &fault.ConfigError{Field: "Codec", Value: name, Reason: "does not encode " + media.String(), Supported: encoders(media, nil)}
	default:
		return codec, nil
	}
}

func unknownCodec(name string, media astiav.MediaType) error {
	names := encoders(media, nil)
	reason := "this FFmpeg has no encoder or codec of this name"
	if usual, ok := usualNames[strings.ToLower(name)]; ok {
		reason += fmt.Sprintf("; did you mean %q?", usual)
	} else {
		reason += fault.DidYouMean(name, names)
	}
	return &fault.ConfigError{Field: "Codec", Value: name, Reason: reason, Supported: names}
}

// usualNames are those by which a codec is known where FFmpeg has another.
var usualNames = map[string]string{
	"avc": "h264", "h.264": "h264", "x264": "libx264", "h265": "hevc", "h.265": "hevc", "x265": "libx265", "svtav1": "libsvtav1", "svt-av1": "libsvtav1",
	"aom": "libaom-av1", "vpx": "libvpx", "vp09": "vp9", "vp08": "vp8", "lame": "libmp3lame", "pcm": "pcm_s16le", "wav": "pcm_s16le",
	"h264": "libx264", "hevc": "libx265", "av1": "libsvtav1", "vp9": "libvpx-vp9", "vp8": "libvpx", "mp3": "libmp3lame", "opus": "libopus",
}

// ResolveFor finds the encoder of a stream in these containers: the one that is named, or the first default of one of them that all carry.
func ResolveFor(name string, media astiav.MediaType, containers ...astiavx.Container) (*astiav.Codec, error) {
	if name == "" {
		return defaultEncoder(media, containers)
	}
	codec, err := Resolve(name, media)
	if err != nil {
		return nil, err
	}
	if refuses := FindRefusing(codec.ID(), containers); refuses != "" {
		reason := fmt.Sprintf("%s cannot carry %s; take another container, or one of these", refuses, codec.ID().Name())
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
		codec := astiav.FindEncoder(id)
		if id != astiav.CodecIDNone && codec != nil && FindRefusing(id, containers) == "" {
			return codec, nil
		}
	}
	reason := fmt.Sprintf("must be named: %s has no default codec for %s that this FFmpeg encodes", containers[0].Name, media)
	if len(containers) > 1 {
		reason = fmt.Sprintf("must be named: no default codec for %s of these containers is one that all of them carry", media)
	}
	return nil, cannotCarry("", reason, media, containers)
}

// FindRefusing is the name of the first container that cannot hold a codec; "": all can, as far as is known without writing a header.
func FindRefusing(id astiav.CodecID, containers []astiavx.Container) string {
	for _, c := range containers {
		can, known := c.Carries(id)
		if known && !can || container.Unreadable(c.Name, id.Name()) {
			return c.Name
		}
	}
	return ""
}

// cannotCarry is the error about a codec that a container cannot hold, or about a medium of which it can hold none.
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

// WellKnownEncoders stand first where a message lists what would do.
var WellKnownEncoders = []string{
	"libx264", "libx265", "libsvtav1", "libaom-av1", "libvpx-vp9", "libvpx", "prores_ks", "ffv1", "mpeg4", "mpeg2video", "mjpeg", "png", "gif", "rawvideo",
	"aac", "libopus", "libmp3lame", "flac", "libvorbis", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s24le", "pcm_f32le", "mp2", "wavpack",
}

// encoders lists the software encoders of a medium, those that the filter lets through, the well-known first.
func encoders(media astiav.MediaType, carries func(astiav.CodecID) bool) []string {
	var names []string
	for _, c := range astiav.Codecs() {
		if !c.IsEncoder() || c.ID().MediaType() != media || isHardware(c.Name()) {
			continue
		}
		if carries == nil || carries(c.ID()) {
			names = append(names, c.Name())
		}
	}
	slices.Sort(names)
	return fault.KnownFirst(names, WellKnownEncoders)
}

// isHardware says whether an encoder needs a device of a kind that Device "cpu" excludes, by FFmpeg's naming.
func isHardware(encoder string) bool {
	for _, suffix := range []string{"_nvenc", "_vaapi", "_qsv", "_amf", "_v4l2m2m", "_vulkan", "_videotoolbox", "_mediacodec", "_omx", "_rkmpp"} {
		if strings.HasSuffix(encoder, suffix) {
			return true
		}
	}
	return false
}

// ExplainEncoder finds a reason for which an encoder never opens here, whatever it is told; nil where there is none.
func ExplainEncoder(name string, err error) error {
	switch {
	case errors.Is(err, astiav.ErrExperimental):
		return &fault.ConfigError{Field: "Codec", Value: name, Reason: "is experimental in FFmpeg; set ExtraOptions[strict] to experimental to use it all the same"}
	case isHardware(name):
		return &fault.ConfigError{Field: "Codec", Value: name, Reason: "does not open: it needs hardware or a driver that is not here", Err: err}
	default:
		return nil
	}
}

// ContainerNames are the names of the containers.
func ContainerNames(containers []astiavx.Container) []string {
	names := make([]string, len(containers))
	for i, c := range containers {
		names[i] = c.Name
	}
	return names
}
