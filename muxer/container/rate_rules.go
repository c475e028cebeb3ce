package container

import (
	"math"

	"github.com/asticode/go-astiav"
)

// rateRules are the containers that can signal fewer rates than their time base suggests. FFmpeg's
// muxers write another rate instead of refusing one.
var rateRules = map[string]rateRule{
	"avi": { // avi_write_header in avienc.c writes 600 instead
		most: 1000, reason: "FFmpeg writes no rate above 1000 into avi",
		examples: []string{"1000", "600", "500", "240", "120", "60"},
	},
	"gif": { // gif_get_delay in gif.c: 16 bits of 1/100 s; browsers show a delay below 2 of them as 10
		least: 100.0 / math.MaxUint16, most: 50,
		reason:   "gif counts in hundredths of a second, and viewers show a picture of fewer than two of them for ten",
		examples: []string{"50", "25", "20", "10"},
	},
	"apng": { // apng_write_packet in apngenc.c
		least: 1.0 / math.MaxUint16, most: math.MaxUint16,
		reason: "apng gives the time of a picture as a fraction of two numbers of 16 bits",
	},
	"webp": { // flush in webpenc.c
		least: 1000.0 / (1<<24 - 1), most: 1000,
		reason: "webp gives the duration of a picture as milliseconds in 24 bits",
	},
	"swf":       flash,
	"avm2":      flash,
	"film_cpk":  {whole: true, reason: "film_cpk has whole frames per second only"},  // film_write_header in segafilmenc.c
	"filmstrip": {whole: true, reason: "filmstrip has whole frames per second only"}, // write_trailer in filmstripenc.c
}

// flash has 8.8 bits of frames per second (swf_write_header in swfenc.c). FFmpeg rounds other
// rates.
var flash = rateRule{least: 1, most: 255, reason: "Flash has 8 bits of frames per second and 8 bits of fraction"}

var (
	ntsc       = astiav.NewRational(30000, 1001)
	doubleNTSC = astiav.NewRational(60000, 1001)
	pal        = astiav.NewRational(25, 1)
	doublePAL  = astiav.NewRational(50, 1)
)

// rateRulesByLines are the rates that follow from the height of the pictures (dv_profiles in
// FFmpeg's dv_profile.c, gxf_write_header in gxfenc.c).
var rateRulesByLines = map[string]map[int][]astiav.Rational{
	"dv":  {480: {ntsc}, 576: {pal}, 720: {doubleNTSC, doublePAL}, 1080: {ntsc, pal}},
	"gxf": {480: {ntsc}, 512: {ntsc}, 576: {pal}, 608: {pal}},
}
