package plan

import (
	"fmt"
	"math"
	"slices"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// brightest is the highest luminance of a display, in cd/m²: that of the largest code value of
// SMPTE ST 2084.
const brightest = 10000

// readHDR turns static HDR metadata into the units in which streams and containers hold it.
func (p *Video) readHDR() error {
	h := p.Config.HDR
	if h == nil {
		return nil
	}
	if *h == (HDR{}) {
		const reason = "says nothing; give the mastering display, MaxCLL and MaxFALL, or leave it nil"
		return &fault.ConfigError{Field: "HDR", Reason: reason}
	}
	if err := fault.First(h.checkNumbers(), h.checkLightLevel()); err != nil {
		return err
	}
	p.PictureData.Light = astiavx.LightLevel{MaxCLL: h.MaxCLL, MaxFALL: h.MaxFALL}
	if h.hasDisplay() {
		display := h.display()
		p.PictureData.Display = &display
		return fault.First(h.checkPoints(), h.checkColors(), h.checkLuminance(display))
	}
	return nil
}

// hasDisplay says whether anything is known of the mastering display.
func (h *HDR) hasDisplay() bool {
	return h.Primaries != [3][2]float64{} || h.WhitePoint != [2]float64{} || h.MinLuminance != 0 || h.MaxLuminance != 0
}

// display returns the mastering display in its units, rounded to the nearest.
func (h *HDR) display() (d astiavx.MasteringDisplay) {
	for i, primary := range h.Primaries {
		d.Primaries[i] = chromaticity(primary)
	}
	d.WhitePoint = chromaticity(h.WhitePoint)
	d.MinLuminance = int(math.Round(h.MinLuminance * astiavx.LuminanceUnits))
	d.MaxLuminance = int(math.Round(h.MaxLuminance * astiavx.LuminanceUnits))
	return d
}

func chromaticity(xy [2]float64) (units [2]int) {
	for i, v := range xy {
		units[i] = int(math.Round(v * astiavx.ChromaticityUnits))
	}
	return units
}

// point is a point of the CIE 1931 diagram, with the field that it comes from.
type point struct {
	field string
	x, y  float64
}

// points returns red, green, blue and white.
func (h *HDR) points() []point {
	p := make([]point, 0, len(h.Primaries)+1)
	for i, xy := range h.Primaries {
		p = append(p, point{fmt.Sprintf("HDR.Primaries[%d]", i), xy[0], xy[1]})
	}
	return append(p, point{"HDR.WhitePoint", h.WhitePoint[0], h.WhitePoint[1]})
}

// checkNumbers returns an error for a number that no display has, whatever the others are.
func (h *HDR) checkNumbers() error {
	for _, p := range h.points() {
		for i, v := range []float64{p.x, p.y} {
			if !(v >= 0 && v <= 1) {
				reason := "must be from 0 to 1: x and y of the CIE 1931 diagram, such as {0.3127, 0.3290}"
				return &fault.ConfigError{Field: fmt.Sprintf("%s[%d]", p.field, i), Value: v, Reason: reason}
			}
		}
	}
	for _, l := range []struct {
		field string
		value float64
	}{{"HDR.MinLuminance", h.MinLuminance}, {"HDR.MaxLuminance", h.MaxLuminance}} {
		if !(l.value >= 0 && l.value <= brightest) {
			reason := fmt.Sprintf("must be from 0 to %d cd/m²", brightest)
			return &fault.ConfigError{Field: l.field, Value: l.value, Reason: reason}
		}
	}
	return nil
}

// checkLightLevel returns an error for a light level that no video has.
func (h *HDR) checkLightLevel() error {
	for _, l := range []struct {
		field string
		value int
	}{{"HDR.MaxCLL", h.MaxCLL}, {"HDR.MaxFALL", h.MaxFALL}} {
		if l.value < 0 || l.value > brightest {
			reason := fmt.Sprintf("must be from 1 to %d cd/m²; 0 means that it is unknown", brightest)
			return &fault.ConfigError{Field: l.field, Value: l.value, Reason: reason}
		}
	}
	if h.MaxCLL != 0 && h.MaxFALL > h.MaxCLL {
		const reason = "must not be above MaxCLL, which is %d: no frame is brighter on average than its brightest pixel"
		return &fault.ConfigError{Field: "HDR.MaxFALL", Value: h.MaxFALL, Reason: fmt.Sprintf(reason, h.MaxCLL)}
	}
	return nil
}

// rounding is by how much x and y of a pure red may exceed 1 together, after they were rounded to
// four places.
const rounding = 0.0001

// checkPoints returns an error for a point that is no colour.
func (h *HDR) checkPoints() error {
	for _, p := range h.points() {
		e := &fault.ConfigError{Field: p.field, Value: []float64{p.x, p.y}}
		switch {
		case p.x == 0 && p.y == 0:
			e.Value, e.Reason = nil, "is missing: a mastering display has Primaries, a WhitePoint and a MaxLuminance"
		case p.y == 0:
			e.Reason = "is no colour: y must be above 0"
		case p.x+p.y > 1+rounding:
			e.Reason = "is no colour: x and y must not be more than 1 together"
		default:
			continue
		}
		return e
	}
	return nil
}

// checkColors returns an error for primaries in another order, or whose mixtures do not include
// white. Formats order them differently, so programs do too.
func (h *HDR) checkColors() error {
	r, g, b := h.Primaries[0], h.Primaries[1], h.Primaries[2]
	if r[0] <= max(g[0], b[0]) || g[1] <= max(r[1], b[1]) {
		const reason = "must be red, green, blue: red has the largest x, green the largest y. BT.2020 has " +
			"{{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}"
		return &fault.ConfigError{Field: "HDR.Primaries", Value: fmt.Sprint(h.Primaries), Reason: reason}
	}
	if !isLeft(r, g, h.WhitePoint) || !isLeft(g, b, h.WhitePoint) || !isLeft(b, r, h.WhitePoint) {
		const reason = "must lie within the triangle of the Primaries; D65 is {0.3127, 0.3290}"
		return &fault.ConfigError{Field: "HDR.WhitePoint", Value: h.WhitePoint[:], Reason: reason}
	}
	return nil
}

// isLeft says whether c lies to the left of the way from a to b.
func isLeft(a, b, c [2]float64) bool {
	return (b[0]-a[0])*(c[1]-a[1]) > (b[1]-a[1])*(c[0]-a[0])
}

// checkLuminance returns an error for a display that has no range of luminance.
func (h *HDR) checkLuminance(d astiavx.MasteringDisplay) error {
	switch {
	case h.MaxLuminance == 0:
		const reason = "is missing: a mastering display has Primaries, a WhitePoint and a MaxLuminance"
		return &fault.ConfigError{Field: "HDR.MaxLuminance", Reason: reason}
	case d.MinLuminance >= d.MaxLuminance:
		const reason = "must be below MaxLuminance, which is %g cd/m²"
		return &fault.ConfigError{
			Field: "HDR.MinLuminance", Value: h.MinLuminance, Reason: fmt.Sprintf(reason, h.MaxLuminance),
		}
	}
	return nil
}

// hdrTransfers are the transfers of HDR video: PQ and HLG of BT.2100.
var hdrTransfers = []string{"smpte2084", "arib-std-b67"}

// HDRWarning returns a warning about HDR metadata of a video with a transfer that is not of HDR; ""
// if there is nothing to warn of. Players ignore such metadata, or show the video too dark.
func (p *Video) HDRWarning(transfer string) string {
	if p.Config.HDR == nil || slices.Contains(hdrTransfers, transfer) {
		return ""
	}
	const text = "HDR is set, but ColorTransfer is %s, which players do not show as HDR; set it to %s (PQ) or %s (HLG)"
	return fmt.Sprintf(text, transfer, hdrTransfers[0], hdrTransfers[1])
}
