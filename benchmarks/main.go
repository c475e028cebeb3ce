package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"

	"github.com/avloom/avloom/benchmarks/capacity"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "worker" { // avloom as a contender, in a separate process
		exit(work(os.Args[2:]))
	}
	if len(os.Args) > 1 && os.Args[1] == "capacity" {
		exit(capacity.Main(os.Args[2:]))
	}
	if len(os.Args) > 1 && os.Args[1] == capacity.ChildCommand { // its streams, in a separate process
		exit(capacity.Child(os.Args[2:], os.Stdin, os.Stdout))
	}
	var f flags
	flag.StringVar(&f.run, "run", "",
		"measure only the groups or cases that match this regular expression, such as 'clips' or 'stream/1080p ultrafast'")
	flag.BoolVar(&f.quick, "quick", false,
		"measure a part, which takes four minutes on cores that have nothing else to do, and longer beside other work")
	flag.IntVar(&f.rounds, "rounds", 0, "how often each contender is measured (default: 9, and 5 with -quick)")
	flag.IntVar(&f.queue, "queue", 0, "avloom's queue depth (0: its default)")
	flag.StringVar(&f.out, "out", "",
		"the folder for the encoded files (default: /dev/shm, where it exists, so that the disk is not measured)")
	flag.StringVar(&f.results, "results", "",
		"write the results as JSON into this folder; the file is named after the kind of machine")
	flag.StringVar(&f.bench, "bench", "", "write the results to this file in Go's benchmark format, for benchstat")
	flag.StringVar(&f.plots, "plots", "", "draw charts as SVG into this folder")
	flag.StringVar(&f.readme, "readme", "", "write the comparison with other programs into this document in Markdown, "+
		"between its lines "+comparisonBegin+" and "+comparisonEnd)
	flag.DurationVar(&f.within, "within", 0,
		"begin no further round after so long; a case has at least one round (default: all rounds)")
	flag.StringVar(&f.filmSize, "film-size", sizes[0].name, "the size of the pictures of the groups film and film-scaling")
	flag.StringVar(&f.redraw, "redraw", "", "measure nothing; show the results in this file, which -results wrote")
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

// benchmark measures, prints the tables, and writes the results.
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
