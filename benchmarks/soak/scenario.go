package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"

	"github.com/avloom/avloom/api"
)

// container is a container with the encoders that it is tried with.
type container struct {
	format       string
	video, audio []string
	frontToBack  bool // whether it can be written to a writer that cannot seek
}

var containers = []container{
	{"mp4", []string{"libx264", "libx265", "mpeg4"}, []string{"aac", "libmp3lame"}, true},
	{"mov", []string{"prores_ks", "libx264", "mjpeg"}, []string{"pcm_s16le", "aac"}, true},
	{"mkv", []string{"libx264", "ffv1", "mjpeg", "libvpx"}, []string{"flac", "libopus", "ac3"}, true},
	{"webm", []string{"libvpx", "libvpx-vp9"}, []string{"libopus", "libvorbis"}, true},
	{"mpegts", []string{"libx264", "mpeg2video"}, []string{"mp2", "aac"}, true},
	{"avi", []string{"mpeg4", "ffv1"}, []string{"pcm_s16le", "libmp3lame"}, false},
}

// options make slow encoders fast.
var options = map[string]map[string]any{
	"libvpx":     {"deadline": "realtime", "cpu-used": 8},
	"libvpx-vp9": {"deadline": "realtime", "cpu-used": 8},
}

var presets = map[string]string{"libx264": "ultrafast", "libx265": "ultrafast"}

// scenario is the life of one encoder.
type scenario struct {
	random *rand.Rand
	into   container
	end    ending
	dir    string
	number uint64

	enc    *api.Encoder
	videos []*api.VideoStream
	sounds []*api.AudioStream
	frame  []byte
}

func newScenario(seed, number uint64, dir string) *scenario {
	s := &scenario{random: rand.New(rand.NewPCG(seed, number)), dir: dir, number: number}
	s.into, s.end = pick(s, containers), pick(s, ends[:])
	return s
}

func (s *scenario) String() string { return s.into.format + ", " + s.end.name }

func pick[T any](s *scenario, list []T) T { return list[s.random.IntN(len(list))] }

// run adds random streams and lets the encoder live until its end.
func (s *scenario) run() error {
	s.enc = api.NewEncoder(api.WithThreadBudget(api.NewThreadBudget(1)), api.WithQueueDepth(1+s.random.IntN(8)))
	width, height := 64+2*s.random.IntN(64), 64+2*s.random.IntN(64)
	for range 1 + s.random.IntN(2) {
		codec := pick(s, s.into.video)
		v, err := s.enc.AddVideo(api.VideoConfig{
			Width: width, Height: height, FrameRate: 30, Codec: codec, Preset: presets[codec], ExtraOptions: options[codec],
		})
		if err != nil {
			return err
		}
		s.videos = append(s.videos, v)
	}
	for range s.random.IntN(3) {
		a, err := s.enc.AddAudio(api.AudioConfig{
			SampleRate: 48000, NumChannels: 1, OutNumChannels: 1 + s.random.IntN(2), Codec: pick(s, s.into.audio),
		})
		if err != nil {
			return err
		}
		s.sounds = append(s.sounds, a)
	}
	s.frame = make([]byte, width*height*3)
	return s.end.live(s)
}

// feed feeds each stream from its own goroutine, with a random number of frames, until an error.
func (s *scenario) feed(ctx context.Context) error {
	frames := s.random.IntN(60)
	for i := range s.frame {
		s.frame[i] = byte(i)
	}
	failed := make(chan error, len(s.videos)+len(s.sounds))
	var feeders sync.WaitGroup
	for i, v := range s.videos {
		feeders.Go(func() { failed <- s.show(ctx, v, frames, i%2 == 1) })
	}
	for _, a := range s.sounds {
		feeders.Go(func() { failed <- s.play(ctx, a, frames) })
	}
	feeders.Wait()
	close(failed)
	var err error
	for e := range failed {
		err = errors.Join(err, e)
	}
	return err
}

// show feeds a stream of pictures. lent says whether they are acquired.
func (s *scenario) show(ctx context.Context, v *api.VideoStream, frames int, lent bool) error {
	for range frames {
		if !lent {
			if err := v.AddFrames(ctx, api.Frames{Data: s.frame, Layout: api.NHWC}); err != nil {
				return err
			}
			continue
		}
		p, err := v.Acquire(ctx)
		if err != nil {
			return err
		}
		clear(p.Pix)
		if err := v.Commit(ctx, p); err != nil {
			return err
		}
	}
	return v.End()
}

// play feeds a stream of sound.
func (s *scenario) play(ctx context.Context, a *api.AudioStream, frames int) error {
	chunk := make([]float32, 1600)
	for i := range chunk {
		chunk[i] = float32(i%160)/160 - .5
	}
	for range frames {
		if err := a.AddSamples(ctx, [][]float32{chunk}); err != nil {
			return err
		}
	}
	return a.End()
}

// open opens the encoder for a file, for memory, or for a writer that cannot seek.
func (s *scenario) open(ctx context.Context) error {
	switch kind := s.random.IntN(3); {
	case kind == 0:
		return s.enc.OpenFile(ctx, filepath.Join(s.dir, fmt.Sprint(s.number)), api.Format(s.into.format))
	case kind == 1 || !s.into.frontToBack:
		return s.enc.OpenWriter(ctx, &api.MemoryFile{}, s.into.format)
	default:
		return s.enc.OpenWriter(ctx, struct{ io.Writer }{io.Discard}, s.into.format)
	}
}

// tidy removes the file, if there is one.
func (s *scenario) tidy() { _ = os.Remove(filepath.Join(s.dir, fmt.Sprint(s.number))) }
