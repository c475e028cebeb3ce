// Package fault has the error that says which setting is wrong and what would be right, and the
// phrases that such errors share: "did you mean", lists of supported values, shortened values.
//
// It knows nothing about FFmpeg, codecs or containers. The packages that check settings create the
// errors. Package api exports the type as api.ConfigError, where its documentation for users is.
//
// To add a phrase that errors of several packages share: a function here that returns the end of a
// reason, as DidYouMean does.
package fault
