// Package color decides the matrix, range, primaries, transfer and chroma location of a video: from
// the wishes of the user, the pixel format, and what the codec and the container can signal. The
// pixels are converted to its result, and the file is tagged with the same result.
//
// This package converts no pixels: see internal/rgbyuv and nodes.
//
// To add what a codec fixes or signals: a row in the table codecRules of codec.go, with its source.
// To add a container that signals the range: signalsRange in the same file. To add a matrix: the
// tables matrices and matrixNames of property.go. To change a default: Target.defaults in
// target.go.
package color
