// Package codec knows encoders: it chooses one by name or for a container, opens it, finds out
// which setting keeps one from opening, and holds the facts about sizes, bit rates, profiles,
// passes and threads that FFmpeg does not declare.
//
// It does not know the fields of a stream's config (package plan) and encodes nothing (package
// nodes).
//
// To add a quirk of an encoder:
//   - a size that it refuses late: known_size.go;
//   - bit rates of sound: bit_rate.go; of video: rate_control.go; changed while it encodes:
//     rate_change.go;
//   - where its key frames are: key_interval.go; whether it makes one when asked: forced_keys.go;
//     whether it makes them where segments begin: segments.go;
//   - an option that it ignores: two_pass.go or profile.go;
//   - how it makes two passes: passes.go; whether it can: two_pass_check.go;
//   - whether chunks of a film can be encoded apart: film.go;
//   - the number of threads that it profits from: threads_useful.go; an option that it needs to use
//     them: threading.go;
//   - parameters for the library behind it: library_parameters.go;
//   - a line of FFmpeg that names the refused parameter: explain_option.go.
package codec
