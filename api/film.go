package api

import (
	"context"
	"time"

	"github.com/avloom/avloom/internal/fault"
)

// Film is one file whose pictures can be drawn in any order: a simulation whose state at any frame
// can be computed, an animation, a plot for each time. It is cut into chunks of frames, which are
// drawn and encoded at the same time. RenderFilm makes the file.
type Film struct {
	// Path of the finished file. Its folder must exist. An existing regular file of that name is
	// replaced when the film is complete. While the film is made, and after a failure, the chunks wait
	// in the folder Path + ".chunks".
	Path string
	// Options of the output, as those of File. BestEffort is a *ConfigError. The file is CrashSafe
	// only if the options say so.
	Options []OutputOption
	// Video is the only video stream. Its quality must be constant (CRF, a quantizer, lossless):
	// chunks that are encoded apart cannot share a bit rate, so that BitRate is a *ConfigError, and so
	// are the options that set or limit one. VariableRate, OutFrameRate, OnFullDrop and a CUDA device
	// are, too, and the encoders that make one file of all pictures (gif, apng, libwebp_anim). Threads
	// 0 means 1 in a film: the workers keep the cores busy.
	Video VideoConfig
	// Frames is the length of the whole film, from 1 to 2147483647. Required.
	Frames int
	// Chunk is how many frames are drawn and encoded as one piece; the last chunk may be shorter. 0:
	// the frames of 10 s, and at least 1. The film has a key frame where a chunk begins, so that short
	// chunks take more bytes. A worker has nothing to do while the others encode the last chunks, so
	// that long chunks take more time. A film has at most 100000 chunks.
	Chunk int
	// Draw feeds the frames from … from+n-1 to v, in order, and no others: frame k of the film has
	// the time k/FrameRate. It is called once for each chunk, on a goroutine of its own, for
	// several chunks at the same time and in no certain order of their ends. ctx ends when the film
	// is given up. Draw need not end the stream. It must not keep v. More or fewer frames than n
	// are an error.
	Draw func(ctx context.Context, v *VideoStream, from, n int) error
	// Audio is the only audio stream. nil: the film is silent, and Sound must be nil. The sound is not
	// cut into chunks: an encoder of sound adds samples where it begins.
	Audio *AudioConfig
	// Sound feeds all sound to a. It is called once, on a goroutine of its own, by one of the workers
	// and before the first chunk; the other workers draw meanwhile. With one worker, the chunks follow
	// when Sound has returned. Sound need not end the stream. It must not keep a.
	Sound func(ctx context.Context, a *AudioStream) error
	// Fingerprint names all that the pictures and the sound depend on, besides the fields of Film: a
	// version of the program, the parameters of the simulation, or a hash of both. RenderConfig.Resume
	// takes only chunks that were made with the same fingerprint. It cannot know of a Draw that draws
	// other pictures now than in the earlier call.
	Fingerprint string
	// Progress is called while the film is made, at most ten times a second, from one goroutine at a
	// time, and not at the same time as RenderConfig.Progress. No chunk ends meanwhile, so it should
	// return soon. The last call comes when the film is complete, with Frames equal to Total. A panic
	// stops the film and is passed on. nil: it is not called.
	Progress func(FilmProgress)
}

// FilmProgress says how far a film has come.
type FilmProgress struct {
	Frames  int           // that are encoded, those of resumed chunks included
	Total   int           // of the film
	FPS     float64       // frames per second since RenderFilm was called, without those of resumed chunks; 0: none yet
	Left    time.Duration // until all frames are encoded, at this speed; 0: not known, or they are
	Elapsed time.Duration // since RenderFilm was called
}

// RenderFilm makes one file on all cores, also with an encoder that uses few of them (VP9, AV1,
// small pictures). The file is what one encoder with a key frame at the beginning of each chunk
// would write: every frame once, at the same times, with one header, and seekable. Its bytes depend
// on Chunk, and not on the number of workers, nor on whether the film was resumed.
//
// RenderFilm opens the encoders once and tries the header in memory before it draws. What is wrong
// with f or cfg is a *ConfigError, and no file has been touched then. Of cfg, Workers, Resume and
// Progress apply. Manifest and Shard are a *ConfigError; FailFast and Total are ignored, since a
// film has use for all chunks or none, and knows how many there are.
//
// Each chunk has an encoder of its own, with one thread. Its packets are written to a file in the
// folder Path + ".chunks", which has its name when it is complete and synced. When all chunks and
// the sound are there, they are read in order and written to a temporary file beside Path, which
// then is synced and becomes Path. The packets of a chunk are checked when it is made and again
// when the film is written: one for each frame, a key frame first, and the same header as that of
// all others. The chunks are removed at the end. Until then the disk holds the film twice. The
// memory is that of the workers' encoders, whatever the length of the film.
//
// The first failure ends the film: the other chunks are stopped, and those that are complete stay.
// The error names the chunk, and wraps what Draw or Sound has returned; a panic becomes a
// *pipeline.PanicError. When ctx ends, the error is its cause. RenderFilm returns when all calls of
// Draw and Sound have returned.
//
// With cfg.Resume, chunks that an earlier call has completed are not drawn again. That call may
// have failed, or its process may have been killed. A chunk is taken if its file is whole and was
// made with the same Fingerprint, Video, Frames, Chunk, container, FormatOptions, the same build of
// FFmpeg, and the same version of the encoder's library (libx264 does not tell its own); all others
// are drawn. If the film is complete already, nothing is drawn. Without
// Resume, what an earlier call has left is removed first. Files in the folder that are not of a
// film are never removed.
//
// The report has a result for each chunk that was begun, in the order in which they ended: the ID
// is "frames 0-299", Path that of the film, Bytes those of the chunk's packets, and Skipped says
// that the chunk was taken from an earlier call. The sound has no result.
//
// PlanFilm is for a film whose chunks are made by several processes, or on several machines.
//
// Only one RenderFilm at a time can make the same file: a second one, in any process, fails at
// once. On a file system without locks (flock), that is not found.
func RenderFilm(ctx context.Context, f Film, cfg RenderConfig) (Report, error) {
	if err := fault.First(checkContext(ctx), f.check(), f.checkPath(), cfg.checkForFilm()); err != nil {
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
