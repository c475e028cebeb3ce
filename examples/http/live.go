package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/avloom/avloom/api"
)

const (
	width, height = 640, 360
	frameRate     = 30
	sampleRate    = 48000
)

// live encodes the simulation anew for each client, at the pace of the clock.
type live struct {
	codec    string        // an encoder of H.264
	interval time.Duration // between two frames
	duration time.Duration // of a stream; 0: until the client goes away
	stall    time.Duration // for how long a client may take nothing
	mute     bool          // the sound stream gets no samples, as from a microphone that is off
	logger   *log.Logger
}

// ServeHTTP streams until the simulation ends or the client goes away. An error before the first
// byte is answered with a status. An error after it cuts the connection, so that the client does
// not take it for the end of the stream.
func (l *live) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "video/mp4")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	client := &viewer{Writer: w, control: http.NewResponseController(w), stall: l.stall}
	err := l.stream(r.Context(), client)
	if err == nil {
		return
	}
	if !isGone(r.Context(), err) {
		l.logger.Printf("%s: %v", r.RemoteAddr, err)
	}
	if !client.begun {
		http.Error(w, "the stream cannot be encoded", http.StatusInternalServerError)
		return
	}
	panic(http.ErrAbortHandler)
}

// viewer sends each write to the client at once. It gives up a client that takes nothing for the
// time of stall: a client that has lost its network does not close the connection.
type viewer struct {
	io.Writer
	control *http.ResponseController
	stall   time.Duration
	begun   bool // something has been written

	mu    sync.Mutex
	woken bool // the encoder has set the deadline
}

func (v *viewer) Write(p []byte) (int, error) {
	v.begun = true
	if err := v.expect(time.Now().Add(v.stall)); err != nil {
		return 0, err
	}
	n, err := v.Writer.Write(p)
	if err != nil {
		return n, err
	}
	return n, v.control.Flush()
}

// expect sets the time until which the client must take the next write.
func (v *viewer) expect(deadline time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.woken {
		return os.ErrDeadlineExceeded
	}
	return v.control.SetWriteDeadline(deadline)
}

// SetWriteDeadline lets the encoder end a write that a client blocks by not reading. The encoder
// calls it when the run is over.
func (v *viewer) SetWriteDeadline(t time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.woken = true
	return v.control.SetWriteDeadline(t)
}

// isGone reports whether the client ended the stream, which is no fault of the server.
func isGone(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// patience is for how long the output waits for a stream that is not fed. A fragment lasts four
// fifths of it, a tenth of a second. A player is at least that much behind.
const patience = 125 * time.Millisecond

// stream encodes into w until the simulation or ctx ends. The encoder holds no frame back
// ("zerolatency") and makes a key frame once a second. It has one thread, since there may be many
// clients.
func (l *live) stream(ctx context.Context, w io.Writer) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: frameRate, Codec: l.codec, Preset: "veryfast", Threads: 1,
		ExtraOptions: map[string]any{"tune": "zerolatency", "g": frameRate},
	})
	if err != nil {
		return err
	}
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: sampleRate, NumChannels: 2})
	if err != nil {
		return err
	}
	if err := enc.OpenWriter(ctx, w, "mp4", api.Patience(patience)); err != nil {
		return fmt.Errorf("open the stream: %w", err)
	}
	if err := l.feed(ctx, video, audio); err != nil {
		return err
	}
	return enc.Close()
}

// feed simulates a frame and its sound at each tick. It waits for a client that does not keep up,
// so the client misses nothing.
func (l *live) feed(ctx context.Context, video *api.VideoStream, audio *api.AudioStream) error {
	ticker := time.NewTicker(l.interval)
	defer ticker.Stop()
	water, frames := newWaves(), int(l.duration*frameRate/time.Second)
	for k := 0; frames == 0 || k < frames; k++ {
		if err := video.AddFrames(ctx, api.Frames{Data: water.draw(k), Layout: api.NHWC}); err != nil {
			return err
		}
		if !l.mute {
			if err := audio.AddSamples(ctx, chord(k)); err != nil {
				return err
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
