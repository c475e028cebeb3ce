package main

import (
	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
)

// memory measures the memory of encoders that are open and get no pictures. Each has one thread.
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
		if err := f.show(); err != nil {
			return err
		}
	}
	return s.crowd()
}

// crowd keeps a thousand encoders open, each of which gets a picture a second. A round takes longer
// than a second for each picture where the machine cannot do that.
func (s *suite) crowd() error {
	const name = "1000 encoders, 240p ultrafast, a frame a second"
	if !s.wanted("memory", name, false) {
		return nil
	}
	pictures, err := material.Scaled(426, 240, 10)
	if err != nil {
		return err
	}
	oneRound := *s
	oneRound.rounds = 1 // the clock decides how long a round takes
	f := &field{suite: &oneRound, group: "memory", name: name}
	f.avloom("avloom NCHW", contend.Job{
		Mode: "crowd", Width: 426, Height: 240, Preset: "ultrafast", Layout: "NCHW",
		Pictures: pictures.RGB, Count: pictures.Count, Frames: 10, Files: 1000, Parallel: 1,
	})
	f.measure(frames, "avloom NCHW", contend.Job.Units, nil)
	return f.show()
}
