package main

import "github.com/avloom/avloom/benchmarks/internal/contend"

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
	return nil
}
