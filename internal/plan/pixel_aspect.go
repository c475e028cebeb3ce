package plan

import (
	"fmt"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// mostPixelAspect, and its inverse, bound the shape of a pixel: codecs have 8 bits for each side of
// it.
const mostPixelAspect = 255

// checkPixelAspect turns the shape of a pixel into a fraction.
func (p *Video) checkPixelAspect() error {
	a := p.Config.PixelAspect
	if a == 0 {
		return nil
	}
	var ok bool
	if p.PixelAspect, ok = frameRate(a); !ok || a > mostPixelAspect || a < 1.0/mostPixelAspect {
		return &fault.ConfigError{
			Field: "PixelAspect",
			Value: a,
			Reason: fmt.Sprintf(
				"must be the width of a pixel by its height, from 1/%d to %d, such as 16.0/11",
				mostPixelAspect,
				mostPixelAspect,
			),
		}
	}
	return nil
}

// CheckAspectIn refuses a shape of pixels that neither the codec, which is open, nor one of the
// containers can say.
func (p *Video) CheckAspectIn(cc *astiav.CodecContext, containers []astiavx.Container) error {
	aspect, encoder := cc.SampleAspectRatio(), cc.CodecID().Name()
	if aspect.Num() <= 0 || aspect.Den() <= 0 {
		return nil
	}
	e := &fault.ConfigError{Field: "PixelAspect", Value: p.Config.PixelAspect}
	if given, ok := p.Config.ExtraOptions["aspect"]; ok {
		e.Field, e.Value = avoption.ExtraField("aspect"), given
	}
	says := func(c astiavx.Container) bool {
		return container.KeepsPixelAspect(c.Name, encoder, aspect.Float64(), cc.Width(), cc.Height())
	}
	for _, c := range containers {
		if says(c) {
			continue
		}
		e.Reason = fmt.Sprintf(
			"neither %s nor %s in it can say that a pixel has this shape; take another container, scale the pictures to square pixels",
			c.Name,
			encoder,
		)
		e.Reason += ", or take a codec that says it: h264, hevc, mpeg4"
		for _, name := range []string{"mp4", "mov", "matroska", "webm", "avi", "nut"} {
			other, _ := astiavx.GuessContainer(name, "")
			if codec.FindRefusing(cc.CodecID(), []astiavx.Container{other}) == "" && says(other) {
				e.Supported = append(e.Supported, strings.Replace(name, "matroska", "mkv", 1))
			}
		}
		return e
	}
	return nil
}
