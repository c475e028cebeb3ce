package main

import (
	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
)

// memory measures what open encoders take that get no pictures, with one thread each.
func (s *suite) memory() error {
	for i, size := range sizes[:2] {
		name := size.name + " ultrafast, 16 open at once"
		if !s.wanted("memory", name, i == 1) {
			continue
		}
		job := contend.Job{Mode: "idle", Preset: "ultrafast", Threads: 1, Files: 16, Parallel: 1}
		f, err := s.avloomAndCeiling("memory", name, size, job)
		if err != nil {
			return err
		}
		f.measure("encoders", theCeiling, func(j contend.Job) int { return j.Files }, nil)
		f.show()
	}
	return s.crowd()
}

// crowd keeps a thousand encoders open, each of which gets a picture a second. Where that were too much, it would take longer than a second for each.
func (s *suite) crowd() error {
	const name = "1000 encoders, 240p ultrafast, a frame a second"
	if !s.wanted("memory", name, false) {
		return nil
	}
	pictures, err := material.Scaled(426, 240, 10)
	if err != nil {
		return err
	}
	f := &field{suite: s, group: "memory", name: name}
	f.avloom("avloom NCHW", contend.Job{
		Mode: "crowd", Width: 426, Height: 240, Preset: "ultrafast", Layout: "NCHW", Pictures: pictures.RGB, Count: pictures.Count, Frames: 10, Files: 1000, Parallel: 1,
	})
	crowd := *s
	crowd.rounds = 1 // the clock is the judge
	f.suite = &crowd
	f.measure(frames, "avloom NCHW", contend.Job.Units, nil)
	f.show()
	return nil
}
