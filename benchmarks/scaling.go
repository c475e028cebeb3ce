package main

import (
	"fmt"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
)

// streamCounts are the numbers of streams that are encoded at once.
var streamCounts = []int{1, 2, 4, 8, 16, 32, 64}

// scaling measures many streams at once. Their encoders share the cores. All numbers of streams
// take part in each round, so that they can be compared with each other, too. Each number runs
// in a separate process, whose memory is measured.
func (s *suite) scaling() error {
	const name = "480p ultrafast"
	if !s.wanted("scaling", name, true) {
		return nil
	}
	size := sizes[0]
	pictures, err := material.Scaled(size.width, size.height, size.pictures)
	if err != nil {
		return err
	}
	counts := streamCounts
	if s.quick {
		counts = []int{1, 4, 16}
	}
	f := &field{suite: s, group: "scaling", name: name}
	for _, n := range counts {
		job := contend.Job{
			Mode: "streams", Width: size.width, Height: size.height, Preset: "ultrafast",
			Count: pictures.Count, Frames: max(240/n, 24), Files: n, Parallel: n,
		}
		job.Layout, job.Pictures = "NCHW", pictures.RGB
		f.avloom(fmt.Sprintf("avloom %d", n), job)
		job.Layout, job.Pictures, job.Threads = "Raw", pictures.YUV, max(1, s.cores/n)
		f.worker(fmt.Sprintf("ceiling %d", n), job, s.ceiling)
	}
	f.measure(frames, "ceiling 1", contend.Job.Units, nil)
	return f.show()
}
