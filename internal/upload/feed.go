package upload

import (
	"errors"
	"io"
	"sync"
)

// errNotItsTurn is the error of a request that reads on after another one has replaced it.
var errNotItsTurn = errors.New("the request is over")

// feed passes the written bytes to the request that reads them. Until the first byte has been
// taken, another request can replace the present one.
type feed struct {
	wanted chan struct{} // closed when a request first asks for the body

	mu      sync.Mutex
	changed *sync.Cond
	begun   bool   // wanted is closed
	turn    *body  // of the present request
	waiting []byte // the bytes of Write that no request has taken
	asking  bool   // the request asks for more, so it has sent everything that it took
	taken   bool   // a request has taken bytes
	ended   bool   // Write is not called any more
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
	f.waiting = nil // p belongs to the caller again
	return n, f.err
}

// end records the end of the body.
func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	f.changed.Broadcast()
}

// fail records an error, unless there is one already.
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

// next returns the body for another request, which replaces the present one.
func (f *feed) next() *body {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn, f.asking = &body{feed: f, atEnd: func() {}}, false
	return f.turn
}

// begin closes wanted. The caller holds the lock.
func (f *feed) begin() {
	if !f.begun {
		f.begun = true
		close(f.wanted)
	}
}

// body is the body of one request.
type body struct {
	feed      *feed
	atEnd     func() // is called when the request reads the end
	whole     bool   // the end has been read
	answering bool   // the server is answering; it is not known yet whether it wants the body
}

// setAnswering records whether the server is answering. Written bytes wait until the answer is
// known, or until the wait for it is over.
func (b *body) setAnswering(yes bool) {
	b.feed.mu.Lock()
	defer b.feed.mu.Unlock()
	b.answering = yes
	b.feed.changed.Broadcast()
}

// Read waits for bytes of Write.
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

// Close ends the turn of the request: net/http calls it when it needs no more of the body.
func (b *body) Close() error {
	b.retire()
	return nil
}

// retire ends the turn of the request. It returns whether any request has taken bytes, and whether
// this one has read the whole body.
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
