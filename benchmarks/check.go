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

// psnrTolerance is by how many dB the pictures of a file may be further from the input than those
// of the leader. With the same settings, GStreamer's conversion costs 2.7 dB of 50, most of it in
// the chroma.
const psnrTolerance = 3.

// check looks at the files that the contenders have made. Each file must have as many frames as the
// job says, and about as many bytes and as good pictures as those of the leader. The leader must be
// checked first.
type check struct {
	leader   string
	pictures material.Pictures
	bytes    map[string]int64   // of a file on average, by contender
	rate     map[string]float64 // the same for a frame
	psnr     map[string]float64 // of the last file, in dB, by contender
	x264     map[string]material.X264
	size     float64 // sizeTolerance, or that of the case
}

// newCheck returns a check of files that are made from these pictures.
func newCheck(leader string, pictures material.Pictures) *check {
	return &check{
		leader: leader, pictures: pictures, size: sizeTolerance, bytes: map[string]int64{}, rate: map[string]float64{},
		psnr: map[string]float64{}, x264: map[string]material.X264{},
	}
}

// files returns an error where the files of a contender cannot be compared with those of the
// leader.
func (c *check) files(who contend.Contender) error {
	job := who.Job()
	if job.Mode == copying { // makes no files
		return nil
	}
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
	frames := float64(job.Frames)
	c.rate[who.Name()] = float64(bytes) / frames
	db, err := c.pictures.PSNR(job.File(job.Files-1), job.Frames, job.Shows)
	if err != nil {
		return fmt.Errorf("not comparable: %w", err)
	}
	c.psnr[who.Name()] = db
	if err := c.settings(who); err != nil {
		return err
	}
	lead := c.rate[c.leader]
	if lead > 0 && math.Abs(c.rate[who.Name()]/lead-1) > c.size {
		return fmt.Errorf("not comparable: its file has %d bytes, that of the %s %.0f", bytes, c.leader, lead*frames)
	}
	if good := c.psnr[c.leader]; db < good-psnrTolerance {
		return fmt.Errorf("not comparable: its file has a PSNR of %.1f dB, that of the %s %.1f", db, c.leader, good)
	}
	return nil
}

// settings returns an error where x264 had other settings for a contender than for the leader.
// There are libraries that take settings and do not use them.
func (c *check) settings(who contend.Contender) (err error) {
	x, err := material.ReadX264(who.Job().File(0))
	if err != nil {
		return err
	}
	c.x264[who.Name()] = x
	if key, its, theirs := x.Differs(c.x264[c.leader]); key != "" {
		return fmt.Errorf("not comparable: x264 has %s=%s, that of the %s %s", key, its, c.leader, theirs)
	}
	return nil
}

// countFrames returns an error where the last file of a contender does not have all frames.
func countFrames(who contend.Contender) error {
	job := who.Job()
	n, err := material.CountFrames(job.File(job.Files - 1))
	if err == nil && n != job.Frames {
		err = fmt.Errorf("not comparable: its file has %d frames, not %d", n, job.Frames)
	}
	return err
}

// note adds what it knows of the files to the rows.
func (c *check) note(rows []*report.Row) {
	for _, r := range rows {
		if c.bytes[r.Contender] == 0 {
			continue
		}
		r.Bytes, r.PSNR = c.bytes[r.Contender], c.psnr[r.Contender]
		r.X264 = c.x264[r.Contender].Version
	}
}
