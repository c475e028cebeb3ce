package main

import (
	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
)

// presets are the presets that are measured. A run has so many frames of each size: the work of
// half a second or more. A quick run measures the sizes that are marked.
var presets = []struct {
	name   string
	frames [3]int
	quick  [3]bool
}{
	{"ultrafast", [3]int{480, 120, 36}, [3]bool{false, true, false}},
	{"veryfast", [3]int{240, 60, 20}, [3]bool{}},
	{"medium", [3]int{120, 40, 16}, [3]bool{true, false, false}},
}

// stream measures one stream.
func (s *suite) stream() error {
	for i, size := range sizes {
		for _, preset := range presets {
			name := size.name + " " + preset.name
			if !s.wanted("stream", name, preset.quick[i]) {
				continue
			}
			n := preset.frames[i]
			if s.quick {
				n /= 2
			}
			if err := s.oneStream(name, size, preset.name, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *suite) oneStream(name string, size size, preset string, n int) error {
	pictures, err := material.Scaled(size.width, size.height, size.pictures)
	if err != nil {
		return err
	}
	job := contend.Job{
		Mode: "files", Width: size.width, Height: size.height, Preset: preset, Params: params(preset),
		Pictures: pictures.RGB, Count: pictures.Count, Frames: n, Files: 1, Parallel: 1,
	}
	yuv := job
	yuv.Pictures, yuv.Layout = pictures.YUV, "Raw"
	f := &field{suite: s, group: "stream", name: name}
	f.worker(theCeiling, yuv, s.ceiling)
	f.honest(job)
	f.layouts(job)
	f.avloom("avloom Raw", yuv)
	job.Layout = "NHWC"
	f.peers(job)
	c := newCheck(theCeiling, pictures)
	c.note(f.measure(frames, theCeiling, contend.Job.Units, c.files))
	return f.show()
}
