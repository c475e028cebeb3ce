package codec

import (
	"fmt"
	"sort"
)

// largestTried bounds the search for a size that an encoder takes: all that have a minimum have a smaller one.
const largestTried = 256

// SizeProbe is the name of a probe of this size, in pixels.
func SizeProbe(width, height int) string { return fmt.Sprintf("%dx%d", width, height) }

// ProbedSize is the size in the name of a probe.
func ProbedSize(probe string) (width, height int, ok bool) {
	n, err := fmt.Sscanf(probe, "%dx%d", &width, &height)
	return width, height, n == 2 && err == nil
}

// MinSize finds the smallest size, of steps of the chroma, that is not below this one and for which the encoder opens. False: there is
// none, or none near enough to say that a small size is to blame.
func (o *Opener) MinSize(width, height, stepX, stepY int) (w, h int, ok bool) {
	for multiple := 2; !ok && multiple <= largestTried; multiple *= 2 {
		w, h = (width+multiple-1)/multiple*multiple, (height+multiple-1)/multiple*multiple
		ok = o.Opens(o.Options, SizeProbe(w, h))
	}
	if !ok {
		return 0, 0, false
	}
	least := func(from, to, step int, opens func(n int) bool) int {
		return from + step*sort.Search((to-from)/step, func(k int) bool { return opens(from + k*step) })
	}
	w = least(width, w, stepX, func(n int) bool { return o.Opens(o.Options, SizeProbe(n, h)) })
	h = least(height, h, stepY, func(n int) bool { return o.Opens(o.Options, SizeProbe(w, n)) })
	return w, h, o.Opens(o.Options, SizeProbe(w, h))
}
