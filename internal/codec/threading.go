package codec

import (
	"slices"

	"github.com/avloom/avloom/internal/avoption"
)

// ThreadCount returns the thread count that libavcodec gets for an encoder that has so many
// threads. For x265 it is the number of frames that are encoded at the same time.
func ThreadCount(encoder string, threads int) int {
	if encoder == "libx265" {
		return min(threads, x265MaxFrameThreads)
	}
	return threads
}

// threading has the option without which an encoder leaves its threads idle. libvpx gives each
// thread a column of tiles of VP9, and narrow pictures have one column, unless threads may share a
// column by rows; the file is the same. FFmpeg gives mjpeg one thread for frames, since its rate
// control needs them in order, but cuts a frame into slices if it is told to.
var threading = map[string]avoption.Option{
	"libvpx-vp9": {Key: "row-mt", Value: "1"},
	"mjpeg":      {Key: "thread_type", Value: "slice"},
}

// withThreading returns the options with the one that lets the encoder use its threads, unless it
// is among them.
func (o *Opener) withThreading(options []avoption.Option) []avoption.Option {
	added, ok := threading[o.Codec.Name()]
	isSet := func(option avoption.Option) bool { return option.Key == added.Key }
	if !ok || o.Threads == 1 || slices.ContainsFunc(options, isSet) {
		return options
	}
	added.Field, added.Given = avoption.ExtraField(added.Key), added.Value
	return append(slices.Clone(options), added)
}
