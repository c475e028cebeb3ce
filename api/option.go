package api

import (
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/graph"
)

// Option is a setting of an encoder as a whole.
type Option func(*settings)

type settings struct {
	graph.Settings
	logger *zap.Logger
	budget *ThreadBudget // nil: the budget of the process
}

// The defaults let an actor run ahead of the next one far enough to smooth the varying times of an
// encoder. Converted pictures take memory, and a queue of four is as fast as one of eight.
const (
	defaultQueueDepth   = 8
	defaultPictureDepth = 4
)

func newSettings(opts []Option) settings {
	s := settings{
		logger:   zap.NewNop(),
		Settings: graph.Settings{QueueDepth: defaultQueueDepth, PictureDepth: defaultPictureDepth},
	}
	for _, o := range opts {
		if o != nil {
			o(&s)
		}
	}
	return s
}

// WithLogger makes the encoder log to l: what it chose at Open, how the run ended, and problems
// that no call returns as an error. The lines of FFmpeg about the encoder's streams, containers and
// connections go to the logger named "ffmpeg", with fields for the node and the stream. The thread
// that logs such a line waits for the logger. By default nothing is logged, and FFmpeg's lines
// about the encoder are dropped.
//
// At debug level FFmpeg logs lines for every frame: libx264 one for each picture, the Matroska
// muxer one for each packet, and others more. Use the debug level to look into a fault, and not for
// a long recording. At info level a run logs a few dozen lines, however long it is, and a few for
// each output that joins, fails or does not keep up. Lines about outputs are logged on a goroutine
// of their own, so that neither the encoders nor the outputs wait for the logger.
//
// The first logger or URL in a process sets FFmpeg's log callback, once. Lines that are not about
// avloom's encoders still go to stderr. A program with a callback of its own sets it after that
// first Open, and keeps it. avloom's loggers then get no lines of FFmpeg, and the program's
// callback gets the lines about connections as FFmpeg writes them, passwords included.
func WithLogger(l *zap.Logger) Option {
	return func(s *settings) {
		if l != nil {
			s.logger = l
		}
	}
}

// mostQueueDepth is far above every useful depth. The memory of a queue is allocated at once.
const mostQueueDepth = 1 << 16

// WithQueueDepth sets how many items may wait between two actors, from 1 to 65536. The default is
// 8, and 4 for converted pictures, which take memory. Deeper queues smooth actors whose times vary.
// With OnFullDrop, n is also how many frames of a stream may wait for its encoder: 4 by default.
// Outputs with BestEffort have queues of 128 packets for each stream, whatever n is.
func WithQueueDepth(n int) Option {
	return func(s *settings) { s.QueueDepth, s.PictureDepth = n, n }
}

// WithStallTimeout makes a run fail that is stuck. The error is a *pipeline.StallError in a
// *pipeline.NodeError and says which actor waits for what. A run is stuck when an actor stays
// inside one call for d, in an encoder or in a write to the destination, without progress. d must
// be longer than any regular call takes, which is seconds for a slow encoder and large pictures. A
// run is not stuck while the caller feeds nothing, while an encoder waits for more pictures, or
// while packets wait for those of another stream. Open is not watched; its context ends it. An
// output with BestEffort that is stuck ends alone; while it is being connected it is not watched.
// The default is 0: no limit.
func WithStallTimeout(d time.Duration) Option {
	return func(s *settings) { s.StallTimeout = d }
}

// check returns which option of the encoder is wrong.
func (s settings) check() error {
	switch {
	case s.QueueDepth < 1 || s.QueueDepth > mostQueueDepth:
		reason := fmt.Sprintf("must be from 1 to %d", mostQueueDepth)
		return &fault.ConfigError{Field: "QueueDepth", Value: s.QueueDepth, Reason: reason}
	case s.StallTimeout < 0:
		reason := "must not be negative; 0 is no limit"
		return &fault.ConfigError{Field: "StallTimeout", Value: s.StallTimeout, Reason: reason}
	default:
		return nil
	}
}

// WithCUDAContext sets the CUcontext of the streams with a CUDA device. The default, 0, is the
// primary context of the device, which the CUDA runtime uses, and PyTorch and CuPy with it. The
// context must belong to that device and must outlive the encoder.
func WithCUDAContext(cuContext uintptr) Option {
	return func(s *settings) { s.CudaContext = cuContext }
}
