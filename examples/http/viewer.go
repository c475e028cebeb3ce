package main

import (
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/avloom/avloom/api"
)

// patience is for how long a viewer's output waits for a stream that is not fed. A fragment lasts
// four fifths of it, a tenth of a second. A player is at least that much behind.
const patience = 125 * time.Millisecond

// live streams the broadcast to each client as fragmented mp4, from the next key frame on.
type live struct {
	encoder *api.Encoder
	stall   time.Duration // for how long a client may take nothing
	logger  *log.Logger
}

// ServeHTTP adds an output to the encode, and waits until the encode or the client ends it. A
// client that is too slow loses frames, and costs the others nothing: the output is BestEffort.
//
// An error before the first byte is answered with a status. An error after it cuts the connection,
// so that the client does not take it for the end of the stream.
func (l *live) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "video/mp4")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	client := &viewer{to: w, control: http.NewResponseController(w), stall: l.stall}
	output, err := l.encoder.AddOutput(r.Context(),
		api.Writer(client, "mp4", api.BestEffort(), api.Patience(patience)))
	if err != nil {
		http.Error(w, "there is no stream: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	select {
	case <-output.Done():
	case <-r.Context().Done():
		_ = client.SetWriteDeadline(time.Now()) // ends a write; fails where the connection is gone, as the write does
	}
	err = output.Close()
	begun := client.leave()
	switch {
	case err == nil:
		return
	case r.Context().Err() == nil && !isGone(err):
		l.logger.Printf("%s: %v", r.RemoteAddr, err)
	}
	if !begun {
		http.Error(w, "the stream has failed", http.StatusInternalServerError)
		return
	}
	panic(http.ErrAbortHandler)
}

// isGone reports whether an error says that the client takes nothing any more, which is no fault of
// the server.
func isGone(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// viewer sends each write to the client at once. It gives up a client that takes nothing for the
// time of stall: a client that has lost its network does not close the connection.
type viewer struct {
	to      io.Writer
	control *http.ResponseController
	stall   time.Duration

	writing sync.Mutex // held during a write
	begun   bool       // something has been written

	mu   sync.Mutex
	over bool // no further write begins
}

// Write sends p to the client at once. The client must take it within the time of stall.
func (v *viewer) Write(p []byte) (int, error) {
	v.writing.Lock()
	defer v.writing.Unlock()
	if err := v.expect(time.Now().Add(v.stall)); err != nil {
		return 0, err
	}
	v.begun = true
	n, err := v.to.Write(p)
	if err != nil {
		return n, err
	}
	return n, v.control.Flush()
}

// expect sets the time until which the client must take the next write.
func (v *viewer) expect(deadline time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.over {
		return os.ErrDeadlineExceeded
	}
	return v.control.SetWriteDeadline(deadline)
}

// SetWriteDeadline lets the encoder end a write that the client blocks. The encoder calls it when
// the output is over.
func (v *viewer) SetWriteDeadline(t time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.over = true
	return v.control.SetWriteDeadline(t)
}

// leave waits for the end of a write, and lets no other begin: the handler must not return before.
// It says whether anything was written.
func (v *viewer) leave() (begun bool) {
	v.writing.Lock()
	defer v.writing.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.over = true
	return v.begun
}
