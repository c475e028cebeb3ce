package codec

import (
	"runtime"

	"github.com/avloom/avloom/internal/avoption"
)

// Share is what each video stream of an encoder may have. Its zero value is all cores.
type Share struct {
	Threads int
	Process bool // of the process's own budget, which is one of cores
}

// ThreadsFor returns how many threads an encoder gets of the share, and how much of the share that is.
func (s Share) ThreadsFor(encoder string, width, height int, options []avoption.Option) (threads, used int) {
	threads = s.Cores()
	if s.Process && (encoder == "libx264" || encoder == "libx264rgb") {
		threads = threads * 3 / 2 // as x264 itself has it (X264_THREADS_AUTO), since its frames wait for each other
	}
	threads = min(threads, mostUseful(encoder, width, height, options))
	return threads, min(threads, s.Cores())
}

// Cores is on how many the stream may work.
func (s Share) Cores() int {
	if s.Threads == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return s.Threads
}
