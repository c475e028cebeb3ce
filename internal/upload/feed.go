package upload

import (
	"errors"
	"io"
	"sync"
)

// errNotItsTurn is what a request gets that reads on after another has taken its place.
var errNotItsTurn = errors.New("the request is over")

// feed hands what is written to the request that reads it. Until the first byte has been taken,
// another request can take the place of the one before.
type feed struct {
	wanted chan struct{} // closed when a request first asks for the body

	mu      sync.Mutex
	changed *sync.Cond
	begun   bool   // wanted is closed
	turn    *body  // whose reads count
	waiting []byte // what Write was given and nobody has taken yet
	asking  bool   // the request asks for more, so it has sent all that it took
	taken   bool   // something was taken
	ended   bool   // nothing more comes
	err     error  // why the upload failed
}

func newFeed() *feed {
	f := &feed{wanted: make(chan struct{})}
	f.changed = sync.NewCond(&f.mu)
	return f
}

// Write returns when the request has sent p, or with the reason why the upload has failed.
func (f *feed) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(p) == 0 || f.err != nil {
		return 0, f.err
	}
	f.waiting, f.asking = p, false
	f.changed.Broadcast()
	for f.err == nil && (len(f.waiting) > 0 || !f.asking) {
		f.changed.Wait()
	}
	n := len(p) - len(f.waiting)
	f.waiting = nil // p is the caller's again
	return n, f.err
}

// end says that nothing more comes.
func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	f.changed.Broadcast()
}

// fail ends the upload with an error, unless it has failed before.
func (f *feed) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
	f.changed.Broadcast()
}

func (f *feed) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// next returns the body for another request, and takes its turn from the one before.
func (f *feed) next() *body {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn, f.asking = &body{feed: f, atEnd: func() {}}, false
	return f.turn
}

// begin closes wanted.
func (f *feed) begin() {
	if !f.begun {
		f.begun = true
		close(f.wanted)
	}
}

// body is the body of one request.
type body struct {
	feed      *feed
	atEnd     func() // called when the end is read
	whole     bool   // the end has been read
	answering bool   // the server is answering, and whether it wants the body is not known yet
}

// answers says that the server is answering. What is written waits until it is known what, or for
// as long as the question for the body is waited for.
func (b *body) answers(yes bool) {
	b.feed.mu.Lock()
	defer b.feed.mu.Unlock()
	b.answering = yes
	b.feed.changed.Broadcast()
}

// Read waits for something to be written.
func (b *body) Read(p []byte) (int, error) {
	f := b.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		switch {
		case f.turn != b:
			return 0, errNotItsTurn
		case f.err != nil:
			return 0, f.err
		case b.answering:
			f.changed.Wait()
			continue
		case len(f.waiting) > 0:
			n := copy(p, f.waiting)
			f.waiting, f.taken = f.waiting[n:], true
			return n, nil
		case f.ended:
			b.whole = true
			b.atEnd()
			return 0, io.EOF
		}
		f.begin()
		f.asking = true
		f.changed.Broadcast()
		f.changed.Wait()
	}
}

// Close is how net/http says that the request needs no more of the body.
func (b *body) Close() error {
	b.retire()
	return nil
}

// retire ends the turn of the request. It says whether the request has taken anything, and whether
// it has taken all.
func (b *body) retire() (taken, whole bool) {
	f := b.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.turn == b {
		f.turn, f.asking = nil, false
		f.changed.Broadcast()
	}
	return f.taken, b.whole
}
