package codec

import "sort"

// largestStep bounds the search for a size that an encoder takes. All encoders that have a minimum
// have a smaller one, and all that want a multiple want one of less.
const largestStep = 256

// LargerSize returns the least size in pixels that is not smaller than this one and with which an
// encoder opens, which opens reports. Sizes differ by multiples of stepX and stepY, the steps of
// the chroma. ok is false if no multiple of up to 256 pixels helps: the size is not too small.
func LargerSize(width, height, stepX, stepY int, opens func(width, height int) bool) (w, h int, ok bool) {
	triedW, triedH := width, height
	for step := 2; !ok && step <= largestStep; step *= 2 {
		w, h = ceilDiv(width, step)*step, ceilDiv(height, step)*step
		if w != triedW || h != triedH {
			triedW, triedH = w, h
			ok = opens(w, h)
		}
	}
	if !ok {
		return 0, 0, false
	}
	w = least(width, w, stepX, func(n int) bool { return opens(n, h) })
	h = least(height, h, stepY, func(n int) bool { return opens(w, n) })
	return w, h, true
}

// least returns the least of from, from+step, … below to that opens, or to.
func least(from, to, step int, opens func(n int) bool) int {
	count := (to - from) / step
	i := sort.Search(count, func(i int) bool { return opens(from + i*step) })
	if i == count {
		return to
	}
	return from + i*step
}
