package api

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer"
)

// mostPixelAspect, and its inverse, bound the shape of a pixel: codecs have 8 bits for each side of
// it.
const mostPixelAspect = 255

// checkPixelAspect turns the shape of a pixel into a fraction.
func (p *videoPlan) checkPixelAspect() error {
	a := p.cfg.PixelAspect
	if a == 0 {
		return nil
	}
	var ok bool
	if p.pixelAspect, ok = frameRate(a); !ok || a > mostPixelAspect || a < 1.0/mostPixelAspect {
		return &ConfigError{Field: "PixelAspect", Value: a, Reason: fmt.Sprintf("must be the width of a pixel by its height, from 1/%d to %d, such as 16.0/11", mostPixelAspect, mostPixelAspect)}
	}
	return nil
}

// aspectContainers say the shape of a pixel themselves, for every codec, as do mp4, mov and their
// kin.
var aspectContainers = []string{"matroska", "webm", "avi", "nut", "asf", "asf_stream", "yuv4mpegpipe"}

// aspectCodecs say the shape of a pixel in what they encode: whether they can say this one, of
// pictures of this size, to half a percent. Other codecs do not say it.
var aspectCodecs = map[string]func(aspect float64, width, height int) bool{
	"h264": anyAspect, "hevc": anyAspect, "mpeg4": anyAspect, "mjpeg": anyAspect, "png": anyAspect, "apng": anyAspect, "tiff": anyAspect, "dirac": anyAspect,
	"mpeg2video": func(aspect float64, width, height int) bool { // ITU-T H.262, table 6-3: the shape of the picture
		return isNear(aspect, 1) || isNear(aspect*float64(width)/float64(height), 4.0/3, 16.0/9, 2.21)
	},
	"mpeg1video": func(aspect float64, _, _ int) bool { // ISO/IEC 11172-2, 2.4.3.2: the height of a pixel by its width
		return isNear(1/aspect, 1, 0.6735, 0.7031, 0.7615, 0.8055, 0.8437, 0.8935, 0.9157, 0.9815, 1.0255, 1.0695, 1.0950, 1.1575, 1.2015)
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

func isNear(v float64, these ...float64) bool {
	return slices.ContainsFunc(these, func(w float64) bool { return math.Abs(v/w-1) < 0.005 })
}

// saysAspect says whether a container with this codec keeps the shape of a pixel.
func saysAspect(container, codec string, aspect float64, width, height int) bool {
	if aspect == 1 || container != "avif" && muxer.IsMovFamily(container) || slices.Contains(aspectContainers, container) {
		return true
	}
	if container == "ogg" || container == "ogv" {
		return codec == "vp8" || codec == "theora"
	}
	says, ok := aspectCodecs[codec]
	return ok && container != "swf" && container != "avm2" && container != "avif" && says(aspect, width, height)
}

// checkAspectIn refuses a shape of pixels that neither the codec, which is open, nor one of the
// containers can say.
func (p *videoPlan) checkAspectIn(cc *astiav.CodecContext, containers []astiavx.Container) error {
	aspect, codec := cc.SampleAspectRatio(), cc.CodecID().Name()
	if aspect.Num() <= 0 || aspect.Den() <= 0 {
		return nil
	}
	e := &ConfigError{Field: "PixelAspect", Value: p.cfg.PixelAspect}
	if given, ok := p.cfg.ExtraOptions["aspect"]; ok {
		e.Field, e.Value = extraField("aspect"), given
	}
	says := func(c astiavx.Container) bool {
		return saysAspect(c.Name, codec, aspect.Float64(), cc.Width(), cc.Height())
	}
	for _, c := range containers {
		if says(c) {
			continue
		}
		e.Reason = fmt.Sprintf("neither %s nor %s in it can say that a pixel has this shape; take another container, scale the pictures to square pixels", c.Name, codec)
		e.Reason += ", or take a codec that says it: h264, hevc, mpeg4"
		for _, name := range []string{"mp4", "mov", "matroska", "webm", "avi", "nut"} {
			other, _ := astiavx.GuessContainer(name, "")
			if refusing(cc.CodecID(), []astiavx.Container{other}) == "" && says(other) {
				e.Supported = append(e.Supported, strings.Replace(name, "matroska", "mkv", 1))
			}
		}
		return e
	}
	return nil
}
