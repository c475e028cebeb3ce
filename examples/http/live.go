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
	mute     bool          // no sound comes, as from a microphone that is off
	logger   *log.Logger
}

// ServeHTTP streams until the simulation ends or the client goes away. What goes wrong before the
// first byte is a status; after it, it cuts the connection: the client must not take it for the
// end.
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

// viewer sends each write to the client at once, and gives up on one that takes nothing any more:
// whoever loses the network says no goodbye.
type viewer struct {
	io.Writer
	control *http.ResponseController
	stall   time.Duration
	begun   bool // something has been written

	mu    sync.Mutex
	woken bool // the encoder has set a deadline of its own
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

// expect sets the time until which the client has to take what is written next.
func (v *viewer) expect(deadline time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.woken {
		return os.ErrDeadlineExceeded
	}
	return v.control.SetWriteDeadline(deadline)
}

// SetWriteDeadline lets the encoder wake a write that a client blocks by not reading, when the run
// is over.
func (v *viewer) SetWriteDeadline(t time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.woken = true
	return v.control.SetWriteDeadline(t)
}

// isGone says whether it is the client that ended the stream, which is no fault of the server's.
func isGone(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// patience is for how long a stream that is not fed is waited for. A fragment lasts four fifths of
// it, a tenth of a second: what a player is behind, at least.
const patience = 125 * time.Millisecond

// stream encodes into w until the simulation or ctx ends. The encoder holds no frame back
// ("zerolatency"), gives a player a keyframe once a second, and keeps to one thread, since there
// may be many clients.
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

// feed simulates a frame and the sound that goes with it at each tick. A client that does not keep
// up makes it wait, and misses nothing.
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
