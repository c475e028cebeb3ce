package api

import "github.com/avloom/avloom/internal/plan"

// HDR is static HDR metadata: the display on which the video was made (SMPTE ST 2086), and how
// bright its pictures are (CTA-861.3). Each of the two may be left out: a display of which all
// fields are 0, and light levels of 0. Values that no display has are a *ConfigError at AddVideo.
//
// It changes no pixels. HDR video also needs the PixelFormat of an encoder with 10 bits, and
// ColorPrimaries, ColorTransfer and ColorSpace.
type HDR struct {
	// Primaries of the mastering display: red, green and blue as CIE 1931 x and y, rounded to
	// 0.00002. BT.2020 has {{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}, and Display P3 has
	// {{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}.
	Primaries [3][2]float64
	// WhitePoint of the mastering display, as CIE 1931 x and y, within the triangle of the Primaries.
	// D65 is {0.3127, 0.3290}.
	WhitePoint [2]float64
	// MinLuminance and MaxLuminance of the mastering display, in cd/m², rounded to 0.0001. The highest
	// is 10000.
	MinLuminance, MaxLuminance float64
	// MaxCLL is the highest luminance of a pixel in the video, and MaxFALL the highest average of a
	// frame, in cd/m², up to 10000. 0: unknown. FFmpeg's players read them in mkv and webm only if
	// both are known.
	MaxCLL, MaxFALL int
}

// plan returns the metadata as package plan reads it.
func (h *HDR) plan() *plan.HDR { return (*plan.HDR)(h) }
