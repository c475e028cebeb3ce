package flow

import (
	"encoding/json"
	"time"
)

// DefaultQueue is the task queue of runs and workers that do not name one.
const DefaultQueue = "avloom"

// Names of workflows.
const (
	RunWorkflow   = "avloom.Run"
	BatchWorkflow = "avloom.Batch"
	FilmWorkflow  = "avloom.Film"
)

// Names of activities. Those of a film's parts are done by workers of one build.
const (
	MakeActivity     = "avloom.Make"     // Task → Made: makes a clip, or plans a film
	ChunkActivity    = "avloom.Chunk"    // Part → PartMade
	SoundActivity    = "avloom.Sound"    // Part → PartMade
	JoinActivity     = "avloom.Join"     // FilmTask → Result
	SweepActivity    = "avloom.Sweep"    // FilmTask → nothing: removes the parts; any worker can do it
	SurveyActivity   = "avloom.Survey"   // Survey → bool: whether workers of this build are there
	CensusActivity   = "avloom.Census"   // Census → []BatchState: what has become of batches
	PresenceActivity = "avloom.Presence" // string → bool: whether the run of this ID goes on
)

// Settings are those of a run, which go with each of its tasks.
type Settings struct {
	Run       string        // ID of the run
	Queue     string        // task queue of the run; see BuildQueue
	Threads   int           // of each encoder of a clip, at least 1
	Stall     time.Duration // how long a renderer may take for a frame
	Heartbeat time.Duration // after this time without a heartbeat, a worker counts as dead
	Attempts  int           // how often a job may fail for a reason of its own
	Resume    bool          // a job whose Path exists is skipped
	Parts     string        // prefix of the keys of films' parts, with a "/" after it
	Handover  time.Duration // how long the run waits for a sign of life of its client; 0: for ever
}

// BuildQueue returns the task queue of the workers of one build: the version of the program, of
// avloom, FFmpeg and the encoders. The parts of a film are made by workers of one build.
func BuildQueue(queue, build string) string { return queue + "@" + build }

// Job is a farm.Job.
type Job struct {
	ID       string          `json:"id"`
	Renderer string          `json:"renderer"`
	Params   json.RawMessage `json:"params,omitempty"`
	Path     string          `json:"path"`
}

// Task is a job that is to be made.
type Task struct {
	Settings Settings
	Job      Job
}

// Made is what has become of a Task: a file, or the plan of a film that is to be made in parts.
type Made struct {
	Result *Result
	Film   *FilmPlan
}

// Result says how a job ended.
type Result struct {
	ID       string        `json:"id"`
	Path     string        `json:"path"`
	Skipped  bool          `json:"skipped,omitempty"`
	Frames   int64         `json:"frames,omitempty"`
	Bytes    int64         `json:"bytes,omitempty"`
	Elapsed  time.Duration `json:"elapsed,omitempty"`
	Attempts int           `json:"attempts,omitempty"` // how often the job was begun
	Worker   string        `json:"worker,omitempty"`   // identity of the one that made the file
	Error    string        `json:"error,omitempty"`    // "": the file is complete
	Kind     string        `json:"kind,omitempty"`     // of the error: a type of application error
	Config   *ConfigFault  `json:"config,omitempty"`   // the error in parts, if Kind is ErrConfig
	Stopped  bool          `json:"stopped,omitempty"`  // the run was cancelled first
}

// ConfigFault is an *api.ConfigError as the details of an application error.
type ConfigFault struct {
	Field     string   `json:"field"`
	Value     string   `json:"value,omitempty"`
	Text      bool     `json:"text,omitempty"`    // the value was a string
	NoValue   bool     `json:"noValue,omitempty"` // the value was nil
	Reason    string   `json:"reason,omitempty"`
	Supported []string `json:"supported,omitempty"`
	Err       string   `json:"err,omitempty"`
}

// Survey asks whether workers of a build are there.
type Survey struct {
	Queue, Build string
	Now          time.Time // by the server's clock
}

// Census asks what has become of batches.
type Census struct {
	Run     string
	Batches []int
}

// BatchState is what has become of a batch.
type BatchState struct {
	Batch  int
	Ended  bool
	Counts Counts // of an ended one
}

// Counts says how many jobs have ended, and how.
type Counts struct {
	Done, Failed, Skipped, Stopped int
	Frames, Bytes                  int64
}

// FilmPlan says how a film is cut.
type FilmPlan struct {
	Build       string // of the worker that planned it, and of all that make parts of it
	Fingerprint string // of the parts: those with another one do not fit
	Frames      int64
	Chunks      int
	Sound       bool
	Threads     int // of the encoder of a chunk
}

// FilmTask is a film that is to be made.
type FilmTask struct {
	Task Task
	Plan FilmPlan
}

// Part is a part of a film that is to be made.
type Part struct {
	Film  FilmTask
	Index int // of the chunk
}

// PartMade says that the packets of a part are in the store.
type PartMade struct {
	Frames, Bytes int64
}

// Failure says how a job failed, besides the reason.
type Failure struct {
	Attempts int           // how often the job was begun
	Worker   string        // identity of the one where it failed last
	Elapsed  time.Duration // of the last attempt
}

// Types of application errors. The first two are final. The details of all but ErrParts,
// ErrUnfed and ErrReturned are a ConfigFault, which is nil if Kind is not ErrConfig, and a Failure.
const (
	ErrConfig    = "Config"    // an *api.ConfigError
	ErrPermanent = "Permanent" // a renderer's own
	ErrFailed    = "Failed"    // any other; final when Settings.Attempts are used up
	ErrParts     = "Parts"     // of Join: parts are missing or damaged; the details are their indexes, -1 is the sound
	ErrUnfed     = "Unfed"     // of a run: its client has died before all jobs were handed over; the details are a RunEnd
	ErrLost      = "Lost"      // the worker has died too often with this job
	ErrReturned  = "Returned"  // no fault of the job: the worker stops, or the attempt is no longer its own; never final
)
