package graph

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
)

// firstSizeProbe is the first of the videoProbes that is a size.
const firstSizeProbe = "vga"

// videoProbes are what is harmless to most encoders, by the field that it takes the place of. Some
// know a few sizes only: H.261 and H.263 (CIF), DV (PAL), DNxHD (1080p).
var videoProbes = []struct {
	name, field   string
	width, height int
	threads       int
	rate          astiav.Rational
}{
	{name: "threads", field: "Threads", threads: 1},
	{name: "rate", field: "FrameRate", rate: astiav.NewRational(25, 1)},
	{name: firstSizeProbe, field: "Width", width: 640, height: 480},
	{name: "cif", field: "Width", width: 352, height: 288},
	{name: "pal", field: "Width", width: 720, height: 576},
	{name: "hd", field: "Width", width: 1920, height: 1080},
	{name: "cif 25", field: "Width", width: 352, height: 288, rate: astiav.NewRational(25, 1)},
	{name: "pal 25", field: "Width", width: 720, height: 576, rate: astiav.NewRational(25, 1)},
}

// setUp sets the fields of the encoder that are no options. A probe replaces one of them by a
// harmless value, to find out which of them the encoder refuses.
func (a *videoAttempt) setUp(cc *astiav.CodecContext, probe string) {
	s := a.encoded
	rate, width, height, threads := a.plan.Rate, s.Width, s.Height, codec.ThreadCount(a.opener.Codec.Name(), a.threads)
	if f := astiav.FindPixelFormatByName(probe); f != astiav.PixelFormatNone {
		s.Format = f
	}
	if w, h, ok := codec.ProbedSize(probe); ok {
		width, height = w, h
	}
	for _, v := range videoProbes {
		if v.name != probe {
			continue
		}
		if v.width > 0 {
			width, height = v.width, v.height
		}
		if v.threads > 0 {
			threads = v.threads
		}
		if v.rate.Num() > 0 {
			rate = v.rate
		}
	}
	cc.SetWidth(width)
	cc.SetHeight(height)
	cc.SetPixelFormat(s.Format)
	cc.SetFramerate(rate)
	cc.SetTimeBase(rate.Invert())
	cc.SetThreadCount(threads)
	if a.plan.PixelAspect.Num() > 0 {
		cc.SetSampleAspectRatio(a.plan.PixelAspect)
	}
	astiavx.SetEncoderColor(cc, s.Color)
	if a.device != nil {
		a.device.Attach(cc)
	}
}
