//go:build !amd64

package rgbyuv

// levels are those that this CPU has, the best first.
func levels() []level { return []level{base} }
