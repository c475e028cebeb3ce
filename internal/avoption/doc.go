// Package avoption knows FFmpeg's options: their names, the values and ranges that they accept,
// whether an encoder or a muxer reads them, and the options inside an option, such as x264-params.
//
// It opens nothing and does not know the fields of a config. FFmpeg declares most options itself;
// this package adds what FFmpeg does not say.
//
// To add a narrower range: a row in the table clipped of check.go. Names that a library accepts for
// a text option: the table Choices. Parameters of another library: parameterNames, and
// parameterFields and parameterOptions in nested.go for those that contradict a setting.
package avoption
