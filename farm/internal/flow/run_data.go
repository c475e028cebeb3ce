package flow

import (
	"fmt"
	"time"
)

// Names of signals and queries.
const (
	FedSignal     = "fed"      // Fed, to a run
	HalfSignal    = "half"     // int: the batch; to a run
	EndedSignal   = "ended"    // BatchState, to a run
	LeaveSignal   = "go"       // nothing, to a batch
	EndQuery      = "end"      // of a batch: BatchEnd, as if it ended now
	ProgressQuery = "progress" // of a run: RunProgress; of a batch: BatchProgress; of a film: FilmProgress
)

// Fed says what a client has handed over until now: so many batches, from the first one on without
// a gap, with so many jobs. It is a sign of life, too.
type Fed struct {
	Batches, Jobs int
	Complete      bool // no batch follows
}

// RunState is where a run stands.
type RunState struct {
	Settings  Settings
	Began     time.Time // when the first worker took up the run; zero: now
	Fed       Fed
	Heard     time.Time    // when a client gave its last sign of life; zero: now
	Back      time.Time    // when the run went on after an outage; zero: there was none
	Unfed     bool         // the run does not wait for its client any more
	Next      int          // the first batch without leave to begin
	Open      []OpenBatch  // those with leave that have not ended, by Batch
	Early     []BatchState // those that ended before they got leave
	Counts    Counts       // of the jobs of ended batches, without Early
	Cancelled bool
	Told      bool // a cancelled run has cancelled its open batches
}

// OpenBatch is a batch that has leave to begin.
type OpenBatch struct {
	Batch int
	Half  bool // of its jobs have ended
}

// RunEnd is the value of a run, and the details of a cancelled one.
type RunEnd struct {
	Fed    Fed
	Counts Counts
	Took   time.Duration // from RunState.Began on
}

// RunProgress is what a run knows of its progress.
type RunProgress struct {
	Fed    Fed
	Heard  time.Time // when a client gave its last sign of life
	Began  time.Time
	Counts Counts
	Open   []int
}

// Batch is a workflow's input: jobs that wait for leave to begin.
type Batch struct {
	Settings Settings
	Index    int // of the batch in its run
	Jobs     []Job
}

// BatchEnd is the value of a batch, and the details of a cancelled one. Results are in the order of
// the jobs.
type BatchEnd struct {
	Results []Result
	Counts  Counts
}

// BatchProgress is what a batch knows of its progress.
type BatchProgress struct {
	Counts Counts
	Films  []string // IDs of the workflows that make films now
}

// FilmState is where a film stands.
type FilmState struct {
	Task   Task
	Plan   FilmPlan
	Began  time.Time // zero: now
	Redo   []int     // parts that must be made, or made again; SoundPart is the sound
	Next   int       // this chunk and those after it were not begun
	Rounds int       // how often Join found that parts were missing or damaged
	Frames int64     // of the chunks that are made
}

// FilmProgress is how many frames of a film are in parts that are made, and how many it has.
type FilmProgress struct{ Frames, Total int64 }

// SoundPart is the index of a film's sound among its parts.
const SoundPart = -1

// BatchID returns the ID of the workflow of a batch.
func BatchID(run string, batch int) string { return fmt.Sprintf("%s/%06d", run, batch) }

// FilmID returns the ID of the workflow that makes a job of a batch, which is a film.
func FilmID(run string, batch, job int) string {
	return fmt.Sprintf("%s/film/%d", BatchID(run, batch), job)
}

// Add counts how a job ended.
func (c *Counts) Add(r Result) {
	switch {
	case r.Stopped:
		c.Stopped++
	case r.Error != "":
		c.Failed++
	case r.Skipped:
		c.Skipped++
	default:
		c.Done++
	}
	c.Frames += r.Frames
	c.Bytes += r.Bytes
}

// AddAll adds the counts of other jobs.
func (c *Counts) AddAll(o Counts) {
	c.Done += o.Done
	c.Failed += o.Failed
	c.Skipped += o.Skipped
	c.Stopped += o.Stopped
	c.Frames += o.Frames
	c.Bytes += o.Bytes
}

// Ended returns how many jobs have ended.
func (c *Counts) Ended() int { return c.Done + c.Failed + c.Skipped + c.Stopped }
