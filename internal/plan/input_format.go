package plan

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// readInputFormat finds the pixel format of the caller's frames, "" is rgb24, and how frames of the
// layout Raw lie in memory.
func (p *Video) readInputFormat() error {
	name := p.Config.InputFormat
	if name == "" {
		name = "rgb24"
	}
	refuse := func(reason string) error {
		return &fault.ConfigError{Field: "InputFormat", Value: name, Reason: reason}
	}
	format, width, height := astiav.FindPixelFormatByName(name), p.Config.Width, p.Config.Height
	info := astiavx.DescribePixelFormat(format)
	if format == astiav.PixelFormatNone || info.Hardware {
		return unknownPixelFormat("InputFormat", name, astiavx.PixelFormats(astiavx.CanScaleFrom))
	}
	encoded := astiav.FindPixelFormatByName(p.Config.PixelFormat)
	if p.Config.PixelFormat != "" && encoded != format && !astiavx.CanScaleFrom(format) {
		return refuse("there is no conversion from it; it can only be encoded as it is, with PixelFormat " + name)
	}
	raw, ok := astiavx.RawLayout(format, width, height)
	switch {
	case !ok:
		return refuse(fmt.Sprintf("cannot hold %d×%d pixels", width, height))
	case info.Mosaic && min(width, height) < 2: // swscale would end the process
		return refuse(fmt.Sprintf("has blocks of 2×2 pixels; %d×%d pixels hold none", width, height))
	}
	p.InputFormat, p.raw = format, raw
	return nil
}
