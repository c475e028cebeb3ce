package api

import (
	"context"
	"iter"
	"time"

	"github.com/avloom/avloom/internal/fault"
)

// Job is one file that RenderAll makes.
type Job struct {
	// ID names the job in results, errors and the manifest, and decides which Shard it belongs to.
	// "": Path. With a manifest each job needs an ID of its own; one that two jobs share is that of
	// the last one, and the other job is run again. A folder whose files are to be known again after
	// it was moved needs IDs that do not depend on paths.
	ID string
	// Path of the finished file. Its folder must exist. An existing regular file of that name is
	// replaced when the job is done.
	Path string
	// Options of this job's encoder. They override those of RenderAll: WithThreadBudget gives the
	// encoder other threads.
	Options []Option
	// Run adds streams to enc, opens path with it, and feeds the streams. It need not close enc;
	// RenderAll does. path is a temporary name in the folder of Path, with the same extension. The
	// file becomes Path when Run has returned nil and the encoder was closed without an error. When
	// the job must stop, ctx ends, the encoder is aborted and path is removed. Run is called on a
	// goroutine of its own.
	Run func(ctx context.Context, enc *Encoder, path string) error
	// Fingerprint names all that the content of the file depends on: a version of the program, the
	// parameters of the job, or a hash of both. It is written to RenderConfig.Manifest. With Resume
	// the job is then done only if its file was made with this fingerprint. It must be UTF-8. With
	// Resume and without a Manifest it must be "", because nothing could tell with which fingerprint a
	// file was made.
	Fingerprint string
}

// RenderConfig is the configuration of RenderAll and RenderFilm. The zero value of a field means
// its default. RenderFilm runs the chunks of a film as jobs. It counts them itself, without Total,
// always stops when one fails, and has neither Shard nor Manifest.
type RenderConfig struct {
	// Workers is the number of jobs that run at a time. 0: one per core (runtime.GOMAXPROCS).
	Workers int
	// FailFast stops all jobs when one fails. Default: the others go on.
	FailFast bool
	// Resume skips a job whose Path is already a regular file. With a Manifest, it skips a job only if
	// the manifest lists it with its Fingerprint, and the file has not been changed since: it has the
	// size and time that the manifest says, or else the hash. Each other job is run again.
	Resume bool
	// Progress is called when a job has ended, in the order of the results, from one goroutine at a
	// time. No other job can end while Progress runs, so it should return soon. nil: it is not called.
	Progress func(Progress)
	// Total is the number of all jobs, those of other shards included. Progress.Total and
	// Progress.Left follow from it. 0: unknown.
	Total int
	// Shard is the part of the jobs that this call runs. The jobs of other parts are neither begun nor
	// in the results. The zero value: all jobs.
	Shard Shard
	// Manifest is the path of a list of finished files. A line is appended to it for each job whose
	// file has got its Path, and is on the disk before the job has ended. What the list held stays.
	// The folder must exist. Several processes may append to one manifest, on file systems with locks
	// (flock) also from several machines; elsewhere give each machine a manifest of its own. "": none.
	//
	// A line is a JobResult in JSON, with these fields more:
	//
	//	"Fingerprint"  of the job
	//	"Modified"     time of the file's last change, as in RFC 3339
	//	"SHA256"       hash of the file's bytes, in hexadecimal digits
	//
	// A process that is killed may leave a torn line. Whoever reads the list skips what is no JSON. If
	// several lines have the same ID, the last one counts. To get the hash, each file is read once
	// more when it is complete.
	Manifest string
}

// Progress says how far RenderAll has come.
type Progress struct {
	Last    JobResult // of the job that has just ended
	Done    int       // jobs whose files were made
	Failed  int       // jobs that failed or were stopped
	Skipped int       // jobs whose files existed
	Running int       // jobs that have begun and not ended
	// Total is the number of jobs of this call, which is known once the iterator has ended. Before, it
	// follows from RenderConfig.Total, and is an estimate for a Shard. 0: unknown.
	Total   int
	Elapsed time.Duration // since RenderAll was called
	// Left estimates the time until all jobs have ended, from the time that jobs have taken which
	// were not skipped. 0: unknown, or no job is left.
	Left time.Duration
}

// Report says how all jobs ended, in the order in which they did. It does not contain jobs that
// were never begun. It can be converted to JSON and back, as JobResult can.
type Report struct{ Results []JobResult }

func (cfg *RenderConfig) check(jobs iter.Seq[Job]) error {
	switch {
	case cfg.Workers < 0:
		return &fault.ConfigError{Field: "Workers", Value: cfg.Workers, Reason: "must not be negative; 0 means one per core"}
	case jobs == nil:
		return &fault.ConfigError{Field: "jobs", Reason: "must not be nil; slices.Values makes an iterator of a slice"}
	case cfg.Total < 0:
		return &fault.ConfigError{Field: "Total", Value: cfg.Total, Reason: "must not be negative; 0 means unknown"}
	default:
		return cfg.Shard.check()
	}
}
