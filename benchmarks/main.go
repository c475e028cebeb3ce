package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// flags are what the user can say.
type flags struct {
	run     string
	quick   bool
	rounds  int
	queue   int
	out     string
	results string
	bench   string
	plots   string
	redraw  string
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "worker" { // avloom as a contender, in a process of its own
		exit(work(os.Args[2:]))
	}
	var f flags
	flag.StringVar(&f.run, "run", "", "measure only the groups or cases that match this regular expression, such as 'clips' or 'stream/1080p ultrafast'")
	flag.BoolVar(&f.quick, "quick", false, "measure a part, in two minutes of cores that have nothing else to do, and longer beside other work")
	flag.IntVar(&f.rounds, "rounds", 0, "how often each contender is measured (default: 9, and 5 with -quick)")
	flag.IntVar(&f.queue, "queue", 0, "avloom's queue depth, to see what another one does (0: its own)")
	flag.StringVar(&f.out, "out", "", "the folder for what is encoded (default: in memory where /dev/shm is, so that the disk is not measured)")
	flag.StringVar(&f.results, "results", "", "write the results as JSON into this folder, named after the kind of machine")
	flag.StringVar(&f.bench, "bench", "", "write the results to this file in Go's benchmark format, for benchstat")
	flag.StringVar(&f.plots, "plots", "", "draw charts as SVG into this folder")
	flag.StringVar(&f.redraw, "redraw", "", "measure nothing: show these results, a file of -results, again")
	flag.Parse()
	if f.rounds == 0 {
		f.rounds = 9
		if f.quick {
			f.rounds = 5
		}
	}
	exit(benchmark(f))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// benchmark measures and writes the results.
func benchmark(f flags) error {
	if f.redraw != "" {
		return redraw(f)
	}
	matcher, err := regexp.Compile(f.run)
	if err != nil {
		return err
	}
	s, err := newSuite(f, matcher)
	if err != nil {
		return err
	}
	defer s.clear()
	if err := s.measure(); err != nil {
		return err
	}
	s.finish()
	return s.write()
}

// root is the folder of the module.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && strings.Contains(string(text), "module github.com/avloom/avloom\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("run it inside avloom's repository: it builds programs from its sources")
		}
	}
}
