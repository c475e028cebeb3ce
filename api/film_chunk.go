package api

import (
	"context"
	"fmt"

	"github.com/avloom/avloom/internal/film"
	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/internal/wholefile"
)

// makeChunk draws and encodes a chunk, unless an earlier call has done so.
func (r *filmRun) makeChunk(ctx context.Context, c film.Chunk, result *JobResult) error {
	head := film.Head{Fingerprint: r.print, From: c.From, Frames: c.Frames}
	path := r.folder.Path(c)
	if info, ok := r.earlier(path, head); ok {
		result.Skipped, result.Frames, result.Bytes = true, int64(c.Frames), info.Size
		r.progress.resume(c.Frames)
		return nil
	}
	return r.keep(ctx, path, head, result, func(ctx context.Context, enc *Encoder) error {
		v, err := enc.AddVideo(r.Video)
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, r.Path, r.Options...); err != nil {
			return err
		}
		v.quota = &quota{chunk: c}
		if err := r.Draw(ctx, v, c.From, c.Frames); err != nil {
			return err
		}
		if err := v.End(); err != nil {
			return err
		}
		return v.quota.checkFed(v.times.frames)
	})
}

// makeSound converts and encodes the sound, unless an earlier call has done so.
func (r *filmRun) makeSound(ctx context.Context, result *JobResult) error {
	head := film.Head{Fingerprint: r.sounds}
	if _, ok := r.earlier(r.folder.Sound(), head); ok {
		return nil
	}
	return r.keep(ctx, r.folder.Sound(), head, result, func(ctx context.Context, enc *Encoder) error {
		a, err := enc.AddAudio(*r.Audio)
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, r.Path, r.Options...); err != nil {
			return err
		}
		if err := r.Sound(ctx, a); err != nil {
			return err
		}
		return a.End()
	})
}

// earlier says whether an earlier call has made a file, whole and in the same way.
func (r *filmRun) earlier(path string, head film.Head) (film.Info, bool) {
	r.folder.RemoveTemporary(path)
	if !r.workers.cfg.Resume {
		return film.Info{}, false
	}
	info, err := film.Verify(path)
	return info, err == nil && info.Head == head
}

// keep lets an encoder of its own make packets, and keeps these in a file.
func (r *filmRun) keep(
	ctx context.Context, path string, head film.Head, result *JobResult,
	feed func(ctx context.Context, enc *Encoder) error,
) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := film.Foreign(path); err != nil {
		return err
	}
	file, err := wholefile.Create(path)
	if err != nil {
		return fmt.Errorf("avloom: create a temporary file: %w", err)
	}
	defer file.Discard()
	var counted func()
	if head.Frames > 0 {
		counted = r.progress.add
	}
	keeper := film.NewKeeper(file.Name(), head, counted)
	job := Job{
		Options: []Option{r.isTemporary, func(s *settings) { s.Keep = graph.PacketKeeper(keeper) }},
		Run:     func(ctx context.Context, enc *Encoder, _ string) error { return feed(ctx, enc) },
	}
	if err := r.workers.encode(ctx, job, file.Name(), result); err != nil {
		return err
	}
	if err := keeper.Unfit(); err != nil {
		return err
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("avloom: the packets are written, but do not get their name: %w", err)
	}
	result.Bytes, _, err = regularFile(path)
	return err
}
