package api

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/film"
	"github.com/avloom/avloom/internal/wholefile"
)

// SoundPart is the index of a film's sound among its parts.
const SoundPart = film.Sound

// ErrPlanClosed is returned by the calls of a FilmPlan after its Close.
var ErrPlanClosed = errors.New("avloom: the plan of the film is closed")

// FilmPlan makes the parts of a film one by one, in any order, in several processes or on several
// machines, and joins them. Each process makes a plan of the same Film. Parts travel as files: each
// chunk is one, and the sound.
//
//	plan, err := api.PlanFilm(ctx, film)   // on each machine
//	plan.RenderChunk(ctx, i, path, nil)    // for i from 0 to plan.Chunks()-1, on any of them
//	plan.RenderSound(ctx, path, nil)       // if the film has sound
//	plan.Join(ctx, "film.mp4", part)       // where all parts are
//	plan.Close()
//
// The file is that of RenderFilm, byte by byte, wherever the parts were made. The methods are safe
// for use by several goroutines at once. Each RenderChunk encodes with
// Video.Threads threads, and 0 means 1. Film.Progress is not called.
type FilmPlan struct {
	parts *filmParts

	mu     sync.Mutex
	users  int // calls that are running
	closed bool
}

// PlanFilm opens the encoders of a film once, and tries the header in memory. What is wrong with f
// is a *ConfigError, as in RenderFilm. It touches no file: Film.Path names the container by its
// extension. The caller closes the plan.
func PlanFilm(ctx context.Context, f Film) (*FilmPlan, error) {
	if err := fault.First(checkContext(ctx), f.check()); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	parts, err := newFilmParts(ctx, &f)
	if err != nil {
		return nil, err
	}
	return &FilmPlan{parts: parts}, nil
}

// Chunks returns how many chunks the film has.
func (p *FilmPlan) Chunks() int { return p.parts.cut.Chunks() }

// ChunkFrames returns the number of a chunk's first frame, and how many frames it has; 0, 0: the
// film has no such chunk.
func (p *FilmPlan) ChunkFrames(index int) (from, n int) {
	if index < 0 || index >= p.Chunks() {
		return 0, 0
	}
	c := p.parts.cut.At(index)
	return c.From, c.Frames
}

// Fingerprint names all that the bytes of the parts depend on, in hexadecimal digits: Fingerprint,
// Video, Audio, Frames and Chunk of the film, its container and FormatOptions, the build of FFmpeg,
// the version of the encoder's library (libx264 does not tell its own), and the headers of the
// encoders. Parts of plans with the same fingerprint fit together. It cannot know of a Draw that
// draws other pictures elsewhere.
func (p *FilmPlan) Fingerprint() string {
	f := film.NewFingerprint(string(p.parts.print[:]), string(p.parts.sounds[:]))
	return hex.EncodeToString(f[:])
}

// RenderChunk draws and encodes a chunk, and writes its packets to a file. The folder of path must
// exist. The file has a temporary name beside path until it is complete and synced; one that a
// killed process has left is removed. An older part of that name is replaced; any other file is an
// error. In the result, Path is path, Bytes the size
// of the part and ID "frames 30-59". Its Err is the error that RenderChunk returns.
//
// progress is called when a frame was handed to the encoder, and when one comes out of it, with the
// numbers of both. The calls come from two goroutines, but never at the same time. The encoder
// waits for progress. nil: it is not called.
//
// The error names the chunk, and wraps what Draw has returned; a panic becomes a
// *pipeline.PanicError. When ctx ends, the error wraps its cause. RenderChunk returns when Draw has
// returned.
func (p *FilmPlan) RenderChunk(
	ctx context.Context, index int, path string, progress func(drawn, encoded int),
) (JobResult, error) {
	done, err := p.begin(ctx, path)
	if err != nil {
		return JobResult{Path: path, Err: err}, err
	}
	defer done()
	if err := p.checkIndex(index, 0); err != nil {
		return JobResult{Path: path, Err: err}, err
	}
	c := p.parts.cut.At(index)
	w := partWriter{workers: newFilmWorkers(RenderConfig{Workers: 1}), path: path}
	if progress != nil {
		counts := &partProgress{tell: progress}
		w.drawn, w.kept = counts.addDrawn, counts.addEncoded
	}
	run := func(ctx context.Context, result *JobResult) error { return p.parts.makeChunk(ctx, w, c, result) }
	return renderPart(ctx, w, task{id: c.ID(), path: path, about: c.String(), user: "Draw", run: run})
}

// RenderSound encodes the sound, as RenderChunk does a chunk. A film without sound is a
// *ConfigError. In the result the ID is "sound". progress is called when a packet comes out of the
// encoder, with the number of packets; nil: it is not called.
func (p *FilmPlan) RenderSound(ctx context.Context, path string, progress func(packets int)) (JobResult, error) {
	done, err := p.begin(ctx, path)
	if err != nil {
		return JobResult{Path: path, Err: err}, err
	}
	defer done()
	if err := p.checkIndex(SoundPart, SoundPart); err != nil {
		return JobResult{Path: path, Err: err}, err
	}
	w := partWriter{workers: newFilmWorkers(RenderConfig{Workers: 1}), path: path}
	if progress != nil {
		counts := &partProgress{tell: func(_, packets int) { progress(packets) }}
		w.kept = counts.addEncoded
	}
	run := func(ctx context.Context, result *JobResult) error { return p.parts.makeSound(ctx, w, result) }
	return renderPart(ctx, w, task{id: "sound", path: path, about: "sound", user: "Sound", run: run})
}

// renderPart does a task on a goroutine of its own, and waits for it.
func renderPart(ctx context.Context, w partWriter, t task) (JobResult, error) {
	new(wholefile.Leftovers).Remove(w.path)
	w.workers.runAll(ctx, slices.Values([]task{t}))
	if len(w.workers.results) == 0 { // ctx ended before it began
		return JobResult{ID: t.id, Path: t.path, Err: context.Cause(ctx)}, context.Cause(ctx)
	}
	result := w.workers.results[0]
	return result, result.Err
}

// Check reads a part, and returns nil if it is whole and of this film; index is the number of a
// chunk, or SoundPart. Otherwise the error is a *PartError. Only Join compares the chunks with each
// other.
func (p *FilmPlan) Check(index int, path string) error {
	done, err := p.use()
	if err != nil {
		return err
	}
	defer done()
	if err := p.checkIndex(index, SoundPart); err != nil {
		return err
	}
	return partError(p.parts.joint().Check(index, path), path)
}

// Join checks all parts and writes the film, whose file gets the name path when it is complete and
// synced. The folder must exist. A regular file of that name is replaced. The container is that of
// Film.Path, whatever the extension of path. part returns the path of a chunk, or of the sound
// (index SoundPart); it is called several times for each.
//
// If a part is missing, damaged, or of another film, the error wraps a *PartError, and no file gets
// the name. The parts stay in any case. When ctx ends, the error wraps its cause.
func (p *FilmPlan) Join(ctx context.Context, path string, part func(index int) string) error {
	done, err := p.begin(ctx, path)
	if err != nil {
		return err
	}
	defer done()
	if part == nil {
		return &fault.ConfigError{Field: "part", Reason: "must not be nil: it says where the parts are"}
	}
	if _, _, err := regularFile(path); err != nil {
		return err
	}
	j := p.parts.joint()
	j.Path = func(c film.Chunk) string { return part(c.Index) }
	if j.Sound != nil {
		j.SoundPath = part(SoundPart)
	}
	err = p.parts.join(ctx, path, j)
	if e, ok := errors.AsType[*film.PartError](err); ok {
		err = partError(e, part(e.Index))
	}
	return err
}

// Close frees the plan when the calls that are running have returned. Further calls return
// ErrPlanClosed, but those of Chunks, ChunkFrames and Fingerprint. A second Close does nothing.
func (p *FilmPlan) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	if p.users == 0 {
		p.parts.close()
	}
}

// begin checks what each call that writes a file is given, and begins to use the plan.
func (p *FilmPlan) begin(ctx context.Context, path string) (done func(), err error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	if path == "" {
		return nil, &fault.ConfigError{Field: "path", Value: "", Reason: "must be the name of the file to make"}
	}
	return p.use()
}

// use keeps the plan from being freed until done is called.
func (p *FilmPlan) use() (done func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrPlanClosed
	}
	p.users++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.users--; p.users == 0 && p.closed {
			p.parts.close()
		}
	}, nil
}

// checkIndex returns an error if the film has no such part, from the lowest index on.
func (p *FilmPlan) checkIndex(index, lowest int) error {
	switch {
	case index == SoundPart && lowest == SoundPart && p.parts.Audio != nil:
		return nil
	case index == SoundPart && lowest == SoundPart:
		return &fault.ConfigError{Field: "Audio", Reason: "is nil: the film is silent, and has no part with sound"}
	case index < 0 || index >= p.Chunks():
		n := p.Chunks()
		reason := fmt.Sprintf("must be from 0 to %d: the film has %d %s", n-1, n, plural("chunk", n))
		return &fault.ConfigError{Field: "index", Value: index, Reason: reason}
	}
	return nil
}
