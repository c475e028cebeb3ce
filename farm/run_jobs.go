package farm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

const (
	// maxBatchJobs and maxBatchBytes bound a batch, so that its history stays far below the limits
	// of the server, and what a worker keeps of it stays small.
	maxBatchJobs  = 250
	maxBatchBytes = 256 << 10
	// maxJob is how large a job may be as JSON. The server takes values of 2 MiB.
	maxJob = 1 << 20
	// maxID is how long a job's ID may be, which stores keep with its file.
	maxID = 900
)

// batch is some of a run's jobs.
type batch struct {
	index int
	jobs  []flow.Job
	hash  string // of the jobs, of whether another batch follows, and of the run's settings
}

// cutter checks jobs and cuts them into batches. The same jobs give the same batches.
type cutter struct {
	settings flow.Settings
	read     int // jobs
	ids      map[[16]byte]struct{}
	paths    map[[16]byte]struct{}
	err      error // of the job at which batches ended
}

func newCutter(settings flow.Settings) *cutter {
	return &cutter{settings: settings, ids: map[[16]byte]struct{}{}, paths: map[[16]byte]struct{}{}}
}

// batches returns the batches. They end at a job that is wrong.
func (c *cutter) batches(jobs iter.Seq[Job]) iter.Seq[batch] {
	return func(yield func(batch) bool) {
		next, size, stopped := batch{}, 0, false
		for given := range jobs {
			job, bytes, err := c.check(given)
			if c.err = err; err != nil {
				return
			}
			if full := len(next.jobs) == maxBatchJobs || size+bytes > maxBatchBytes; full && len(next.jobs) > 0 {
				if stopped = !yield(c.seal(next, false)); stopped {
					return
				}
				next, size = batch{index: next.index + 1}, 0
			}
			next.jobs = append(next.jobs, job)
			size += bytes
		}
		if len(next.jobs) > 0 {
			yield(c.seal(next, true))
		}
	}
}

// seal returns the batch with its hash.
func (c *cutter) seal(b batch, last bool) batch {
	hash := sha256.New()
	_ = json.NewEncoder(hash).Encode(c.settings) // it can be encoded
	_ = json.NewEncoder(hash).Encode(b.jobs)     // each of them was encoded before
	hash.Write(strconv.AppendBool(nil, last))
	b.hash = hex.EncodeToString(hash.Sum(nil)[:16])
	return b
}

// check returns a job as it goes to workers, and its size.
func (c *cutter) check(given Job) (job flow.Job, size int, err error) {
	index := c.read
	c.read++
	bad := func(field string, value any, reason string) error {
		return &api.ConfigError{Field: fmt.Sprintf("jobs[%d].%s", index, field), Value: value, Reason: reason}
	}
	job = flow.Job(given)
	setDefault(&job.ID, job.Path)
	if len(job.Params) == 0 {
		job.Params = nil
	}
	switch {
	case job.Path == "":
		return job, 0, bad("Path", nil, "is empty; it is the key of the job's file in the store")
	case keyFault(job.Path, maxKey) != "":
		return job, 0, bad("Path", job.Path, keyFault(job.Path, maxKey)+keyForm)
	case strings.HasPrefix(job.Path+"/", c.settings.Parts):
		return job, 0, bad("Path", job.Path, "is among the parts of films, which are removed; see RunConfig.Parts")
	case len(job.ID) > maxID || !isPrintable(job.ID):
		return job, 0, bad("ID", job.ID, "must have at most 900 bytes of printable text")
	case job.Renderer == "":
		return job, 0, bad("Renderer", nil, "is empty; it names one of those that the workers know")
	case job.Params != nil && !json.Valid(job.Params):
		return job, 0, bad("Params", string(job.Params), "is not JSON")
	case !unique(c.ids, job.ID):
		return job, 0, bad("ID", job.ID, "is that of an earlier job, too")
	case !unique(c.paths, job.Path):
		return job, 0, bad("Path", job.Path, "is that of an earlier job, too")
	}
	text, err := json.Marshal(job)
	if err != nil {
		return job, 0, bad("Params", nil, err.Error())
	}
	if len(text) > maxJob {
		reason := "is larger than 1 MiB as JSON; put what is large into the store, and its key into Params"
		return job, 0, bad("Params", strconv.Itoa(len(text))+" bytes", reason)
	}
	return job, len(text), nil
}

// unique adds a text to a set, which keeps hashes, so that many jobs need little memory.
func unique(set map[[16]byte]struct{}, text string) bool {
	sum := sha256.Sum256([]byte(text))
	key := [16]byte(sum[:16])
	_, there := set[key]
	set[key] = struct{}{}
	return !there
}
