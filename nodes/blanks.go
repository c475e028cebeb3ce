package nodes

import (
	"errors"
	"sync"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// ErrNoBlanks is the error of blanks whose node is closed.
var ErrNoBlanks = errors.New("no more pictures: the stream is over")

// Blanks lends pictures to draw into, from memory that is used again. Several goroutines may use it
// at once.
type Blanks struct {
	format        astiav.PixelFormat
	width, height int
	shelf         shelf.Frames

	mu     sync.Mutex
	pool   *astiavx.PicturePool // nil until it is needed
	closed bool
}

// newBlanks returns blanks of this format and size in pixels. Close frees them; the memory of a
// picture that is in use is freed with the picture.
func newBlanks(format astiav.PixelFormat, width, height int) *Blanks {
	return &Blanks{format: format, width: width, height: height}
}

// Get returns a picture whose content is undefined. The caller frees it or hands it over.
func (b *Blanks) Get() (pipeline.Frame, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return pipeline.Frame{}, ErrNoBlanks
	}
	if b.pool == nil {
		var err error
		if b.pool, err = astiavx.NewPicturePool(b.format, b.width, b.height); err != nil {
			return pipeline.Frame{}, err
		}
	}
	frame := pipeline.FrameFrom(&b.shelf)
	if err := b.pool.Get(frame.Frame); err != nil {
		frame.Free()
		return pipeline.Frame{}, err
	}
	return frame, nil
}

func (b *Blanks) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.shelf.Close()
	if b.pool != nil {
		b.pool.Free()
	}
}
