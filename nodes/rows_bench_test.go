package nodes

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// BenchmarkRows converts 1080p pictures whose rows are packed, at multiples of 256 bytes, and
// bottom up, in turn. "padded" and "bottomup" are the speeds in proportion to packed rows: the
// medians of the ratios within a turn, which the machine's noise hits alike.
func BenchmarkRows(b *testing.B) {
	for _, c := range []struct{ name, input, output string }{
		{"kernel", "rgb24", "yuv420p"},
		{"kernel", "rgba", "nv12"},
		{"kernel", "gbrp", "yuv420p"},
		{"swscale", "rgb24", "yuv420p10le"},
		{"swscale", "yuyv422", "yuv420p"},
		{"copy", "yuv420p", "yuv420p"},
		{"copy", "rgb24", "rgb24"},
	} {
		b.Run(c.name+"/"+c.input+" to "+c.output, func(b *testing.B) {
			benchmarkRows(b, astiav.FindPixelFormatByName(c.input), astiav.FindPixelFormatByName(c.output))
		})
	}
}

func benchmarkRows(b *testing.B, input, output astiav.PixelFormat) {
	const width, height = 1920, 1080
	cfg := sameSize(width, height, output, bt709(astiav.ColorRangeMpeg))
	cfg.InputColor = cfg.Color
	if astiavx.DescribePixelFormat(output).RGB {
		cfg.Color.Space, cfg.Color.Range = astiav.ColorSpaceRgb, astiav.ColorRangeJpeg
	}
	c, err := NewConvert(cfg)
	require.NoError(b, err)
	defer c.Close()
	var pinner runtime.Pinner
	defer pinner.Unpin()
	inputs := []pipeline.Input{
		rowsAt(&pinner, input, width, height, 1, false), rowsAt(&pinner, input, width, height, 256, false),
		rowsAt(&pinner, input, width, height, 1, true),
	}
	emit := func(f pipeline.Frame) error {
		f.Free()
		return nil
	}
	took := make([][]float64, len(inputs))
	for turn := 0; b.Loop(); turn++ {
		now := make([]float64, len(inputs))
		for k := range inputs {
			i := (turn + k) % len(inputs) // each comes first in turn
			start := time.Now()
			require.NoError(b, c.Process(context.Background(), inputs[i], emit))
			now[i] = time.Since(start).Seconds()
		}
		for i := range now {
			took[i] = append(took[i], now[0]/now[i])
		}
	}
	for i, unit := range []string{"", "padded", "bottomup"} {
		if i > 0 {
			slices.Sort(took[i])
			b.ReportMetric(took[i][len(took[i])/2], unit)
		}
	}
}

// rowsAt returns a picture in pinned memory, whose strides are multiples of step.
func rowsAt(
	pinner *runtime.Pinner, format astiav.PixelFormat, width, height, step int, bottomUp bool,
) pipeline.Input {
	in := pipeline.Input{Format: format}
	for i, p := range planesOf(format, width, height) {
		stride := (p.bytes + step - 1) / step * step
		memory := make([]byte, stride*p.rows)
		for k := range memory {
			memory[k] = byte(k * 7)
		}
		pinner.Pin(&memory[0])
		in.Planes[i], in.Strides[i] = unsafe.Pointer(&memory[0]), stride
		if bottomUp {
			in.Planes[i], in.Strides[i] = unsafe.Pointer(&memory[stride*(p.rows-1)]), -stride
		}
	}
	return in
}
