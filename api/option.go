package api

import "go.uber.org/zap"

// Option sets what an encoder as a whole does.
type Option func(*settings)

type settings struct {
	logger     *zap.Logger
	queueDepth int
	budget     *ThreadBudget // nil: none
}

// defaultQueueDepth lets a stage run ahead of the next far enough to smooth the uneven times of an encoder, at the price of as many
// pictures in memory.
const defaultQueueDepth = 4

func newSettings(opts []Option) settings {
	s := settings{logger: zap.NewNop(), queueDepth: defaultQueueDepth}
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

// WithQueueDepth sets how many items may wait between two actors, at least 1. The default is 4. Deeper queues smooth uneven stages; each picture
// that waits takes memory.
func WithQueueDepth(n int) Option { return func(s *settings) { s.queueDepth = n } }
