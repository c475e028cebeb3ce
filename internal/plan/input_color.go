package plan

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/color"
)

// matrixHeight returns the height that decides the matrix of the encoded video if the config names
// none: that of the video. If YUV is scaled, it is that of the input, so that its values keep their
// meaning.
func (p *Video) matrixHeight(s *VideoEncoder) int {
	info := astiavx.DescribePixelFormat(p.InputFormat)
	if s.scaledWidth > 0 && !info.RGB && !info.Gray {
		return p.Config.Height
	}
	return s.Height
}

// InputColor returns the colour properties of input that is YUV already: those that the user asks
// for in the video, otherwise those that are usual for the input's format and height. If 4:2:0 is
// encoded as 4:2:0, chroma stays in its place: the input has the location of tags, the properties
// of the video.
func (p *Video) InputColor(encoded astiav.PixelFormat, tags astiavx.Color) astiavx.Color {
	target := color.Target{Format: p.InputFormat, Height: p.Config.Height}
	input, _, _ := p.Color.Resolve(target) // NewVideo has checked the names
	is420 := func(f astiav.PixelFormat) bool { return color.IsSubsampled420(astiavx.DescribePixelFormat(f)) }
	if is420(encoded) && is420(p.InputFormat) {
		input.Location = tags.Location
	}
	return input
}
