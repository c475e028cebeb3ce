package codec

import (
	"runtime"

	"github.com/avloom/avloom/internal/avoption"
)

// Share is the part of a thread budget that each video stream of an encoder has. The zero value is
// all cores.
type Share struct {
	Threads int  // 0: as many as there are cores
	Process bool // of the process's own budget, which counts cores and not threads
}

// ThreadsFor returns the number of threads of a video encoder for pictures of this size in pixels,
// and how many threads of the share it uses.
func (s Share) ThreadsFor(encoder string, width, height int, options []avoption.Option) (threads, used int) {
	threads = s.Cores()
	if s.Process && (encoder == "libx264" || encoder == "libx264rgb") {
		// x264's frames wait for one another, so x264 itself starts half as many again
		// (X264_THREADS_AUTO).
		threads = threads * 3 / 2
	}
	threads = min(threads, mostUseful(encoder, width, height, options))
	return threads, min(threads, s.Cores())
}

// Cores returns the number of cores that the stream may use.
func (s Share) Cores() int {
	if s.Threads == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return s.Threads
}
