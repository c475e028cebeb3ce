package api

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/avloom/avloom/internal/fault"
)

// Shard is a part of the jobs of RenderAll: one of Count parts, which are made by as many
// processes, on one machine or on many. Each process is given all jobs and its own Index. Together
// the processes run each job exactly once.
//
// The ID of a job alone decides which part it belongs to, so neither the order of the jobs nor the
// other jobs matter. IDs must be the same in all processes: where the paths of the machines differ,
// set Job.ID. With another Count most jobs belong to another part. The parts are about equal: 1,000
// jobs in 10 parts are 100 each, give or take 20.
//
// The parts of a Slurm array (sbatch --array=0-9) and of an indexed Kubernetes job:
//
//	Shard{Index: env("SLURM_ARRAY_TASK_ID"), Count: env("SLURM_ARRAY_TASK_COUNT")}
//	Shard{Index: env("JOB_COMPLETION_INDEX"), Count: completions}
//
// where env converts a variable of the environment to a number, and completions is spec.completions
// of the Kubernetes job.
type Shard struct {
	Index int // from 0 to Count-1
	Count int // of all parts; 0: there is one part
}

// Has returns true if the job of this ID belongs to the part. The part is the remainder of a number
// divided by Count. The number is the first 8 bytes of the SHA-256 hash of the ID, the highest byte
// first. This stays the same in all versions.
func (s Shard) Has(id string) bool {
	if s.Count <= 1 {
		return true
	}
	hash := sha256.Sum256([]byte(id))
	return binary.BigEndian.Uint64(hash[:])%uint64(s.Count) == uint64(s.Index)
}

func (s Shard) check() error {
	switch {
	case s.Count < 0:
		return &fault.ConfigError{Field: "Shard.Count", Value: s.Count, Reason: "must not be negative; 0 means one part"}
	case s.Index < 0:
		return &fault.ConfigError{Field: "Shard.Index", Value: s.Index, Reason: "must not be negative; the first part is 0"}
	case s.Index > 0 && s.Count == 0:
		return &fault.ConfigError{Field: "Shard.Index", Value: s.Index, Reason: "needs Shard.Count, the number of all parts"}
	case s.Index > 0 && s.Index >= s.Count:
		return &fault.ConfigError{
			Field: "Shard.Index", Value: s.Index,
			Reason: "must be less than Shard.Count; the parts are numbered from 0, so the last one is Count-1",
		}
	default:
		return nil
	}
}
