package main

import (
	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
)

// clips measures many short files. Each encoder has one thread; as many run at a time as there are
// cores.
func (s *suite) clips() error {
	const name = "256x256 ultrafast, 30 frames"
	if !s.wanted("clips", name, true) {
		return nil
	}
	pictures, err := material.Scaled(256, 256, 30)
	if err != nil {
		return err
	}
	job := contend.Job{
		Mode: "render", Width: 256, Height: 256, Preset: "ultrafast", Pictures: pictures.RGB, Count: pictures.Count,
		Threads: 1, Frames: 30, Parallel: s.cores,
		Files: 300 * s.cores, // seconds of work, beside which the start does not count
	}
	if s.quick {
		job.Files /= 10
	}
	yuv := job
	yuv.Pictures, yuv.Layout = pictures.YUV, "Raw"
	f := &field{suite: s, group: "clips", name: name}
	f.worker(theCeiling, yuv, s.ceiling)
	f.honest(job)
	for _, layout := range []string{"NCHW", "NHWC"} {
		job.Layout = layout
		f.avloom("avloom "+layout, job)
	}
	f.peers(job)
	c := newCheck(theCeiling, pictures)
	c.note(f.measure(clips, theCeiling, func(j contend.Job) int { return j.Files }, c.files))
	return f.show()
}
