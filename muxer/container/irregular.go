package container

import (
	"slices"

	"github.com/asticode/go-astiav"
)

// IrregularError is the error for pictures that do not follow one another at a constant rate, in a
// container that knows constant rates only. FFmpeg would write them at a constant rate.
type IrregularError struct {
	Stream int // the index of the stream
}

func (e *IrregularError) Error() string { return "it knows constant frame rates only" }

// irregular are the containers that hold pictures at any times, the usual ones first.
var irregular = []string{
	"mp4", "mov", "matroska", "webm", "mpegts", "flv", "nut", "ipod", "3gp", "3g2", "f4v", "psp", "ismv",
	"ivf", "gif", "apng", "webp",
}

// Irregular returns the containers that hold pictures at any times.
func Irregular() []string { return slices.Clone(irregular) }

// TakesIrregular says whether the container holds pictures at any times.
func TakesIrregular(format *astiav.OutputFormat) bool {
	return slices.Contains(irregular, format.Name())
}

// RateIsConstant says whether a frame rate in the header promises that every picture lasts as long
// (DefaultDuration of Matroska). Pictures at any times go without one there.
func RateIsConstant(format string) bool { return format == "matroska" || format == "webm" }
