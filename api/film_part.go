package api

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/film"
	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/internal/wholefile"
)

// filmParts makes the parts of a film, its chunks and its sound, and joins them. RenderFilm and
// FilmPlan share it.
type filmParts struct {
	*Film
	cut     film.Cut
	output  *graph.FilmOutput
	print   film.Fingerprint // of the video
	sounds  film.Fingerprint // of the sound
	joining sync.Mutex       // held by the only one that may create files with output
}

// newFilmParts opens all encoders once and tries the header, so that wrong settings are found
// before anything is drawn. It touches no file.
func newFilmParts(ctx context.Context, f *Film) (*filmParts, error) {
	p := &filmParts{Film: f, cut: film.Cut{Frames: f.Frames, Chunk: f.chunk()}}
	var err error
	if p.output, err = f.describe(ctx); err != nil {
		return nil, err
	}
	if err := p.takeFingerprints(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// describe finds what is wrong with the settings, and describes the file.
func (f *Film) describe(ctx context.Context) (*graph.FilmOutput, error) {
	enc := NewEncoder(WithThreadBudget(NewThreadBudget(1)), f.isTemporary)
	defer func() { _ = enc.Close() }() // it did not open
	if _, err := enc.AddVideo(f.Video); err != nil {
		return nil, fmt.Errorf("avloom: Video: %w", fault.WithoutPrefix(err))
	}
	if f.Audio != nil {
		if _, err := enc.AddAudio(*f.Audio); err != nil {
			return nil, fmt.Errorf("avloom: Audio: %w", fault.WithoutPrefix(err))
		}
	}
	return graph.DescribeFilm(ctx, enc.takeConfig([]Output{File(f.Path, f.Options...)}), f.Frames)
}

// isTemporary says that the file need not be crash-safe: it has its name when it is complete.
func (f *Film) isTemporary(s *settings) { s.Temporary = f.Path }

// takeFingerprints finds the fingerprints, by which parts that were made earlier, or elsewhere, are
// known again.
func (p *filmParts) takeFingerprints() error {
	video, err := json.Marshal(p.Video)
	if err != nil {
		return err
	}
	sound, err := json.Marshal(p.Audio)
	if err != nil {
		return err
	}
	output := File(p.Path, p.Options...).config
	options, err := json.Marshal(output.FormatOptions)
	if err != nil {
		return err
	}
	common := []string{p.Fingerprint, astiavx.LibraryVersions(), p.output.Container(), string(options)}
	cut, encoder := fmt.Sprint(p.cut), astiavx.EncoderVersion(p.output.Streams[0].Codec.Encoder)
	p.print = film.NewFingerprint(append(common, "video", string(video), cut, encoder, string(header(p.output, 0)))...)
	if p.Audio != nil {
		p.sounds = film.NewFingerprint(append(common, "sound", string(sound), string(header(p.output, 1)))...)
	}
	return nil
}

// header returns the codec's header of a stream, as the encoder tells it when it opens.
func header(o *graph.FilmOutput, stream int) []byte {
	return o.Streams[stream].Codec.Parameters.ExtraData()
}

func (p *filmParts) close() { p.output.Close() }

// newFilmWorkers returns workers for the parts of a film. One that fails stops the others.
func newFilmWorkers(cfg RenderConfig) *rendering {
	if cfg.Workers == 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	cfg.FailFast = true
	return &rendering{
		cfg: cfg, threads: 1, free: semaphore.NewWeighted(int64(cfg.Workers)), start: time.Now(),
	}
}

// partWriter is where a part goes, and who does it.
type partWriter struct {
	workers *rendering
	path    string
	drawn   func() // is called when a frame was fed; nil: nobody is told
	kept    func() // is called when a packet was kept; nil: nobody is told
}

// makeChunk draws and encodes a chunk.
func (p *filmParts) makeChunk(ctx context.Context, w partWriter, c film.Chunk, result *JobResult) error {
	return p.keep(ctx, w, p.joint().Head(c), result, func(ctx context.Context, enc *Encoder) error {
		v, err := enc.AddVideo(p.Video)
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, p.Path, p.Options...); err != nil {
			return err
		}
		v.quota = &quota{chunk: c, sent: w.drawn}
		if err := p.Draw(ctx, v, c.From, c.Frames); err != nil {
			return err
		}
		if err := v.End(); err != nil {
			return err
		}
		return v.quota.checkFed(v.times.frames)
	})
}

// makeSound converts and encodes the sound.
func (p *filmParts) makeSound(ctx context.Context, w partWriter, result *JobResult) error {
	return p.keep(ctx, w, p.joint().SoundHead(), result, func(ctx context.Context, enc *Encoder) error {
		a, err := enc.AddAudio(*p.Audio)
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, p.Path, p.Options...); err != nil {
			return err
		}
		if err := p.Sound(ctx, a); err != nil {
			return err
		}
		return a.End()
	})
}

// keep lets an encoder of its own make packets, and keeps these in a file.
func (p *filmParts) keep(
	ctx context.Context, w partWriter, head film.Head, result *JobResult,
	feed func(ctx context.Context, enc *Encoder) error,
) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := film.ForeignPart(w.path); err != nil {
		return err
	}
	file, err := wholefile.Create(w.path)
	if err != nil {
		return fmt.Errorf("avloom: create a temporary file: %w", err)
	}
	defer file.Discard()
	keeper := film.NewKeeper(file.Name(), head, w.kept)
	job := Job{
		Options: []Option{p.isTemporary, func(s *settings) { s.Keep = graph.PacketKeeper(keeper) }},
		Run:     func(ctx context.Context, enc *Encoder, _ string) error { return feed(ctx, enc) },
	}
	if err := w.workers.encode(ctx, job, file.Name(), result); err != nil {
		return err
	}
	if err := keeper.Unfit(); err != nil {
		return err
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("avloom: the packets are written, but do not get their name: %w", err)
	}
	result.Bytes, _, err = regularFile(w.path)
	return err
}

// joint describes how the parts become one film. Whoever joins them fills in where they are.
func (p *filmParts) joint() film.Joint {
	j := film.Joint{Cut: p.cut, Video: p.output.Streams[0], Fingerprint: p.print}
	if p.Audio != nil {
		j.Sound, j.SoundPrint = &p.output.Streams[1], p.sounds
	}
	return j
}

// join writes the film from the packets of all chunks and of the sound. The file at path is
// replaced when the film is complete.
func (p *filmParts) join(ctx context.Context, path string, j film.Joint) error {
	new(wholefile.Leftovers).Remove(path)
	file, err := wholefile.Create(path)
	if err != nil {
		return fmt.Errorf("avloom: create a temporary file: %w", err)
	}
	defer file.Discard()
	if err := p.write(ctx, file.Name(), j); err != nil {
		return fmt.Errorf("avloom: join the chunks: %w", fault.WithoutPrefix(err))
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("avloom: the file is written, but does not get its name: %w", err)
	}
	return nil
}

// write writes the film to a file of that name.
func (p *filmParts) write(ctx context.Context, name string, j film.Joint) error {
	p.joining.Lock()
	defer p.joining.Unlock()
	sink, err := p.output.Create(name)
	if err != nil {
		return err
	}
	defer sink.Close()
	return film.Join(ctx, sink, j)
}
