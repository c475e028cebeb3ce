package api

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/film"
	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/internal/wholefile"
)

// filmRun is a call of RenderFilm.
type filmRun struct {
	*Film
	cut      film.Cut
	output   *graph.FilmOutput
	print    film.Fingerprint // of the video
	sounds   film.Fingerprint // of the sound
	folder   *film.Folder     // nil: nothing is to be drawn
	workers  *rendering
	progress filmProgress
}

// newFilmRun opens all encoders once and tries the header, so that wrong settings are found before
// anything is drawn. It touches no file.
func newFilmRun(ctx context.Context, f *Film, cfg RenderConfig) (*filmRun, error) {
	if cfg.Workers == 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	cfg.FailFast = true
	cut := film.Cut{Frames: f.Frames, Chunk: f.chunk()}
	cfg.Total = cut.Chunks()
	r := &filmRun{Film: f, cut: cut, workers: &rendering{
		cfg: cfg, threads: 1, free: semaphore.NewWeighted(int64(cfg.Workers)), start: time.Now(),
	}}
	var err error
	if r.output, err = f.describe(ctx); err != nil {
		return nil, err
	}
	if err := r.takeFingerprints(); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
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

// takeFingerprints finds the fingerprints, by which chunks of an earlier call are known again.
func (r *filmRun) takeFingerprints() error {
	video, err := json.Marshal(r.Video)
	if err != nil {
		return err
	}
	sound, err := json.Marshal(r.Audio)
	if err != nil {
		return err
	}
	output := File(r.Path, r.Options...).config
	options, err := json.Marshal(output.FormatOptions)
	if err != nil {
		return err
	}
	common := []string{r.Fingerprint, astiavx.LibraryVersions(), r.output.Container(), string(options)}
	cut, encoder := fmt.Sprint(r.cut), astiavx.EncoderVersion(r.output.Streams[0].Codec.Encoder)
	r.print = film.NewFingerprint(append(common, "video", string(video), cut, encoder, string(header(r.output, 0)))...)
	if r.Audio != nil {
		r.sounds = film.NewFingerprint(append(common, "sound", string(sound), string(header(r.output, 1)))...)
	}
	return nil
}

// header returns the codec's header of a stream, as the encoder tells it when it opens.
func header(o *graph.FilmOutput, stream int) []byte {
	return o.Streams[stream].Codec.Parameters.ExtraData()
}

func (r *filmRun) close() { r.output.Close() }

// run makes the film, and tells its progress meanwhile.
func (r *filmRun) run(ctx context.Context) (Report, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	unwatch := r.watch(stop)
	err := r.make(ctx)
	unwatch()
	if err == nil {
		r.tell(stop)
	}
	w := r.workers
	if w.panicked != nil {
		panic(w.panicked)
	}
	if w.exited != nil {
		err = w.exited
	}
	return Report{Results: w.results}, err
}

// make makes the film, unless it is there already.
func (r *filmRun) make(ctx context.Context) (err error) {
	resume := r.workers.cfg.Resume
	complete, err := film.IsComplete(r.Path)
	if err != nil {
		return fmt.Errorf("avloom: %w", err)
	}
	if resume && complete {
		return r.skip(ctx)
	}
	if r.folder, err = film.OpenFolder(r.Path + film.Suffix); err != nil {
		return fmt.Errorf("avloom: the folder of the chunks: %w", err)
	}
	defer r.folder.Close()
	if err := r.folder.CheckForeign(r.cut); err != nil {
		return fmt.Errorf("avloom: %w", err)
	}
	if !resume {
		if err := fault.First(r.folder.RemoveAll(), r.folder.NoteReplaced(r.Path)); err != nil {
			return fmt.Errorf("avloom: remove the chunks of an earlier film: %w", err)
		}
	}
	if err := r.draw(ctx, r.tasks()); err != nil {
		return err
	}
	return r.join(ctx)
}

// skip ends a call whose film is complete. It removes what a killed call may have left of it.
func (r *filmRun) skip(ctx context.Context) error {
	if _, err := os.Lstat(r.Path + film.Suffix); err == nil {
		folder, err := film.OpenFolder(r.Path + film.Suffix)
		if err == nil { // otherwise another call is making the film anew
			_ = folder.RemoveAll()
			folder.Close()
		}
	}
	return r.draw(ctx, r.skipped())
}

// draw lets the workers do all tasks.
func (r *filmRun) draw(ctx context.Context, tasks iter.Seq[task]) error {
	r.workers.runAll(ctx, tasks)
	if failed := r.workers.failed; len(failed) > 0 {
		return failed[0].Err
	}
	if err := r.workers.interruption(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// skipped are the tasks of a film that is complete.
func (r *filmRun) skipped() iter.Seq[task] {
	return func(yield func(task) bool) {
		for i := range r.cut.Chunks() {
			c := r.cut.At(i)
			run := func(_ context.Context, result *JobResult) error {
				result.Skipped, result.Frames = true, int64(c.Frames)
				r.progress.resume(c.Frames)
				return nil
			}
			if !yield(task{id: c.ID(), path: r.Path, about: c.String(), run: run}) {
				return
			}
		}
	}
}

// tasks are the sound and all chunks, in order.
func (r *filmRun) tasks() iter.Seq[task] {
	return func(yield func(task) bool) {
		sound := task{id: "sound", path: r.Path, about: "sound", user: "Sound", noResult: true, run: r.makeSound}
		if r.Sound != nil && !yield(sound) {
			return
		}
		for i := range r.cut.Chunks() {
			c := r.cut.At(i)
			run := func(ctx context.Context, result *JobResult) error { return r.makeChunk(ctx, c, result) }
			if !yield(task{id: c.ID(), path: r.Path, about: c.String(), user: "Draw", run: run}) {
				return
			}
		}
	}
}

// join writes the film from the packets of all chunks and of the sound.
func (r *filmRun) join(ctx context.Context) error {
	new(wholefile.Leftovers).Remove(r.Path)
	file, err := wholefile.Create(r.Path)
	if err != nil {
		return fmt.Errorf("avloom: create a temporary file: %w", err)
	}
	defer file.Discard()
	if err := r.write(ctx, file.Name()); err != nil {
		return fmt.Errorf("avloom: join the chunks: %w", fault.WithoutPrefix(err))
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("avloom: the file is written, but does not get its name: %w", err)
	}
	if err := r.folder.RemoveAll(); err != nil {
		return fmt.Errorf("avloom: the film is complete, but its chunks stay: %w", err)
	}
	return nil
}

// write writes the film to a file of that name.
func (r *filmRun) write(ctx context.Context, name string) error {
	sink, err := r.output.Create(name)
	if err != nil {
		return err
	}
	defer sink.Close()
	j := film.Joint{Cut: r.cut, Video: r.output.Streams[0], Fingerprint: r.print, Path: r.folder.Path}
	if r.Audio != nil {
		j.Sound, j.SoundPath, j.SoundPrint = &r.output.Streams[1], r.folder.Sound(), r.sounds
	}
	return film.Join(ctx, sink, j)
}
