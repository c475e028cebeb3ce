package api

import "github.com/avloom/avloom/internal/plan"

// HDR is static HDR metadata: the display on which the video was made (SMPTE ST 2086), and how
// bright its pictures are (CTA-861.3).
type HDR struct {
	// Primaries of the mastering display: red, green and blue as CIE 1931 x and y. BT.2020 has
	// {{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}.
	Primaries [3][2]float64
	// WhitePoint of the mastering display, as CIE 1931 x and y. D65 is {0.3127, 0.3290}.
	WhitePoint [2]float64
	// MinLuminance and MaxLuminance of the mastering display, in cd/m².
	MinLuminance, MaxLuminance float64
	// MaxCLL is the highest luminance of a pixel in the video, and MaxFALL the highest average of a
	// frame, in cd/m². 0: unknown.
	MaxCLL, MaxFALL int
}

// plan returns the metadata as package plan reads it.
func (h *HDR) plan() *plan.HDR { return (*plan.HDR)(h) }
