package main

import (
	"context"
	"errors"
	"image"
	"sync"
	"time"

	"github.com/avloom/avloom/api"
)

const (
	width, height = 320, 180
	frameRate     = 30
	sampleRate    = 48000
)

// finishWithin is the most time that finishing the file may take, even where its destination
// blocks.
const finishWithin = 10 * time.Second

// recorder encodes the simulation at the pace of a clock, and keeps a copy of the latest picture.
type recorder struct {
	interval time.Duration // between two frames; 0: as fast as possible
	encoder  *api.Encoder
	viewer   *viewer

	mu     sync.Mutex
	frame  int // the number of the latest picture; -1: there is none yet
	latest [3 * width * height]byte
}

func newRecorder(interval time.Duration) *recorder {
	return &recorder{interval: interval, encoder: api.NewEncoder(), viewer: newViewer(), frame: -1}
}

// record records frames and finishes the file. A viewer gets the stream, too, as well as it can.
// frames says how many; 0: until ctx ends.
func (r *recorder) record(ctx context.Context, to api.Output, frames int) error {
	defer r.encoder.Abort(nil)
	video, err := r.encoder.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: frameRate, Codec: "libx264", Preset: "veryfast",
	})
	if err != nil {
		return err
	}
	audio, err := r.encoder.AddAudio(api.AudioConfig{SampleRate: sampleRate, NumChannels: 1, Codec: "aac"})
	if err != nil {
		return err
	}
	// The encoder gives the file up when the context given to Open ends. The end of ctx must not do
	// that.
	preview := api.Writer(r.viewer, "mpegts", api.BestEffort())
	if err := r.encoder.Open(context.WithoutCancel(ctx), to, preview); err != nil {
		return err
	}
	err = r.feed(ctx, video, audio, frames)
	if err != nil && !errors.Is(err, context.Cause(ctx)) {
		return err
	}
	finishing, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWithin)
	defer cancel()
	return r.encoder.CloseContext(finishing)
}

// feed adds a frame and its sound at each tick.
func (r *recorder) feed(ctx context.Context, video *api.VideoStream, audio *api.AudioStream, frames int) error {
	ticker := time.NewTicker(max(r.interval, 1))
	defer ticker.Stop()
	simulation := newOrbits()
	for k := 0; frames == 0 || k < frames; k++ {
		picture := simulation.step()
		r.show(k, picture)
		if err := video.AddFrames(ctx, api.Frames{Data: picture, Layout: api.NHWC}); err != nil {
			return err
		}
		if err := audio.AddSamples(ctx, [][]float32{simulation.hum(k)}); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// show keeps a copy of the picture, because the next step draws over it.
func (r *recorder) show(k int, picture []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.frame = k
	copy(r.latest[:], picture)
}

// preview returns the latest picture and its number.
func (r *recorder) preview() (int, image.Image) {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range width * height {
		copy(img.Pix[4*i:], r.latest[3*i:3*i+3])
		img.Pix[4*i+3] = 255
	}
	return r.frame, img
}

// latestFrame returns the number of the latest picture; -1: there is none yet.
func (r *recorder) latestFrame() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.frame
}
