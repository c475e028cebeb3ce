package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/cpu"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/host"
	"github.com/avloom/avloom/benchmarks/internal/material"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

// suite is one run of the benchmarks.
type suite struct {
	flags
	matcher *regexp.Regexp
	root    string
	self    string // this program
	ceiling string // that in C
	cores   int
	files   int // folders that were given out
	start   time.Time
	cases   []string // all that -run can ask for
	matched int      // those that are measured
	skipped int      // those that -run matches, but -quick leaves out
	report  *report.Report
}

const (
	theCeiling = "ceiling"
	frames     = "frames"
	clips      = "clips"

	acquireAndDraw = "avloom Acquire and draw"
)

// mostApart is by how much the size of a file may differ from the ceiling's where both encode the same with the same settings. Pictures differ a little:
// each converts colours in its own way, and some know BT.601 only.
const mostApart = .15

func newSuite(f flags, matcher *regexp.Regexp) (*suite, error) {
	s := &suite{flags: f, matcher: matcher, cores: runtime.GOMAXPROCS(0), start: time.Now()}
	var err error
	if s.root, err = root(); err != nil {
		return nil, err
	}
	if s.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if s.ceiling, err = material.Ceiling(s.root); err != nil {
		return nil, err
	}
	base := f.out
	if info, err := os.Stat("/dev/shm"); base == "" && err == nil && info.IsDir() {
		base = "/dev/shm"
	}
	if s.out, err = os.MkdirTemp(base, "avloom-benchmarks-"); err != nil {
		return nil, err
	}
	s.clearOnSignal()
	s.report = &report.Report{Host: host.This(), Date: time.Now().UTC().Truncate(time.Second), Command: command(), Versions: versions(s.root)}
	s.report.Load[0] = host.Load()
	fmt.Printf("%s: %s, %d cores, load %.1f, %d rounds\n", s.report.Host.Class, s.report.Host.CPU, s.cores, s.report.Load[0], s.rounds)
	return s, nil
}

// clear removes what the contenders wrote, which may be memory.
func (s *suite) clear() { _ = os.RemoveAll(s.out) } // a folder that stays does no harm

func (s *suite) clearOnSignal() {
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stopped
		s.clear()
		os.Exit(130)
	}()
}

// command is how this run was started, without where its results go.
func command() string {
	text := "go run ./benchmarks"
	flag.Visit(func(f *flag.Flag) {
		if slices.Contains([]string{"quick", "run", "rounds", "queue"}, f.Name) {
			text += fmt.Sprintf(" -%s=%s", f.Name, f.Value)
		}
	})
	return text
}

// wanted says whether a case is to be measured; in a quick run, quick says so too.
func (s *suite) wanted(group, name string, quick bool) bool {
	name = group + "/" + name
	s.cases = append(s.cases, name)
	if !s.matcher.MatchString(name) {
		return false
	}
	if s.quick && !quick {
		s.skipped++
		return false
	}
	s.matched++
	return true
}

// measure measures all that is wanted. That nothing is, is an error that says what there is.
func (s *suite) measure() error {
	for _, group := range []func() error{s.kernels, s.stream, s.clips, s.latency, s.memory, s.scaling, s.nvenc} {
		if err := group(); err != nil {
			return err
		}
	}
	switch {
	case s.matched > 0:
		return nil
	case s.skipped > 0:
		return fmt.Errorf("-quick leaves out all that -run %q matches", s.run)
	default:
		return fmt.Errorf("-run %q matches none of the cases, which are:\n\t%s", s.run, strings.Join(s.cases, "\n\t"))
	}
}

// folder makes a folder for what a contender encodes.
func (s *suite) folder() string {
	s.files++
	dir := filepath.Join(s.out, fmt.Sprint(s.files))
	_ = os.Mkdir(dir, 0o755) // the contender says so when it cannot write there
	return dir
}

// params are the x264-params that avloom adds by itself (docs/decisions.md), which the others are given too.
func params(preset string) string {
	if cpu.X86.HasAVX512F && preset != "ultrafast" && preset != "superfast" {
		return "asm=AVX2"
	}
	return ""
}

// field is who is compared in one case. The first leads.
type field struct {
	suite       *suite
	group, name string
	contenders  []contend.Contender
}

// add adds what start starts, or notes why it cannot be.
func (f *field) add(name string, start func() (contend.Contender, error)) {
	c, err := start()
	if err != nil {
		f.leave(name, err)
		return
	}
	f.contenders = append(f.contenders, c)
}

func (f *field) leave(name string, why error) {
	f.suite.report.Left = append(f.suite.report.Left, report.Left{Group: f.group, Case: f.name, Contender: name, Reason: strings.TrimSpace(why.Error())})
}

// avloom adds avloom.
func (f *field) avloom(name string, job contend.Job) {
	job.Queue = f.suite.queue
	f.worker(name, job, f.suite.self, "worker")
}

// layouts adds avloom for each way in which it takes RGB. Who acquires a picture draws it in the encoder's memory, where others draw it in their own
// before they call: so the drawing, a copy here, is in its time, and in no other.
func (f *field) layouts(job contend.Job) {
	for _, layout := range [][2]string{{"NCHW", "avloom NCHW"}, {"NHWC", "avloom NHWC"}, {"Acquire", acquireAndDraw}} {
		job.Layout = layout[0]
		f.avloom(layout[1], job)
	}
}

// worker adds a process that stays.
func (f *field) worker(name string, job contend.Job, command ...string) {
	f.add(name, func() (contend.Contender, error) {
		job.Out = f.suite.folder()
		return contend.StartWorker(name, job, command...)
	})
}

// measure runs the rounds and returns the rows. check may be nil.
func (f *field) measure(unit, of string, units func(contend.Job) int, check func(contend.Contender) error) []*report.Row {
	r := f.suite.report
	if check == nil {
		check = func(contend.Contender) error { return nil }
	}
	samples, out := contend.Rounds(f.contenders, f.suite.rounds, check)
	counts, names := map[string]int{}, []string{}
	for _, c := range f.contenders {
		names = append(names, c.Name())
		counts[c.Name()] = units(c.Job())
		if out[c.Name()] != nil {
			f.leave(c.Name(), out[c.Name()])
		}
		if v := c.Version(); v != "" {
			r.Versions[c.Name()] = v
		}
	}
	rows := r.Add(f.group, f.name, unit, counts, names, of, samples)
	if err := contend.Close(f.contenders...); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
	}
	return rows
}

// show prints the case.
func (f *field) show() {
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
	exitOn(report.Table(os.Stdout, f.group+"/"+f.name, rows, left))
}

func exitOn(err error) {
	if err != nil {
		exit(err)
	}
}

// check looks at the files that a contender has made: each as many frames as the job says, and, once the leader has been seen, as many bytes as its
// files. So the leader must be the first that is checked.
type check struct {
	leader string
	bytes  map[string]int64 // of a file on average, by contender
}

func (c *check) files(who contend.Contender) error {
	job := who.Job()
	var sum int64
	for number := range job.Files {
		info, err := os.Stat(job.File(number))
		if err != nil {
			return err
		}
		sum += info.Size()
	}
	bytes := sum / int64(job.Files)
	c.bytes[who.Name()] = bytes
	n, err := material.CountFrames(job.File(job.Files - 1))
	if err != nil {
		return err
	}
	if n != job.Frames {
		return fmt.Errorf("not comparable: its file has %d frames, not %d", n, job.Frames)
	}
	lead := c.bytes[c.leader]
	if apart := float64(bytes)/float64(lead) - 1; lead > 0 && math.Abs(apart) > mostApart {
		return fmt.Errorf("not comparable: its file has %d bytes, that of the %s %d", bytes, c.leader, lead)
	}
	return nil
}

// note adds the sizes to the rows.
func (c *check) note(rows []*report.Row) {
	for _, r := range rows {
		r.Bytes = c.bytes[r.Contender]
	}
}
