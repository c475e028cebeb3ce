package api

import (
	"context"

	"github.com/avloom/avloom/internal/film"
)

// drawChunk makes a chunk, unless an earlier call has done so.
func (r *filmRun) drawChunk(ctx context.Context, c film.Chunk, result *JobResult) error {
	path := r.folder.Path(c)
	if info, ok := r.earlier(path, r.joint().Head(c)); ok {
		result.Skipped, result.Frames, result.Bytes = true, int64(c.Frames), info.Size
		r.progress.resume(c.Frames)
		return nil
	}
	return r.makeChunk(ctx, partWriter{workers: r.workers, path: path, kept: r.progress.add}, c, result)
}

// playSound makes the sound, unless an earlier call has done so.
func (r *filmRun) playSound(ctx context.Context, result *JobResult) error {
	path := r.folder.Sound()
	if _, ok := r.earlier(path, r.joint().SoundHead()); ok {
		return nil
	}
	return r.makeSound(ctx, partWriter{workers: r.workers, path: path}, result)
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
