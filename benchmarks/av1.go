package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
)

// svtav1 is the encoder of the group av1, and its settings. Preset 8 is the middle of those that
// suit live and offline use.
const (
	svtav1       = "libsvtav1"
	svtav1Preset = "8"
	svtav1CRF    = "35" // its default
)

// svtav1Tolerance stands in for sizeTolerance. The programs bring their own versions of SVT-AV1,
// which do different work at the same preset. The tables tell the versions.
const svtav1Tolerance = .5

// av1 measures one stream of AV1.
func (s *suite) av1() error {
	size := sizes[1]
	name := size.name + " SVT-AV1 preset " + svtav1Preset
	if !s.wanted("av1", name, true) {
		return nil
	}
	pictures, err := material.Scaled(size.width, size.height, size.pictures)
	if err != nil {
		return err
	}
	job := contend.Job{
		Mode: "files", Width: size.width, Height: size.height, Codec: svtav1, Preset: svtav1Preset,
		Options:  fmt.Sprintf("crf=%s:svtav1-params=lp=%d", svtav1CRF, s.cores), // lp: avloom sets it by itself
		Pictures: pictures.RGB, Count: pictures.Count, Frames: 60, Files: 1, Parallel: 1,
	}
	if s.quick {
		job.Frames /= 2
	}
	yuv := job
	yuv.Pictures, yuv.Layout = pictures.YUV, "Raw"
	f := &field{suite: s, group: "av1", name: name}
	f.worker(theCeiling, yuv, s.ceiling)
	f.honest(job)
	for _, layout := range []string{"NCHW", "NHWC"} {
		job.Layout = layout
		f.avloom("avloom "+layout, job)
	}
	f.peers(job)
	c := newCheck(theCeiling, pictures)
	c.size = svtav1Tolerance
	c.note(f.measure(frames, theCeiling, contend.Job.Units, c.files))
	s.report.Versions["SVT-AV1"] = svtav1Version()
	return f.show()
}

// svtav1Version returns the version of the SVT-AV1 that avloom is built with, which it tells in its
// log; "" where it does not.
func svtav1Version() string {
	program, err := material.FFmpeg("ffmpeg")
	if err != nil {
		return ""
	}
	cmd := exec.Command(program, "-f", "lavfi", "-i", "color=s=64x64", "-frames:v", "1", "-c:v", svtav1, "-f", "null", "-")
	cmd.Env = append(os.Environ(), "SVT_LOG=3")
	out, _ := cmd.CombinedOutput() // one that fails tells no version
	if match := regexp.MustCompile(`SVT-AV1 Encoder Lib v(\d[\d.]*)`).FindSubmatch(out); match != nil {
		return string(match[1])
	}
	return ""
}
