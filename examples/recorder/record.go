package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/avloom/avloom/api"
)

const (
	width, height = 320, 180
	frameRate     = 30
	sampleRate    = 48000
)

// record records until ctx or the simulation ends, and finishes all outputs. It returns the folder
// of the parts.
func record(ctx context.Context, enc *api.Encoder, s settings) (folder string, err error) {
	defer enc.Abort(nil)
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: frameRate, Codec: "libx264", Preset: "veryfast",
		BitRate: 1_000_000, KeyInterval: 2 * frameRate,
	})
	if err != nil {
		return "", err
	}
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: sampleRate, NumChannels: 1, Codec: "aac"})
	if err != nil {
		return "", err
	}
	folder, err = newFolder(s.folder)
	if err != nil {
		return "", err
	}
	// The encoder gives the outputs up when the context given to Open ends. The end of ctx must finish
	// them instead.
	if err := enc.Open(context.WithoutCancel(ctx), outputs(folder, s)...); err != nil {
		return "", errors.Join(err, os.Remove(folder))
	}
	if err := feed(ctx, s, video, audio); err != nil && !errors.Is(err, context.Cause(ctx)) {
		return "", err
	}
	return folder, enc.Close()
}

// newFolder creates a folder with the time as its name: the numbers of the parts begin at 0 at each
// start.
func newFolder(parent string) (string, error) {
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return "", err
	}
	folder := filepath.Join(parent, time.Now().Format("2006-01-02T15-04-05"))
	return folder, os.Mkdir(folder, 0o777)
}

// outputs returns the recording, which is required, and the server, which may fail and comes back.
func outputs(folder string, s settings) []api.Output {
	options := []api.OutputOption{api.SegmentEvery(s.every)}
	if s.keep > 0 {
		options = append(options, api.SegmentKeep(s.keep))
	}
	all := []api.Output{api.Folder(folder, "part-%05d.mp4", options...)}
	if s.server != "" {
		all = append(all, api.URL(s.server, api.Reconnect(s.first, s.longest)))
	}
	return all
}

// feed simulates each frame and its sound when it is due. A frame that is late is followed by the
// next at once.
func feed(ctx context.Context, s settings, video *api.VideoStream, audio *api.AudioStream) error {
	begin, frames := time.Now(), int(s.duration*frameRate/time.Second)
	radar := newRadar()
	for k := 0; frames == 0 || k < frames; k++ {
		select {
		case <-time.After(time.Until(begin.Add(time.Duration(k) * s.interval))):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := video.AddFrames(ctx, api.Frames{Data: radar.draw(k), Layout: api.NHWC}); err != nil {
			return err
		}
		if err := audio.AddSamples(ctx, [][]float32{radar.beep(k)}); err != nil {
			return err
		}
	}
	return nil
}
