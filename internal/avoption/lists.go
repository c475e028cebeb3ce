package avoption

import (
	"slices"
	"sync"

	"github.com/avloom/avloom/internal/astiavx"
)

// lists keeps FFmpeg's lists of options for the process. The lists never change, and to read the
// list of an encoder takes as long as to open x264.
var lists struct{ encoders, muxers sync.Map }

// EncoderOptions returns the options of the encoder of this name: its own first, then those that
// all encoders of its medium share. All callers share the list. They may append to it, and must not
// change its elements.
func EncoderOptions(encoder string) []astiavx.Option {
	return keptList(&lists.encoders, encoder, astiavx.EncoderOptions)
}

// MuxerOptions returns the options of the container of this name: its own first, then those that
// all containers share. All callers share the list. They may append to it, and must not change its
// elements.
func MuxerOptions(container string) []astiavx.Option {
	return keptList(&lists.muxers, container, astiavx.MuxerOptions)
}

// keptList returns the list of this name, and reads it first if it is not there. The list has no
// spare capacity: a caller that appends to it gets a copy.
func keptList(lists *sync.Map, name string, read func(string) []astiavx.Option) []astiavx.Option {
	if kept, ok := lists.Load(name); ok {
		return kept.([]astiavx.Option)
	}
	kept, _ := lists.LoadOrStore(name, slices.Clip(read(name)))
	return kept.([]astiavx.Option)
}
