package rgbyuv

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkConvert converts a 1080p picture and copies it, in turn, and reports the medians of
// both. "x-copy" is how many times as long as the copy of the input, by copy(), the conversion
// takes: the machine's noise hits both.
func BenchmarkConvert(b *testing.B) {
	const width, height = 1920, 1080
	from := natural(width, height)
	for _, l := range levels() {
		for _, in := range []Input{PlanarRGB, RGB24, RGBA, JPEG444, JPEG420} {
			for o := range numOutputs {
				b.Run(l.String()+"/"+in.String()+"/"+o.String(), func(b *testing.B) {
					src, dst := from.input(in, guarded(0, 0)), newOutput(o, width, height, guarded(0, 0))
					c, _ := newAt(l, Config{Input: in, Output: o, Matrix: BT709})
					report(b, src, func() { c.Convert(dst.planes(), src.planes(), width, height) })
				})
			}
		}
	}
}

// BenchmarkSiting shows what the longer filters cost.
func BenchmarkSiting(b *testing.B) {
	const width, height = 1920, 1080
	from := natural(width, height)
	for _, in := range []Input{PlanarRGB, RGB24} {
		for s := range numSitings {
			cfg := Config{Input: in, Output: I420, Matrix: BT709, Siting: s}
			b.Run(cfg.String(), func(b *testing.B) {
				src, dst := from.input(in, guarded(0, 0)), newOutput(I420, width, height, guarded(0, 0))
				c, _ := New(cfg)
				report(b, src, func() { c.Convert(dst.planes(), src.planes(), width, height) })
			})
		}
	}
}

func report(b *testing.B, src picture, convert func()) {
	var bytes int
	copies := make(picture, len(src))
	for i, p := range src {
		bytes += len(p.mem)
		copies[i].mem = make([]byte, len(p.mem))
	}
	var converting, copying []time.Duration
	for b.Loop() {
		start := time.Now()
		convert()
		middle := time.Now()
		for i := range src {
			copy(copies[i].mem, src[i].mem)
		}
		converting, copying = append(converting, middle.Sub(start)), append(copying, time.Since(middle))
	}
	t, floor := median(converting), median(copying)
	b.ReportMetric(float64(t.Nanoseconds()), "ns/op")
	b.ReportMetric(float64(bytes)/t.Seconds()/1e6, "MB/s")
	b.ReportMetric(float64(floor.Nanoseconds()), "copy-ns")
	b.ReportMetric(t.Seconds()/floor.Seconds(), "x-copy")
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
