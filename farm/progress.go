package farm

import "time"

// Progress says how far a run has come.
type Progress struct {
	// Jobs is how many jobs Start has handed over until now.
	Jobs int
	// Complete: Start has handed over all of them.
	Complete bool
	// Ended: no job of the run runs, and none will. Wait does not wait.
	Ended bool
	// Done jobs have made their file. Failed jobs are not tried again. Skipped jobs had a file
	// (RunConfig.Resume). Stopped jobs had not ended when the run was cancelled.
	Done, Failed, Skipped, Stopped int
	// Running is how many clips and parts of films workers work on now.
	Running int
	// Frames is how many video frames are encoded, also of jobs that have not ended.
	Frames int64
	// Elapsed is how long ago the run began, or how long it took.
	Elapsed time.Duration
	// Left is an estimate of how much longer it takes. 0: unknown, or the run has ended.
	Left time.Duration
}
