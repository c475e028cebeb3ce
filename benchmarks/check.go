package main

import (
	"fmt"
	"math"
	"os"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

// sizeTolerance is by how much the size of a file may differ from the leader's, as a share of it.
// All encode the same pictures with the same settings, but each converts colours in its own way,
// and some know only BT.601.
const sizeTolerance = .15

// check looks at the files that the contenders have made. Each file must have as many frames as the
// job says, and about as many bytes as those of the leader. The leader must be checked first.
type check struct {
	leader string
	bytes  map[string]int64 // of a file on average, by contender
}

func newCheck(leader string) *check { return &check{leader: leader, bytes: map[string]int64{}} }

// files returns an error where the files of a contender cannot be compared with those of the
// leader.
func (c *check) files(who contend.Contender) error {
	job := who.Job()
	var sum int64
	for number := range job.Files {
		info, err := os.Stat(job.File(number))
		if err != nil {
			return err
		}
		sum += info.Size()
	}
	bytes := sum / int64(job.Files)
	c.bytes[who.Name()] = bytes
	n, err := material.CountFrames(job.File(job.Files - 1))
	if err != nil {
		return err
	}
	if n != job.Frames {
		return fmt.Errorf("not comparable: its file has %d frames, not %d", n, job.Frames)
	}
	lead := c.bytes[c.leader]
	if lead > 0 && math.Abs(float64(bytes)/float64(lead)-1) > sizeTolerance {
		return fmt.Errorf("not comparable: its file has %d bytes, that of the %s %d", bytes, c.leader, lead)
	}
	return nil
}

// note adds the sizes of the files to the rows.
func (c *check) note(rows []*report.Row) {
	for _, r := range rows {
		r.Bytes = c.bytes[r.Contender]
	}
}
