package main

import (
	"fmt"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
	"github.com/avloom/avloom/gpu"
)

// nvencPreset is NVENC's default.
const nvencPreset = "p4"

// nvenc measures one stream that the GPU encodes, of pictures in the processor's memory. Where no
// GPU can be used, the report says why.
func (s *suite) nvenc() error {
	for i, size := range sizes {
		name := fmt.Sprintf("%s h264_nvenc %s", size.name, nvencPreset)
		if !s.wanted("nvenc", name, i == 1) {
			continue
		}
		if err := s.oneNVENC(name, size, []int{960, 480, 120}[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *suite) oneNVENC(name string, size size, n int) error {
	const leader = "avloom NCHW"
	f := &field{suite: s, group: "nvenc", name: name}
	if err := gpu.Probe(0); err != nil {
		f.leave("all", err)
		return f.show()
	}
	pictures, err := material.Scaled(size.width, size.height, size.pictures)
	if err != nil {
		return err
	}
	job := contend.Job{
		Mode: "files", Width: size.width, Height: size.height, Codec: "h264_nvenc", Preset: nvencPreset,
		Pictures: pictures.RGB, Count: pictures.Count, Frames: n, Files: 1, Parallel: 1,
	}
	f.layouts(job)
	job.Layout = "NHWC"
	f.ffmpeg("ffmpeg command, raw pipe", job)
	f.python("torchcodec", "torchcodec", job)
	c := newCheck(leader, pictures)
	c.note(f.measure(frames, leader, contend.Job.Units, c.files))
	return f.show()
}
