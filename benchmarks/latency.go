package main

import (
	"slices"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
	"github.com/avloom/avloom/benchmarks/internal/measure"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

// latency measures how long a picture takes from the call to the packet, and how long files take to
// open and to close.
func (s *suite) latency() error {
	for i, size := range sizes[:2] {
		name := size.name + " ultrafast zerolatency"
		if !s.wanted("latency", name, i == 1) {
			continue
		}
		if err := s.delay(name, size); err != nil {
			return err
		}
	}
	for i, size := range sizes[:2] {
		name := size.name + " ultrafast, open and close"
		if !s.wanted("latency", name, i == 1) {
			continue
		}
		if err := s.empty(name, size); err != nil {
			return err
		}
	}
	return nil
}

// delay measures encoders that hold no picture back. Each picture is added when the packet of the
// one before has been written.
func (s *suite) delay(name string, size size) error {
	f, err := s.avloomAndCeiling("latency", name, size, contend.Job{
		Mode: "latency", Preset: "ultrafast", Tune: "zerolatency", Frames: 60, Files: 1, Parallel: 1,
	})
	if err != nil {
		return err
	}
	for _, row := range f.measure(frames, theCeiling, contend.Job.Units, nil) {
		var all []float64
		for _, sample := range row.Samples {
			all = append(all, sample.Latencies...)
		}
		slices.Sort(all)
		row.Latency = &report.Latency{Median: 1e3 * measure.Quantile(all, .5), P95: 1e3 * measure.Quantile(all, .95)}
		for i := range row.Samples {
			row.Samples[i].Latencies = nil // too many to save
		}
	}
	return f.show()
}

// empty measures files without pictures.
func (s *suite) empty(name string, size size) error {
	f, err := s.avloomAndCeiling("latency", name, size, contend.Job{
		Mode: "files", Preset: "ultrafast", Files: 20, Parallel: 1,
	})
	if err != nil {
		return err
	}
	perFile := func(part func(measure.Sample) float64, row *report.Row) *measure.Spread {
		spread := measure.Of(measure.Map(row.Samples, func(s measure.Sample) float64 {
			return 1e3 * part(s) / float64(row.Units)
		}))
		return &spread
	}
	for _, row := range f.measure("files", theCeiling, func(j contend.Job) int { return j.Files }, nil) {
		row.Open = perFile(func(s measure.Sample) float64 { return s.Open }, row)
		row.Close = perFile(func(s measure.Sample) float64 { return s.Close }, row)
	}
	return f.show()
}

// avloomAndCeiling returns a field of these two contenders.
func (s *suite) avloomAndCeiling(group, name string, size size, job contend.Job) (*field, error) {
	pictures, err := material.Scaled(size.width, size.height, size.pictures)
	if err != nil {
		return nil, err
	}
	job.Width, job.Height, job.Count, job.Params = size.width, size.height, pictures.Count, params(job.Preset)
	f := &field{suite: s, group: group, name: name}
	job.Layout, job.Pictures = "NCHW", pictures.RGB
	f.avloom("avloom NCHW", job)
	job.Layout, job.Pictures = "Raw", pictures.YUV
	f.worker(theCeiling, job, s.ceiling)
	return f, nil
}
