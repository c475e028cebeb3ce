package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// JobResult is how a job ended. It turns into JSON with the error as text, null where there is
// none, and with times in nanoseconds. JSON turns back into it with an error of the same text, in
// which errors.Is finds nothing any more.
type JobResult struct {
	ID, Path string
	Err      error         // nil: Path is complete
	Skipped  bool          // the file was there, and Run was not called
	Frames   int64         // of video, of all streams, that were encoded
	Bytes    int64         // of the file at Path; 0 where Err is not nil
	Elapsed  time.Duration // from the begin of the job to its end
	Stats    Stats         // of the job's encoder at its end; all zero where Run opened none
}

// jobResult has the fields of a JobResult, and not its methods.
type jobResult JobResult

// jobResultJSON is what JSON holds of a JobResult. Its Err hides that of the result.
type jobResultJSON struct {
	jobResult
	Err *string
}

// MarshalJSON writes the error as text.
func (r JobResult) MarshalJSON() ([]byte, error) {
	said := jobResultJSON{jobResult: jobResult(r)}
	if r.Err != nil {
		text := r.Err.Error()
		said.Err = &text
	}
	return json.Marshal(said)
}

// UnmarshalJSON makes an error of the text.
func (r *JobResult) UnmarshalJSON(data []byte) error {
	var said jobResultJSON
	if err := json.Unmarshal(data, &said); err != nil {
		return err
	}
	*r = JobResult(said.jobResult)
	if said.Err != nil {
		r.Err = errors.New(*said.Err)
	}
	return nil
}

// stopped says whether the job ended because ctx did. Its error is ctx's cause then.
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
