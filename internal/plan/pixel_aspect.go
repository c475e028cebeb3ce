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

// mostPixelAspect is the largest width of a pixel by its height, and its inverse the smallest:
// codecs have 8 bits for each of the two numbers.
const mostPixelAspect = 255

// readPixelAspect turns the shape of a pixel into a fraction.
func (p *Video) readPixelAspect() error {
	aspect := p.Config.PixelAspect
	if aspect == 0 {
		return nil
	}
	fraction, ok := nearestFraction(aspect)
	if !ok || aspect > mostPixelAspect || aspect < 1.0/mostPixelAspect {
		const text = "must be the width of a pixel by its height, from 1/%d to %d, such as 16.0/11"
		reason := fmt.Sprintf(text, mostPixelAspect, mostPixelAspect)
		return &fault.ConfigError{Field: "PixelAspect", Value: aspect, Reason: reason}
	}
	p.PixelAspect = fraction
	return nil
}

// CheckAspectIn returns an error for a shape of pixels that neither the codec, which is open, nor
// one of the containers can signal.
func (p *Video) CheckAspectIn(cc *astiav.CodecContext, containers []astiavx.Container) error {
	aspect, name := cc.SampleAspectRatio(), cc.CodecID().Name()
	if aspect.Num() <= 0 || aspect.Den() <= 0 {
		return nil
	}
	signals := func(c astiavx.Container) bool {
		return container.KeepsPixelAspect(c.Streams(), name, aspect.Float64(), cc.Width(), cc.Height())
	}
	for _, c := range containers {
		if !signals(c) {
			return p.aspectError(cc.CodecID(), c, signals)
		}
	}
	return nil
}

// aspectError returns the error about a container that does not signal the shape of pixels. It
// lists well-known containers that carry the codec and signal the shape.
func (p *Video) aspectError(id astiav.CodecID, c astiavx.Container, signals func(astiavx.Container) bool) error {
	const text = "neither %s nor %s in it can signal this shape of pixels; take another container, " +
		"scale the pictures to square pixels, or take a codec that signals the shape: h264, hevc, mpeg4"
	e := &fault.ConfigError{Field: "PixelAspect", Value: p.Config.PixelAspect}
	e.Reason = fmt.Sprintf(text, c.Name, id.Name())
	if given, ok := p.Config.ExtraOptions["aspect"]; ok {
		e.Field, e.Value = avoption.ExtraField("aspect"), given
	}
	for _, name := range []string{"mp4", "mov", "matroska", "webm", "avi", "nut"} {
		other, _ := astiavx.GuessContainer(name, "")
		if codec.FindRefusing(id, []astiavx.Container{other}) == "" && signals(other) {
			e.Supported = append(e.Supported, strings.Replace(name, "matroska", "mkv", 1))
		}
	}
	return e
}
