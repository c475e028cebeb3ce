package api

import (
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/graph"
)

// Option sets what an encoder as a whole does.
type Option func(*settings)

type settings struct {
	graph.Settings
	logger *zap.Logger
	budget *ThreadBudget // nil: none
}

// The defaults let a stage run ahead of the next far enough to smooth the uneven times of an
// encoder. Converted pictures take memory, and four of them do no worse than eight.
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

// WithLogger sets where the encoder logs what it chose, how it ended, and what went wrong beside
// the errors that it returns. What FFmpeg logs about its streams, its container and its connection
// goes there too, to the logger named "ffmpeg" with fields that say which node and stream, from the
// thread that logs, which waits for the logger. The default is nowhere; FFmpeg's lines then are not
// shown either.
//
// At debug level FFmpeg writes lines for every frame: libx264 one for each picture, the Matroska
// muxer one for each of its packets, and others more. So a logger at debug level is for looking
// into a fault, and not for a long recording; at info level the lines of a run are a few dozen,
// however long it is.
//
// The first logger or URL of a process sets FFmpeg's log callback, once. Lines that are not about
// avloom's encoders go to stderr as they do by default. A program that has a callback of its own
// sets it after that first Open, and keeps it: avloom's lines are then logged nowhere, but for
// those about connections, which it gets as FFmpeg writes them, passwords included.
func WithLogger(l *zap.Logger) Option {
	return func(s *settings) {
		if l != nil {
			s.logger = l
		}
	}
}

// mostQueueDepth is far beyond what is of use; the memory of a queue is allocated at once.
const mostQueueDepth = 1 << 16

// WithQueueDepth sets how many items may wait between two actors, from 1 to 65536. The default is
// 8, and 4 for converted pictures, which take memory. Deeper queues smooth uneven stages.
func WithQueueDepth(n int) Option {
	return func(s *settings) { s.QueueDepth, s.PictureDepth = n, n }
}

// WithStallTimeout makes a run that is stuck fail, with an error that says which actor waits for
// what: a *pipeline.StallError in a *pipeline.NodeError. It is stuck when an actor stays inside one
// call for d, in an encoder or in a write to the destination, and does not get on with it. So d
// must be longer than any call may take that is well, which is seconds with a slow encoder and
// large pictures. It is no stall that a caller feeds nothing, that an encoder waits for more
// pictures, or that packets wait for those of another stream. Open is not watched: its context ends
// it. The default is 0: never.
func WithStallTimeout(d time.Duration) Option {
	return func(s *settings) { s.StallTimeout = d }
}

// check finds what is wrong with the options of an encoder.
func (s settings) check() error {
	switch {
	case s.QueueDepth < 1 || s.QueueDepth > mostQueueDepth:
		return &fault.ConfigError{
			Field:  "QueueDepth",
			Value:  s.QueueDepth,
			Reason: fmt.Sprintf("must be from 1 to %d", mostQueueDepth),
		}
	case s.StallTimeout < 0:
		return &fault.ConfigError{Field: "StallTimeout", Value: s.StallTimeout, Reason: "must not be negative; 0 is never"}
	default:
		return nil
	}
}

// WithCUDAContext sets the CUcontext that streams with a CUDA device use. The default, 0, is the
// primary context of their device, which CUDA's runtime uses too, and so do PyTorch, CuPy and most
// others. The context must be one of that device, and outlive the encoder.
func WithCUDAContext(cuContext uintptr) Option {
	return func(s *settings) { s.CudaContext = cuContext }
}
