package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/avloom/avloom/api"
)

// filmSettings are those of one film.
type filmSettings struct {
	path          string
	width, height int
	length, chunk time.Duration
	codec         string
	workers       int
	shard         api.Shard
	join          bool
}

func (s *filmSettings) flags(flags *flag.FlagSet) {
	flags.Func("size", "the size of the film in pixels, as `WxH` (default 1280x720)", func(text string) error {
		_, err := fmt.Sscanf(text, "%dx%d", &s.width, &s.height)
		if err != nil || fmt.Sprintf("%dx%d", s.width, s.height) != text {
			return errors.New("write it as 1280x720")
		}
		return nil
	})
	flags.DurationVar(&s.length, "length", time.Minute, "how `long` the film lasts")
	flags.DurationVar(&s.chunk, "chunk", 4*time.Second, "how `long` a part lasts that is encoded by itself")
	flags.BoolVar(&s.join, "join", false, "join the parts that -film -shard has made")
	flags.StringVar(&s.codec, "codec", "libvpx-vp9", "the `encoder` of the film")
}

func (s *filmSettings) check() error {
	switch {
	case s.frames() < 1:
		return fmt.Errorf("-length %s: the film has no frame; a frame lasts %s", s.length, time.Second/frameRate)
	case s.workers < 0:
		return fmt.Errorf("-workers %d: at least one is needed; 0 is one per core", s.workers)
	case s.join && s.shard.Count > 0:
		return errors.New("-join makes no parts: leave -shard out")
	case framesIn(s.chunk) < 1:
		return fmt.Errorf("-chunk %s: a part has no frame; a frame lasts %s", s.chunk, time.Second/frameRate)
	default:
		return nil
	}
}

func (s *filmSettings) frames() int { return framesIn(s.length) }

func framesIn(d time.Duration) int { return int((d*frameRate + time.Second/2) / time.Second) }

// speed are options of encoders that are very slow by default.
var speed = map[string]map[string]any{"libvpx-vp9": {"cpu-used": 4}, "libaom-av1": {"cpu-used": 6}}

// film describes the film to avloom.
func (s *filmSettings) film(progress func(api.FilmProgress)) api.Film {
	samples := s.frames() * sampleRate / frameRate
	return api.Film{
		Path: s.path, Options: []api.OutputOption{api.Metadata(map[string]string{"title": "Harmony of the worlds"})},
		Video: api.VideoConfig{
			Width: s.width, Height: s.height, FrameRate: frameRate, InputFormat: "rgba",
			Codec: s.codec, ExtraOptions: speed[s.codec],
		},
		Frames: s.frames(), Chunk: framesIn(s.chunk), Draw: s.draw,
		Audio:       &api.AudioConfig{SampleRate: sampleRate, NumChannels: 2},
		Sound:       func(ctx context.Context, a *api.AudioStream) error { return sound(ctx, a, samples) },
		Fingerprint: "planets, version 1", // with another scene the parts of this one are of no use
		Progress:    progress,
	}
}

// draw feeds n frames from one on. Several calls run at the same time, each with a canvas of its
// own.
func (s *filmSettings) draw(ctx context.Context, video *api.VideoStream, from, n int) error {
	space := newSpace(s.width, s.height)
	for k := from; k < from+n; k++ {
		picture := space.draw(float64(k) / frameRate)
		if err := video.AddFrames(ctx, api.Frames{Data: picture, Layout: api.Raw}); err != nil {
			return err
		}
	}
	return nil
}

// sound feeds all samples of the film.
func sound(ctx context.Context, audio *api.AudioStream, samples int) error {
	const most = sampleRate / 10
	for from := 0; from < samples; from += most {
		if err := audio.AddSamples(ctx, harmony(from, min(most, samples-from), samples)); err != nil {
			return err
		}
	}
	return nil
}

func (s *filmSettings) run(ctx context.Context, stdout, stderr io.Writer) error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o777); err != nil {
		return err
	}
	switch parts := s.shard.Count > 0 || s.join; {
	case parts && isThere(s.path):
		_, err := fmt.Fprintf(stdout, "%s: it is there\n", s.path)
		return err
	case s.shard.Count > 0:
		return s.renderParts(ctx, stdout, stderr)
	case s.join:
		return s.joinParts(ctx, stdout)
	default:
		return s.render(ctx, stdout, stderr)
	}
}

// render makes the film, or goes on where an earlier call was stopped.
func (s *filmSettings) render(ctx context.Context, stdout, stderr io.Writer) error {
	p := newProgress(stderr, "frames")
	report, err := api.RenderFilm(ctx, s.film(p.frame), api.RenderConfig{Workers: s.workers, Resume: true})
	p.done()
	if err != nil {
		if parts := s.path + ".chunks"; ctx.Err() != nil && isThere(parts) {
			err = fmt.Errorf("%w; its finished parts are in %s, and the same command goes on from there", err, parts)
		}
		return err
	}
	return s.tell(stdout, report)
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// tell writes a summary of the film.
func (s *filmSettings) tell(to io.Writer, report api.Report) error {
	var skipped int
	for _, r := range report.Results {
		if r.Skipped {
			skipped++
		}
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(to, "%s: %d parts made, %d were there\n%d frames of %d×%d pixels, %.2f MB\n",
		s.path, len(report.Results)-skipped, skipped, s.frames(), s.width, s.height, float64(info.Size())/1e6)
	return err
}
