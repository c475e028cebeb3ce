// Package codec knows encoders: it chooses one by name or for a container, opens it, finds out which
// setting keeps one from opening, and holds the facts about sizes, bit rates, profiles, passes and
// threads that FFmpeg does not declare.
//
// It does not know the fields of a stream's config (package plan) and encodes nothing (package
// nodes).
//
// To add a quirk of an encoder: a size that it refuses late goes into known_size.go, bit rates into
// bitrate.go, the number of threads that it profits from into threads_useful.go, parameters for the
// library behind it into library_parameters.go, an option that it ignores into two_pass.go or
// profile.go.
package codec
