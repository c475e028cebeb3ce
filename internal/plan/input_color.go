package plan

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/color"
)

// InputColor says what input that is YUV already is made of: what is wished for the encoded video,
// or else what is usual for the input's format and height. Chroma that stays 4:2:0 stays where it
// is.
func (p *Video) InputColor(encoded astiav.PixelFormat, tags astiavx.Color) astiavx.Color {
	input, _, _ := p.Color.Resolve(
		color.Target{Format: p.InputFormat, Height: p.Config.Height},
	) // its names have been checked
	if color.IsSubsampled420(astiavx.DescribePixelFormat(encoded)) &&
		color.IsSubsampled420(astiavx.DescribePixelFormat(p.InputFormat)) {
		input.Location = tags.Location
	}
	return input
}
