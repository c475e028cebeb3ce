package codec

// largestStep bounds the search for a size that an encoder takes. All encoders that have a minimum
// have a smaller one, and all that want a multiple want one of less.
const largestStep = 256

// LargerSize returns a size in pixels that is at least as large as this one and with which an
// encoder opens, which opens reports. It is the next multiple of a power of 2, in as few dimensions
// as will do. ok is false if no multiple of up to 256 pixels helps: the size is not too small.
func LargerSize(width, height int, opens func(width, height int) bool) (w, h int, ok bool) {
	triedW, triedH := width, height
	for step := 2; !ok && step <= largestStep; step *= 2 {
		w, h = ceilDiv(width, step)*step, ceilDiv(height, step)*step
		if w != triedW || h != triedH {
			triedW, triedH = w, h
			ok = opens(w, h)
		}
	}
	switch {
	case !ok:
		return 0, 0, false
	case w == width || h == height:
	case opens(width, h):
		w = width
	case opens(w, height):
		h = height
	}
	return w, h, true
}
