package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/host"
	"github.com/avloom/avloom/benchmarks/internal/material"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

// flags are the settings of the command line.
type flags struct {
	run     string
	quick   bool
	rounds  int
	queue   int
	out     string
	results string
	bench   string
	plots   string
	readme  string
	redraw  string

	filmSize string
	within   time.Duration
}

// suite is one run of the benchmarks.
type suite struct {
	flags
	matcher *regexp.Regexp
	root    string // the folder of the module
	self    string // the path of this program
	ceiling string // the path of the ceiling
	cores   int
	folders int // how many folder has made
	start   time.Time
	cases   []string // all that -run can ask for
	matched int      // how many cases are measured
	skipped int      // how many cases -run matches, but -quick leaves out
	report  *report.Report
}

// newSuite builds the ceiling, and makes a folder for the files that the contenders write. clear
// removes the folder.
func newSuite(f flags, matcher *regexp.Regexp) (*suite, error) {
	s := &suite{flags: f, matcher: matcher, cores: runtime.GOMAXPROCS(0), start: time.Now()}
	if _, err := filmSize(f.filmSize); err != nil {
		return nil, err
	}
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
	if s.out, err = os.MkdirTemp(outputBase(f.out), "avloom-benchmarks-"); err != nil {
		return nil, err
	}
	s.clearOnSignal()
	s.report = &report.Report{
		Host: host.This(), Date: time.Now().UTC().Truncate(time.Second), Command: command(), Versions: versions(s.root),
	}
	s.report.Load[0] = host.Load()
	fmt.Printf("%s: %s, %d cores, load %.1f, %d rounds\n",
		s.report.Host.Class, s.report.Host.CPU, s.cores, s.report.Load[0], s.rounds)
	return s, nil
}

// outputBase returns the folder that the flag names; else a folder in memory, where there is one;
// else "", the system's folder for temporary files.
func outputBase(named string) string {
	const memory = "/dev/shm"
	info, err := os.Stat(memory)
	if named == "" && err == nil && info.IsDir() {
		return memory
	}
	return named
}

// root returns the folder of the module.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.Contains(string(text), "module github.com/avloom/avloom\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("run it inside avloom's repository: it builds programs from its sources")
		}
	}
}

// clear removes the files that the contenders wrote, which may be in memory.
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

// command returns the command of this run, without the flags that say where results go.
func command() string {
	text := "go run ./benchmarks"
	flag.Visit(func(f *flag.Flag) {
		if slices.Contains([]string{"quick", "run", "rounds", "queue", "film-size"}, f.Name) {
			text += fmt.Sprintf(" -%s=%s", f.Name, f.Value)
		}
	})
	return text
}

// late reports whether the run has taken as long as the flags allow.
func (s *suite) late() bool { return s.within > 0 && time.Since(s.start) > s.within }

// wanted reports whether a case is to be measured. quick says whether a quick run measures it.
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

// folder makes a folder for the files of a contender.
func (s *suite) folder() string {
	s.folders++
	dir := filepath.Join(s.out, fmt.Sprint(s.folders))
	_ = os.Mkdir(dir, 0o755) // where this fails, the contender cannot write there, and says so
	return dir
}
