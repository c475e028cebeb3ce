// Package color decides the matrix, range, primaries, transfer and chroma location of a video: from
// what the user asks for, what the pixel format implies, and what the codec and the container can
// signal. Its result is both what pixels are converted to and what the file says.
//
// It converts no pixels: see internal/rgbyuv and nodes.
//
// To add what a codec fixes or signals: a row in the table Codecs of codec.go, with its source.
// What a container signals: signalsRange in the same file. A matrix: the table matrices of
// wishes.go.
package color
