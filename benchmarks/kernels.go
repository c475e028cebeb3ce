package main

import (
	"errors"
	"fmt"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// kernels measures the conversion of 1080p pictures on one core.
func (s *suite) kernels() error {
	var cases [][2]string
	for _, in := range []string{"planar", "rgb24", "rgba"} {
		for _, out := range []string{"yuv420p", "nv12", "yuv444p", "gray"} {
			if s.wanted("kernels", in+" to "+out, out == "yuv420p") {
				cases = append(cases, [2]string{in, out})
			}
		}
	}
	if len(cases) == 0 {
		return nil
	}
	program, libyuv, err := material.Kernels(s.root)
	if err != nil {
		return err
	}
	size := sizes[1]
	pictures, err := material.Scaled(size.width, size.height, size.pictures)
	if err != nil {
		return err
	}
	w, err := contend.StartProcess("kernels", contend.Job{},
		program, "bench", pictures.RGB, fmt.Sprint(size.width), fmt.Sprint(size.height))
	if err != nil {
		return err
	}
	s.report.Versions["avloom's kernels"] = w.Version()
	for _, c := range cases {
		if err := s.kernel(w, libyuv, c[0], c[1]); err != nil {
			return errors.Join(err, contend.Close(w))
		}
	}
	return contend.Close(w)
}

// kernel measures one conversion in all programs that have it.
func (s *suite) kernel(w *contend.Worker, libyuv bool, in, out string) error {
	f := &field{suite: s, group: "kernels", name: in + " to " + out}
	for _, program := range []string{"avloom", "memcpy", "swscale", "libyuv"} {
		if program == "libyuv" && !libyuv {
			f.leave(program, fmt.Errorf("its headers are not installed (libyuv-dev)"))
			continue
		}
		times := 20
		if program == "swscale" {
			times = 4
		}
		line := fmt.Sprintf("%s %s %s %d", program, in, out, times)
		f.contenders = append(f.contenders, conversion{w, program, line, times})
	}
	f.measure("pictures", "memcpy", func(j contend.Job) int { return j.Files }, nil)
	return f.show()
}

// conversion is a contender that shares its process with others. line is the request for it.
type conversion struct {
	worker     *contend.Worker
	name, line string
	times      int
}

var _ contend.Contender = conversion{}

func (c conversion) Name() string     { return c.name }
func (c conversion) Version() string  { return "" }
func (c conversion) Job() contend.Job { return contend.Job{Files: c.times, Frames: 1} }
func (c conversion) Close() error     { return nil }

func (c conversion) Run() (measure.Sample, error) {
	s, err := c.worker.Ask(c.line)
	if err == nil && s.Wall == 0 {
		err = fmt.Errorf("has no function for this")
	}
	return s, err
}
