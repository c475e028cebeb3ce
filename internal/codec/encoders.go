package codec

import (
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// WellKnownEncoders come first where a message lists encoders.
var WellKnownEncoders = []string{
	"libx264", "libx265", "libsvtav1", "libaom-av1", "libvpx-vp9", "libvpx", "prores_ks", "ffv1", "mpeg4",
	"mpeg2video", "mjpeg", "png", "gif", "rawvideo", "aac", "libopus", "libmp3lame", "flac", "libvorbis",
	"ac3", "eac3", "alac", "pcm_s16le", "pcm_s24le", "pcm_f32le", "mp2", "wavpack",
}

// encoders returns the names of the software encoders of a medium, the well-known first. It leaves
// out codecs for which carries returns false; nil leaves none out.
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

// encodersWith returns the names of the software video encoders that have an option with this key.
func encodersWith(key string) []string {
	return slices.DeleteFunc(encoders(astiav.MediaTypeVideo, nil), func(name string) bool {
		_, ok := avoption.Find(avoption.EncoderOptions(name), key)
		return !ok
	})
}

// hardwareSuffixes end the names of FFmpeg's encoders that need a device.
var hardwareSuffixes = []string{
	"_nvenc", "_vaapi", "_qsv", "_amf", "_v4l2m2m", "_vulkan", "_videotoolbox", "_mediacodec", "_omx", "_rkmpp",
}

// isHardware reports whether an encoder needs a device, which Device "cpu" excludes.
func isHardware(encoder string) bool {
	return slices.ContainsFunc(hardwareSuffixes, func(suffix string) bool {
		return strings.HasSuffix(encoder, suffix)
	})
}

// EncodersOf returns the names of the encoders of a codec, the well-known ones first.
func EncodersOf(id astiav.CodecID) []string {
	return encoders(id.MediaType(), func(c astiav.CodecID) bool { return c == id })
}
