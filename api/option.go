package api

import "go.uber.org/zap"

// Option sets what an encoder as a whole does.
type Option func(*settings)

type settings struct {
	logger       *zap.Logger
	queueDepth   int
	pictureDepth int           // of the queue in front of an encoder of pictures
	budget       *ThreadBudget // nil: none
	cudaContext  uintptr       // 0: the device's primary one
}

// The defaults let a stage run ahead of the next far enough to smooth the uneven times of an encoder. Converted pictures take memory, and
// four of them do no worse than eight.
const (
	defaultQueueDepth   = 8
	defaultPictureDepth = 4
)

func newSettings(opts []Option) settings {
	s := settings{logger: zap.NewNop(), queueDepth: defaultQueueDepth, pictureDepth: defaultPictureDepth}
	for _, o := range opts {
		o(&s)
	}
	return s
}

// WithLogger sets where the encoder logs what it chose, how it ended, and what went wrong beside the errors that it returns. The default
// is nowhere.
func WithLogger(l *zap.Logger) Option {
	return func(s *settings) {
		if l != nil {
			s.logger = l
		}
	}
}

// WithQueueDepth sets how many items may wait between two actors, at least 1. The default is 8, and 4 for converted pictures, which take memory. Deeper queues
// smooth uneven stages.
func WithQueueDepth(n int) Option {
	return func(s *settings) { s.queueDepth, s.pictureDepth = n, n }
}
