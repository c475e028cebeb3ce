// Package fault has the error that says which setting is wrong and what would be right, and the
// words that such errors share: "did you mean", lists of what is supported, shortened values.
//
// It knows nothing of FFmpeg, of codecs or of containers. The packages that check settings make the
// errors; package api shows the type to users as api.ConfigError.
package fault
