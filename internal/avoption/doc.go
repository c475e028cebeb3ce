// Package avoption knows FFmpeg's options: their names, the values and ranges that they accept,
// whether an encoder or a muxer reads them, and the parameters inside an option such as
// x264-params.
//
// It opens nothing and does not know the fields of a config. FFmpeg declares most options itself;
// this package adds what FFmpeg does not declare.
//
// To add
//   - a range that is narrower than FFmpeg's: a row in narrowerLimits (limits.go);
//   - the names that a library accepts for a text option: a row in choices (choices.go);
//   - the parameters of another library: a row in parameterNames (parameter_names.go), and rows in
//     parameterFields and parameterOptions (parameter_conflict.go) for those that set the same
//     thing as a field or an option.
package avoption
