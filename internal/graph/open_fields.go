package graph

import (
	"fmt"
	"strings"

	"github.com/asticode/go-astiav"
	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/nodes"
)

// outputFields returns the fields of the outputs in the line "open": the container and the path of
// a single output. Of several outputs, each has the same fields under a key of its own, because no
// key may be in a line twice.
func outputFields(targets []*target) []zap.Field {
	if len(targets) == 1 {
		return targets[0].openFields()
	}
	fields := make([]zap.Field, len(targets))
	for i, t := range targets {
		fields[i] = zap.Dict(fmt.Sprintf("output%d", i), t.openFields()...)
	}
	return fields
}

func (t *target) openFields() []zap.Field {
	return []zap.Field{zap.String("container", t.Container.Name), zap.String("path", t.Config.DisplayName())}
}

// openFields returns the fields of a video stream in the line "open".
func (e *videoEncoder) openFields(p *plan.Video) []zap.Field {
	c := e.convert
	fields := []zap.Field{
		zap.String("codec", e.name),
		zap.String("format", e.codec.PixelFormat().Name()),
		zap.Int("width", c.OutWidth),
		zap.Int("height", c.OutHeight),
		zap.String("rate", rateText(p.OutRate)),
		zap.Int("threads", e.threads),
		zap.String("conversion", conversionText(c)),
	}
	if p.ChangesRate() {
		fields = append(fields, zap.String("input_rate", rateText(p.Rate)))
	}
	if len(e.losses) > 0 {
		fields = append(fields, zap.String("input_loses", strings.Join(e.losses, ", ")))
	}
	if e.device != nil {
		fields = append(fields, zap.String("device", e.device.String()))
	}
	return fields
}

// conversionText tells how pictures are converted to the encoder's format: those in RGB, and those
// in the input format if that is another one.
func conversionText(c nodes.ConvertConfig) string {
	text := "rgb24: " + c.Path(astiav.PixelFormatRgb24)
	if c.InputFormat != astiav.PixelFormatRgb24 {
		text += fmt.Sprintf(", %s: %s", c.InputFormat.Name(), c.Path(c.InputFormat))
	}
	return text
}

// openFields returns the fields of an audio stream in the line "open".
func (e *audioEncoder) openFields() []zap.Field {
	return []zap.Field{
		zap.String("codec", e.name),
		zap.String("format", e.output.Format.Name()),
		zap.Int("rate", e.output.Rate),
		zap.String("channels", e.output.Layout.String()),
		zap.Int("input_rate", e.input.Rate),
		zap.Int("input_channels", e.input.Layout.Channels()),
		zap.Int64("bit_rate", e.codec.BitRate()),
	}
}
