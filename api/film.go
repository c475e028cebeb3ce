package api

import (
	"context"
	"time"

	"github.com/avloom/avloom/internal/fault"
)

// Film is one file whose pictures can be drawn in any order. It is cut into chunks of frames, which
// are drawn and encoded at the same time. RenderFilm makes the file.
type Film struct {
	// Path of the finished file. Its folder must exist. An existing regular file of that name is
	// replaced when the film is complete.
	Path string
	// Options of the output, as those of File.
	Options []OutputOption
	// Video is the only video stream. Its quality must be constant (CRF, a quantizer, lossless).
	// Threads 0 means 1 in a film.
	Video VideoConfig
	// Frames is the length of the whole film. Required.
	Frames int
	// Chunk is how many frames are drawn and encoded as one piece. 0: about 10 s.
	Chunk int
	// Draw feeds the frames from … from+n-1 to v, in order.
	Draw func(ctx context.Context, v *VideoStream, from, n int) error
	// Audio is the only audio stream. nil: the film is silent, and Sound must be nil.
	Audio *AudioConfig
	// Sound feeds all sound to a, once.
	Sound func(ctx context.Context, a *AudioStream) error
	// Fingerprint tells one content of the film from another: RenderConfig.Resume takes chunks only
	// of the same fingerprint.
	Fingerprint string
	// Progress is called while the film is made, at most ten times a second, from one goroutine at a
	// time.
	Progress func(FilmProgress)
}

// FilmProgress says how far a film has come.
type FilmProgress struct {
	Frames  int           // that are encoded, those of resumed chunks included
	Total   int           // of the film
	FPS     float64       // frames per second since RenderFilm was called, without those of resumed chunks
	Left    time.Duration // until the film is complete, at this speed; 0: not known yet
	Elapsed time.Duration // since RenderFilm was called
}

// RenderFilm makes one file on all cores.
func RenderFilm(ctx context.Context, f Film, cfg RenderConfig) (Report, error) {
	if err := fault.First(checkContext(ctx), f.check(), cfg.checkForFilm()); err != nil {
		return Report{}, err
	}
	if ctx.Err() != nil {
		return Report{}, context.Cause(ctx)
	}
	r, err := newFilmRun(ctx, &f, cfg)
	if err != nil {
		return Report{}, err
	}
	defer r.close()
	return r.run(ctx)
}
