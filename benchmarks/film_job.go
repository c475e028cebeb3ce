package main

import (
	"context"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// chunkEnds are the times at which the chunks of a film ended.
type chunkEnds []time.Time

// film makes the files by RenderFilm.
func (w *worker) film() error {
	for number := range w.job.Files {
		w.chunkEnds = nil
		film := api.Film{
			Path: w.job.File(number), Video: w.config(), Frames: w.job.Frames, Chunk: w.job.Chunk, Draw: w.draw,
		}
		cfg := api.RenderConfig{
			Workers:  w.job.Parallel,
			Progress: func(api.Progress) { w.chunkEnds = append(w.chunkEnds, time.Now()) },
		}
		if _, err := api.RenderFilm(context.Background(), film, cfg); err != nil {
			return err
		}
	}
	return nil
}

// draw feeds the frames of one chunk.
func (w *worker) draw(_ context.Context, v *api.VideoStream, from, n int) error {
	for k := from; k < from+n; k++ {
		if err := w.add(v, w.picture(w.job.Picture(k))); err != nil {
			return err
		}
	}
	return nil
}

// note adds what the ends of the chunks tell to a sample that ends now: how long one of the workers
// had no chunk left, on average, and how long it took from the last chunk to the end.
func (e chunkEnds) note(s *measure.Sample, workers int) {
	if len(e) == 0 {
		return
	}
	s.Idle = measure.Idle(e[max(0, len(e)-workers):]).Seconds()
	s.Join = time.Since(e[len(e)-1]).Seconds()
}
