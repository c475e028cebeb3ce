package graph

import (
	"fmt"
	"strings"

	"github.com/asticode/go-astiav"
	"go.uber.org/zap"

	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// lostWish is a wish that could not be heeded.
type lostWish struct {
	stream int // or pipeline.NoStream
	node   string
	text   string
}

// chosenOutputs are what the line at Open says of the outputs: of a single one its container and
// path, of several the same under a key for each, since no key may be in a line twice.
func (b *builder) chosenOutputs() []zap.Field {
	if len(b.targets) == 1 {
		return b.targets[0].chosen()
	}
	fields := make([]zap.Field, len(b.targets))
	for i, t := range b.targets {
		fields[i] = zap.Dict(fmt.Sprintf("output%d", i), t.chosen()...)
	}
	return fields
}

func (t *target) chosen() []zap.Field {
	return []zap.Field{zap.String("container", t.Container.Name), zap.String("path", t.Config.DisplayName())}
}

// chosen are what the line at Open says of a stream of pictures.
func (e *videoEncoder) chosen(rate astiav.Rational) []zap.Field {
	c := e.convert
	fields := []zap.Field{
		zap.String(
			"codec",
			e.name,
		),
		zap.String("format", c.Format.Name()),
		zap.Int("width", c.OutWidth),
		zap.Int("height", c.OutHeight),
		zap.String("rate", rateText(rate)),
		zap.Int("threads", e.threads),
		zap.String("conversion", conversions(c)),
	}
	if len(e.losses) > 0 {
		fields = append(fields, zap.String("input_loses", strings.Join(e.losses, ", ")))
	}
	if e.device != nil {
		fields = append(fields, zap.String("device", e.device.String()))
	}
	return fields
}

// conversions says how pictures come into the encoder's format: those of R G B, and those in the
// input format where that is another.
func conversions(c nodes.ConvertConfig) string {
	said := "rgb24: " + c.Path(astiav.PixelFormatRgb24)
	if c.InputFormat != astiav.PixelFormatRgb24 {
		said += fmt.Sprintf(", %s: %s", c.InputFormat.Name(), c.Path(c.InputFormat))
	}
	return said
}

// chosen are what the line at Open says of a stream of sound.
func (e *audioEncoder) chosen() []zap.Field {
	return []zap.Field{
		zap.String(
			"codec",
			e.name,
		),
		zap.String("format", e.output.Format.Name()),
		zap.Int("rate", e.output.Rate),
		zap.String("channels", e.output.Layout.String()),
		zap.Int(
			"input_rate",
			e.input.Rate,
		),
		zap.Int("input_channels", e.input.Layout.Channels()),
		zap.Int64("bit_rate", e.codec.BitRate()),
	}
}

// LogOpen says what was chosen. What FFmpeg logged while the encoder was opened comes after that.
func (r *Run) LogOpen() {
	r.Log.Log(zap.InfoLevel, "open", r.chosen...)
	for _, lost := range r.lost {
		fields := []zap.Field{zap.String("node", lost.node)}
		if lost.stream != pipeline.NoStream {
			fields = append(fields, zap.Int("stream", lost.stream))
		}
		r.Log.Log(zap.WarnLevel, lost.text, fields...)
	}
	r.lines.Flush()
}

func StreamKey(index int) string { return fmt.Sprintf("stream%d", index) }
