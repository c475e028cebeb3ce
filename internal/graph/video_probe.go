package graph

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
)

// videoSettings are the fields of an encoder that a probe replaces, to find out which of them the
// encoder refuses.
type videoSettings struct {
	width, height int
	format        astiav.PixelFormat
	rate          astiav.Rational // frames per second
	threads       int             // 0: a device decides
}

func (a *videoAttempt) newSettings() videoSettings {
	return videoSettings{
		width: a.encoded.Width, height: a.encoded.Height, format: a.encoded.Format,
		rate: a.plan.OutRate, threads: codec.ThreadCount(a.opener.Codec.Name(), a.threads),
	}
}

// timeBase returns the time base of the encoder.
func (a *videoAttempt) timeBase() astiav.Rational {
	if a.plan.Config.VariableRate && !a.plan.ChangesRate() {
		return a.plan.InputTimeBase(a.opener.Codec.ID())
	}
	return a.settings.rate.Invert()
}

// opensWith reports whether the encoder opens after a change of its settings. The change is undone.
func (a *videoAttempt) opensWith(change func(s *videoSettings)) bool {
	planned := a.settings
	change(&a.settings)
	opens := a.opener.Opens()
	a.settings = planned
	return opens
}

// usualSizes are sizes that even those encoders take which take only a few: H.261 and H.263 (CIF),
// DV (PAL), DNxHD (1080p). The first is small enough for encoders that have a maximum.
var usualSizes = [][2]int{{640, 480}, {352, 288}, {720, 576}, {1920, 1080}}

// usualRate is a frame rate that all video encoders take at the sizes that they take.
const usualRate = 25

// findUsualSize returns a size with which the encoder opens, also if it opens only at the usual
// rate.
func (a *videoAttempt) findUsualSize() (width, height int, ok bool) {
	for _, rate := range []astiav.Rational{a.settings.rate, astiav.NewRational(usualRate, 1)} {
		for _, size := range usualSizes {
			opens := a.opensWith(func(s *videoSettings) { s.width, s.height, s.rate = size[0], size[1], rate })
			if opens {
				return size[0], size[1], true
			}
		}
	}
	return 0, 0, false
}

// setUp sets those fields of the encoder that are not options.
func (a *videoAttempt) setUp(cc *astiav.CodecContext) {
	s := a.settings
	cc.SetWidth(s.width)
	cc.SetHeight(s.height)
	cc.SetPixelFormat(s.format)
	cc.SetFramerate(s.rate)
	cc.SetTimeBase(a.timeBase())
	cc.SetThreadCount(s.threads)
	if a.plan.PixelAspect.Num() > 0 {
		cc.SetSampleAspectRatio(a.plan.PixelAspect)
	}
	astiavx.SetEncoderColor(cc, a.encoded.Color)
	if a.device != nil {
		a.device.Attach(cc)
	}
}
