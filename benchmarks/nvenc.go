package main

import (
	"fmt"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
	"github.com/avloom/avloom/gpu"
)

// nvencPreset is NVENC's default.
const nvencPreset = "p4"

// nvencOptions are NVENC's options of all contenders, as FFmpeg names them. The quantizer is given, so that all have the same work.
func nvencOptions(preset string) [][2]string {
	return [][2]string{{"preset", preset}, {"rc", "constqp"}, {"qp", crf}}
}

// nvenc measures one stream that the GPU encodes, of pictures in the memory of the processor. Where no GPU encodes, it says why.
func (s *suite) nvenc() error {
	const leader = "avloom NCHW"
	for i, size := range sizes {
		name := fmt.Sprintf("%s h264_nvenc %s", size.name, nvencPreset)
		if !s.wanted("nvenc", name, i == 1) {
			continue
		}
		f := &field{suite: s, group: "nvenc", name: name}
		if err := gpu.Probe(0); err != nil {
			f.leave("all", err)
			f.show()
			continue
		}
		pictures, err := material.Scaled(size.width, size.height, size.pictures)
		if err != nil {
			return err
		}
		job := contend.Job{
			Mode: "files", Width: size.width, Height: size.height, Codec: "h264_nvenc", Preset: nvencPreset, Pictures: pictures.RGB, Count: pictures.Count,
			Frames: []int{960, 480, 120}[i], Files: 1, Parallel: 1,
		}
		f.layouts(job)
		job.Layout = "NHWC"
		f.ffmpeg("ffmpeg command, raw pipe", job)
		f.python("torchcodec", job)
		c := check{leader: leader, bytes: map[string]int64{}}
		rows := f.measure(frames, leader, contend.Job.Units, c.files)
		c.note(rows)
		f.show()
	}
	return nil
}
