package container

import (
	"math"
	"slices"
)

// aspectContainers signal the pixel aspect ratio themselves, for every codec, as the mov family
// does.
var aspectContainers = []string{"matroska", "webm", "avi", "nut", "asf", "asf_stream", "yuv4mpegpipe"}

// noAspect are the containers that lose even a pixel aspect ratio that the codec signals.
var noAspect = []string{"swf", "avm2", "avif"}

// aspectCodecs are the codecs that signal the pixel aspect ratio in their stream. Each function
// says whether the codec can signal this ratio, for pictures of this size, to half a percent.
var aspectCodecs = map[string]func(aspect float64, width, height int) bool{
	"h264": anyAspect, "hevc": anyAspect, "mpeg4": anyAspect, "mjpeg": anyAspect,
	"png": anyAspect, "apng": anyAspect, "tiff": anyAspect, "dirac": anyAspect,

	"mpeg2video": func(aspect float64, width, height int) bool { // ITU-T H.262, table 6-3: the shape of the picture
		return isNear(aspect, 1) || isNear(aspect*float64(width)/float64(height), 4.0/3, 16.0/9, 2.21)
	},
	"mpeg1video": func(aspect float64, _, _ int) bool { // ISO/IEC 11172-2, 2.4.3.2: the height of a pixel by its width
		return isNear(1/aspect, 1, 0.6735, 0.7031, 0.7615, 0.8055, 0.8437, 0.8935,
			0.9157, 0.9815, 1.0255, 1.0695, 1.0950, 1.1575, 1.2015)
	},
	"gif": func(aspect float64, _, _ int) bool { // GIF89a, section 18: in 64ths, from 16 on
		sixtyFourths := math.Round(aspect * 64)
		return sixtyFourths >= 16 && sixtyFourths <= 15+255 && isNear(aspect, sixtyFourths/64)
	},
	"dvvideo": func(aspect float64, width, height int) bool {
		return isNear(aspect*float64(width)/float64(height), 4.0/3, 16.0/9)
	},
}

func anyAspect(float64, int, int) bool { return true }

// isNear says whether a ratio is one of these, to half a percent.
func isNear(v float64, these ...float64) bool {
	return slices.ContainsFunc(these, func(w float64) bool { return math.Abs(v/w-1) < 0.005 })
}

// KeepsPixelAspect says whether a file of this container and codec keeps a pixel aspect ratio (the
// width of a pixel divided by its height), for pictures of this size.
func KeepsPixelAspect(format, codec string, aspect float64, width, height int) bool {
	switch {
	case aspect == 1:
		return true
	case slices.Contains(noAspect, format):
		return false
	case IsMovFamily(format) || slices.Contains(aspectContainers, format):
		return true
	case format == "ogg" || format == "ogv":
		return codec == "vp8" || codec == "theora"
	}
	signals, ok := aspectCodecs[codec]
	return ok && signals(aspect, width, height)
}
