package api

import (
	"fmt"
	"sort"

	"github.com/avloom/avloom/internal/astiavx"
)

// largestTried bounds the search for a size that an encoder takes: all that have a minimum have a smaller one.
const largestTried = 256

// sizeProbe is the name of a probe of this size, in pixels.
func sizeProbe(width, height int) string { return fmt.Sprintf("%dx%d", width, height) }

// probedSize is the size in the name of a probe.
func probedSize(probe string) (width, height int, ok bool) {
	n, err := fmt.Sscanf(probe, "%dx%d", &width, &height)
	return width, height, n == 2 && err == nil
}

// leastSize finds the smallest size, of steps of the chroma, that is not below this one and for which the encoder opens. False: there is
// none, or none near enough to say that a small size is to blame.
func (o *opener) leastSize(width, height, stepX, stepY int) (w, h int, ok bool) {
	for multiple := 2; !ok && multiple <= largestTried; multiple *= 2 {
		w, h = (width+multiple-1)/multiple*multiple, (height+multiple-1)/multiple*multiple
		ok = o.opens(o.options, sizeProbe(w, h))
	}
	if !ok {
		return 0, 0, false
	}
	least := func(from, to, step int, opens func(n int) bool) int {
		return from + step*sort.Search((to-from)/step, func(k int) bool { return opens(from + k*step) })
	}
	w = least(width, w, stepX, func(n int) bool { return o.opens(o.options, sizeProbe(n, h)) })
	h = least(height, h, stepY, func(n int) bool { return o.opens(o.options, sizeProbe(w, n)) })
	return w, h, o.opens(o.options, sizeProbe(w, h))
}

// tooSmall is the error about a size that is too small for the encoder, or no multiple of what it takes; nil where a larger one does not help.
func (p *videoPlan) tooSmall(o *opener, s settledVideo) error {
	info := astiavx.DescribePixelFormat(s.format)
	stepX, stepY := 1<<info.Log2ChromaWidth, 1<<info.Log2ChromaHeight
	w, h, ok := o.leastSize(s.width, s.height, stepX, stepY)
	if !ok {
		return nil
	}
	e := &ConfigError{Field: "Width", Value: p.cfg.Width}
	if w <= s.width {
		e.Field, e.Value = "Height", p.cfg.Height
	}
	e.Reason = fmt.Sprintf("%s does not encode %d×%d pixels; it does encode %d×%d", o.codec.Name(), s.width, s.height, w, h)
	if o.opens(o.options, sizeProbe(w+stepX, h+stepY)) {
		e.Reason += " and larger"
	}
	return e
}

// checkKnownSize finds sizes that an encoder refuses only when it gets a picture: X-Face has one (xfaceenc.c), and snow needs a sample of chroma
// more than one.
func checkKnownSize(encoder string, width, height int) error {
	e := &ConfigError{Field: "Width", Value: width}
	switch {
	case encoder == "xface" && (width != 48 || height != 48):
		e.Reason = fmt.Sprintf("xface does not encode %d×%d pixels; it does encode 48×48", width, height)
	case encoder == "snow" && min(width, height) < 3:
		e.Reason = fmt.Sprintf("snow does not encode %d×%d pixels; it does encode %d×%d", width, height, max(width, 4), max(height, 4))
	default:
		return nil
	}
	return e
}
