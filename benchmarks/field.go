package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/measure"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

// The names that tables and ratios refer to.
const (
	theCeiling     = "ceiling"
	theReading     = "memcpy of the input" // each picture read once from memory, and nothing else
	acquireAndDraw = "avloom Acquire and draw"
)

// copying is the mode of theReading.
const copying = "copy"

// The units that are counted.
const (
	frames = "frames"
	clips  = "clips"
)

// field is the set of contenders of one case.
type field struct {
	suite       *suite
	group, name string
	contenders  []contend.Contender
}

// add starts a contender. Where that fails, the report lists it as left out, with the reason.
func (f *field) add(name string, start func() (contend.Contender, error)) {
	c, err := start()
	if err != nil {
		f.leave(name, err)
		return
	}
	f.contenders = append(f.contenders, c)
}

// leave notes in the report that a contender is left out.
func (f *field) leave(name string, why error) {
	left := report.Left{Group: f.group, Case: f.name, Contender: name, Reason: strings.TrimSpace(why.Error())}
	f.suite.report.Left = append(f.suite.report.Left, left)
}

// avloom adds avloom.
func (f *field) avloom(name string, job contend.Job) {
	job.Queue = f.suite.queue
	f.worker(name, job, f.suite.self, "worker")
}

// layouts adds avloom for each way in which it takes RGB. A program that acquires a picture draws
// it in the encoder's memory; other programs draw into their own memory before they call. So the
// time of "Acquire and draw" includes the drawing, which is a copy here, and no other time does.
func (f *field) layouts(job contend.Job) {
	for _, layout := range [][2]string{{"NCHW", "avloom NCHW"}, {"NHWC", "avloom NHWC"}, {"Acquire", acquireAndDraw}} {
		job.Layout = layout[0]
		f.avloom(layout[1], job)
	}
}

// worker adds a process that runs through all rounds.
func (f *field) worker(name string, job contend.Job, command ...string) {
	f.add(name, func() (contend.Contender, error) {
		job.Out = f.suite.folder()
		return contend.StartWorker(name, job, command...)
	})
}

// honest adds the copy of a job's input, in rgb24, to the contenders. With it, measure reports the
// honest ceiling, too: the ceiling and the copy, one after the other.
func (f *field) honest(rgb contend.Job) {
	rgb.Mode = copying
	f.worker(theReading, rgb, f.suite.ceiling)
}

// together adds processes of the ceiling that make a film between them.
func (f *field) together(name string, n int, job contend.Job) {
	f.add(name, func() (contend.Contender, error) {
		job.Out = f.suite.folder()
		return contend.StartTogether(name, n, job, f.suite.ceiling)
	})
}

// measure runs the rounds, adds their rows to the report, and returns them. The ratios compare with
// the contender that is called of. units returns how many units a run makes. check looks at the
// files of a contender before it is measured; it may be nil.
func (f *field) measure(
	unit, of string, units func(contend.Job) int, check func(contend.Contender) error,
) []*report.Row {
	r := f.suite.report
	if check == nil {
		check = func(contend.Contender) error { return nil }
	}
	samples, out := contend.Rounds(f.contenders, f.suite.rounds, check, f.suite.late)
	counts, names := map[string]int{}, []string{}
	for _, c := range f.contenders {
		names = append(names, c.Name())
		counts[c.Name()] = units(c.Job())
		if out[c.Name()] != nil {
			f.leave(c.Name(), out[c.Name()])
		}
		// Where the encoder is SVT-AV1, its version stands behind those of the other cases.
		if v := c.Version(); !strings.HasPrefix(r.Versions[c.Name()], v) {
			r.Versions[c.Name()] = v
		}
	}
	if both := measure.Sum(samples[of], samples[theReading]); len(both) > 0 {
		names = slices.Insert(names, slices.Index(names, theReading)+1, report.HonestCeiling)
		counts[report.HonestCeiling], samples[report.HonestCeiling] = counts[of], both
	}
	rows := r.Add(f.group, f.name, unit, counts, names, of, samples)
	if err := contend.Close(f.contenders...); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
	}
	return rows
}

// show prints the table of the case.
func (f *field) show() error {
	r := f.suite.report
	var rows []report.Row
	var left []report.Left
	for _, row := range r.Rows {
		if row.Group == f.group && row.Case == f.name {
			rows = append(rows, row)
		}
	}
	for _, l := range r.Left {
		if l.Group == f.group && l.Case == f.name {
			left = append(left, l)
		}
	}
	return report.Table(os.Stdout, f.group+"/"+f.name, rows, left)
}
