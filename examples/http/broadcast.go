package main

import (
	"context"
	"errors"
	"time"

	"github.com/avloom/avloom/api"
)

const (
	width, height = 640, 360
	frameRate     = 30
	sampleRate    = 48000
)

// broadcast is the simulation as all viewers see it: one encode at the pace of the clock.
type broadcast struct {
	codec    string                 // an encoder of H.264
	draw     func(frame int) []byte // the picture, R G B
	interval time.Duration          // between two frames
	duration time.Duration          // of the simulation; 0: until the program is stopped
	mute     bool                   // the sound stream gets no samples, as from a microphone that is off
	encoder  *api.Encoder
	video    *api.VideoStream
	audio    *api.AudioStream
}

// open begins the encode. Its only output at first is HLS, in a folder; each viewer of /live.mp4
// adds another one (viewer.go). HLS has segments of a second, and the playlist names the latest
// six.
//
// The encoder holds no frame back ("zerolatency").
func (b *broadcast) open(ctx context.Context, folder string) (err error) {
	b.encoder = api.NewEncoder()
	b.video, err = b.encoder.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: frameRate, Codec: b.codec, Preset: "veryfast",
		BitRate: 2_500_000, ExtraOptions: map[string]any{"tune": "zerolatency"},
	})
	if err != nil {
		return err
	}
	b.audio, err = b.encoder.AddAudio(api.AudioConfig{SampleRate: sampleRate, NumChannels: 2, Codec: "aac"})
	if err != nil {
		return err
	}
	hls := api.Folder(folder, "index.m3u8", api.SegmentEvery(time.Second), api.SegmentKeep(6))
	// The encoder gives all outputs up when the context given to Open ends. The end of ctx must finish
	// them instead.
	return b.encoder.Open(context.WithoutCancel(ctx), hls)
}

// run simulates, encodes, and finishes all outputs when ctx or the simulation ends.
func (b *broadcast) run(ctx context.Context) error {
	defer b.encoder.Abort(nil)
	if err := b.feed(ctx); err != nil && !errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return b.encoder.Close()
}

// feed simulates each frame and its sound when it is due. A frame that is late is followed by the
// next at once.
func (b *broadcast) feed(ctx context.Context) error {
	begin, frames := time.Now(), int(b.duration*frameRate/time.Second)
	for k := 0; frames == 0 || k < frames; k++ {
		select {
		case <-time.After(time.Until(begin.Add(time.Duration(k) * b.interval))):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := b.video.AddFrames(ctx, api.Frames{Data: b.draw(k), Layout: api.NHWC}); err != nil {
			return err
		}
		if b.mute {
			continue
		}
		if err := b.audio.AddSamples(ctx, chord(k)); err != nil {
			return err
		}
	}
	return nil
}
