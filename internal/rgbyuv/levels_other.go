//go:build !amd64

package rgbyuv

// levels returns the levels that this CPU supports, the fastest first.
func levels() []level { return []level{base} }
