package astiavx

//#include <errno.h>
//#include <libavutil/audio_fifo.h>
//#include <libavutil/channel_layout.h>
//#include <libavutil/error.h>
//#include <libavutil/frame.h>
//#include <libavutil/samplefmt.h>
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// MostChannels is how many channels the resampler takes (SWR_CH_MAX in FFmpeg's libswresample).
const MostChannels = 64

// UsualLayout returns FFmpeg's layout of so many channels; where it has none, they have numbers and
// no places. Go-astiav names layouts, and cannot count.
func UsualLayout(channels int) astiav.ChannelLayout {
	layout := new(C.AVChannelLayout) // neither form of it refers to memory of C
	C.av_channel_layout_default(layout, C.int(channels))
	return *(*astiav.ChannelLayout)(unsafe.Pointer(&layout))
}

// FillSilence makes all samples of a frame silent. Go-astiav's own knows of the planes of eight
// channels, and writes beside the frame for the others.
func FillSilence(f *astiav.Frame) error {
	c := avframe(f)
	return asError(C.av_samples_set_silence(c.extended_data, 0, c.nb_samples, c.ch_layout.nb_channels, C.enum_AVSampleFormat(c.format)))
}

// SampleQueue keeps samples until so many are there. Go-astiav's own reads and writes beside the
// frame where there are more than eight planes.
type SampleQueue struct{ c *C.AVAudioFifo }

// NewSampleQueue returns a queue for samples of a form, with room for n per channel, which grows.
// Free frees it.
func NewSampleQueue(format astiav.SampleFormat, channels, n int) SampleQueue {
	return SampleQueue{C.av_audio_fifo_alloc(C.enum_AVSampleFormat(format), C.int(channels), C.int(n))}
}

// Write puts the samples of a frame into the queue.
func (q SampleQueue) Write(f *astiav.Frame) error {
	c := avframe(f)
	return asError(C.av_audio_fifo_write(q.c, (*unsafe.Pointer)(unsafe.Pointer(c.extended_data)), c.nb_samples))
}

// Read takes as many samples from the queue as the frame has.
func (q SampleQueue) Read(f *astiav.Frame) error {
	c := avframe(f)
	return asError(C.av_audio_fifo_read(q.c, (*unsafe.Pointer)(unsafe.Pointer(c.extended_data)), c.nb_samples))
}

// Size is how many samples per channel there are.
func (q SampleQueue) Size() int { return int(C.av_audio_fifo_size(q.c)) }

// Free frees the queue.
func (q SampleQueue) Free() { C.av_audio_fifo_free(q.c) }

// asError turns a result of FFmpeg's into an error.
func asError(ret C.int) error {
	if ret < 0 {
		return astiav.Error(ret)
	}
	return nil
}
