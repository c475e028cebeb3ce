package astiavx

//#include <libavutil/audio_fifo.h>
//#include <libavutil/channel_layout.h>
//#include <libavutil/frame.h>
//#include <libavutil/samplefmt.h>
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// UsualLayout returns FFmpeg's default layout for this number of channels. If FFmpeg has none, the
// channels of the layout have numbers and no positions. Go-astiav lacks av_channel_layout_default.
func UsualLayout(channels int) astiav.ChannelLayout {
	layout := new(C.AVChannelLayout) // Go memory: a default layout has no pointer to C memory
	C.av_channel_layout_default(layout, C.int(channels))
	return *(*astiav.ChannelLayout)(unsafe.Pointer(&layout))
}

// FillSilence makes all samples of a frame silent. Go-astiav's SamplesFillSilence knows the planes
// of eight channels only, and writes outside the frame for the others.
func FillSilence(f *astiav.Frame) error {
	c := avframe(f)
	return asError(C.av_samples_set_silence(
		c.extended_data, 0, c.nb_samples, c.ch_layout.nb_channels, C.enum_AVSampleFormat(c.format)))
}

// SampleQueue is a queue of samples. Go-astiav's AudioFifo reads and writes outside the frame if it
// has more than eight planes.
type SampleQueue struct{ c *C.AVAudioFifo }

// NewSampleQueue returns a queue for samples of a format, with room for n samples per channel. The
// room grows when it is needed. Free frees the queue.
func NewSampleQueue(format astiav.SampleFormat, channels, n int) SampleQueue {
	return SampleQueue{C.av_audio_fifo_alloc(C.enum_AVSampleFormat(format), C.int(channels), C.int(n))}
}

// Write copies the samples of a frame to the end of the queue.
func (q SampleQueue) Write(f *astiav.Frame) error {
	c := avframe(f)
	return asError(C.av_audio_fifo_write(q.c, (*unsafe.Pointer)(unsafe.Pointer(c.extended_data)), c.nb_samples))
}

// Read moves as many samples from the queue to the frame as the frame has.
func (q SampleQueue) Read(f *astiav.Frame) error {
	c := avframe(f)
	return asError(C.av_audio_fifo_read(q.c, (*unsafe.Pointer)(unsafe.Pointer(c.extended_data)), c.nb_samples))
}

// Size returns how many samples per channel are in the queue.
func (q SampleQueue) Size() int { return int(C.av_audio_fifo_size(q.c)) }

// Free frees the queue.
func (q SampleQueue) Free() { C.av_audio_fifo_free(q.c) }
