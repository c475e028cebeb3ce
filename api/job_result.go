package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// JobResult says how a job ended. In JSON the error is text, or null, and times are in nanoseconds.
// Converted back, the error has the same text, and errors.Is finds nothing in it.
type JobResult struct {
	ID, Path string
	Err      error         // nil: Path is complete
	Skipped  bool          // the file existed, and Run was not called
	Frames   int64         // video frames of all streams
	Bytes    int64         // of the file at Path; 0 where Err is not nil
	Elapsed  time.Duration // from the start of the job to its end
	Stats    Stats         // of the job's encoder at its end; all 0 if Run did not open it
}

// jobResult has the fields of a JobResult without its methods.
type jobResult JobResult

// jobResultJSON is a JobResult in JSON. Its field Err hides that of the result.
type jobResultJSON struct {
	jobResult
	Err errorText
}

// MarshalJSON writes the error as text.
func (r JobResult) MarshalJSON() ([]byte, error) {
	return json.Marshal(jobResultJSON{jobResult(r), errorText{r.Err}})
}

// UnmarshalJSON makes an error of the text.
func (r *JobResult) UnmarshalJSON(data []byte) error {
	var in jobResultJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = JobResult(in.jobResult)
	r.Err = in.Err.error
	return nil
}

// stopped says whether the job ended because ctx ended. If so, it makes the cause of ctx the error.
func (r *JobResult) stopped(ctx context.Context) bool {
	if r.Err == nil || ctx.Err() == nil {
		return false
	}
	cause := context.Cause(ctx)
	if errors.Is(r.Err, cause) {
		return true
	}
	if errors.Is(r.Err, ctx.Err()) {
		r.Err = cause
		return true
	}
	return false
}
