package main

import (
	"fmt"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
)

// outputs measures one stream that is encoded once and written to several files. The ratios compare
// with one file, so they are the cost of further outputs.
func (s *suite) outputs() error {
	const one = "avloom 1 output"
	for i, size := range sizes[:2] {
		name := size.name + " ultrafast"
		if !s.wanted("outputs", name, i == 0) {
			continue
		}
		pictures, err := material.Scaled(size.width, size.height, size.pictures)
		if err != nil {
			return err
		}
		job := contend.Job{
			Mode: "files", Width: size.width, Height: size.height, Preset: "ultrafast", Layout: "NCHW",
			Pictures: pictures.RGB, Count: pictures.Count, Frames: []int{480, 120}[i], Files: 1, Parallel: 1,
		}
		f := &field{suite: s, group: "outputs", name: name}
		f.avloom(one, job)
		for _, n := range []int{2, 4} {
			job.Outputs = n
			f.avloom(fmt.Sprintf("avloom %d outputs", n), job)
		}
		c := newCheck(one, pictures)
		c.note(f.measure(frames, one, contend.Job.Units, c.files))
		if err := f.show(); err != nil {
			return err
		}
	}
	return nil
}
