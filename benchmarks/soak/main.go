package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/chart"
	"github.com/avloom/avloom/internal/live"
)

func main() {
	s := soak{start: time.Now(), outcomes: map[string]int{}}
	flag.DurationVar(&s.length, "for", 10*time.Minute, "how long to run")
	flag.IntVar(&s.atOnce, "at-once", 100, "how many encoders at a time")
	flag.IntVar(&s.garbage, "gc", 10,
		"GOGC: how much garbage there may be before Go collects it; little, so that memory that is freed too early shows")
	flag.Uint64Var(&s.seed, "seed", uint64(s.start.UnixNano()), "the seed of the random numbers")
	flag.StringVar(&s.plot, "plot", "", "draw the process's memory and other holdings over time as SVG into this file")
	flag.Parse()
	debug.SetGCPercent(s.garbage)
	if err := s.run(); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// soak is one run of the program.
type soak struct {
	length  time.Duration
	atOnce  int
	garbage int
	seed    uint64
	plot    string
	start   time.Time
	dir     string // for files

	mu       sync.Mutex
	next     uint64 // the number of the next encoder
	outcomes map[string]int
	behind   int // actors that were left behind in a slow call; they end before the next rest
	failures []string
	readings []reading
}

// rests is how many times in a run all encoders end.
const rests = 10

// run works and rests in turn. It returns an error that lists the encoders that did not behave, and
// the quantities that grew.
func (s *soak) run() (err error) {
	live.Enable()
	if s.dir, err = os.MkdirTemp("", "avloom-soak-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(s.dir) }() // a folder that stays does no harm
	fmt.Printf("%v, %d encoders at a time, -seed %d\n%8s", s.length, s.atOnce, s.seed, "")
	for _, q := range quantities {
		fmt.Printf("  %20s", q.name)
	}
	s.show(s.read(false), "start")
	for i := 1; i <= rests && len(s.failures) == 0; i++ {
		s.work(s.start.Add(s.length * time.Duration(i) / rests))
		awaitRest()
		s.show(s.read(true), time.Since(s.start).Truncate(time.Second).String())
	}
	s.summarize()
	if err := s.draw(); err != nil {
		return err
	}
	if wrong := slices.Concat(s.failures, grown(s.readings)); len(wrong) > 0 {
		return fmt.Errorf("%s", strings.Join(wrong, "\n      "))
	}
	return nil
}

// work keeps encoders at work until the time is up, and returns when all have ended.
func (s *soak) work(until time.Time) {
	stop := make(chan struct{})
	var reader, workers sync.WaitGroup
	reader.Go(func() {
		for every := time.Tick(max(s.length/600, 100*time.Millisecond)); ; {
			select {
			case <-every:
				s.read(false)
			case <-stop:
				return
			}
		}
	})
	for range s.atOnce {
		workers.Go(func() {
			for time.Now().Before(until) && s.one() {
			}
		})
	}
	workers.Wait()
	close(stop)
	reader.Wait()
}

// one runs one encoder. It reports whether the encoder behaved as it should.
func (s *soak) one() bool {
	s.mu.Lock()
	number := s.next
	s.next++
	s.mu.Unlock()
	sc := newScenario(s.seed, number, s.dir)
	err := sc.run()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes[sc.end.name]++
	s.behind += sc.enc.Stats().Abandoned
	if err != nil {
		s.failures = append(s.failures, fmt.Sprintf("encoder %d (%s): %v", number, sc, err))
	}
	return err == nil
}

// read adds a reading to those of the run.
func (s *soak) read(atRest bool) reading {
	r := read(time.Since(s.start), atRest)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readings = append(s.readings, r)
	return r
}

// show prints a line of the table.
func (s *soak) show(r reading, label string) {
	fmt.Printf("\n%8s", label)
	for _, n := range r.amounts {
		fmt.Printf("  %20d", n)
	}
}

// summarize prints how many encoders ended in which way.
func (s *soak) summarize() {
	names := make([]string, len(ends))
	for i, e := range ends {
		names[i] = fmt.Sprintf("%d %s", s.outcomes[e.name], e.name)
	}
	fmt.Printf("\n%d encoders: %s; %d actors left behind for a while\n", s.next, strings.Join(names, ", "), s.behind)
}

// draw draws the readings into the file that the flag names.
func (s *soak) draw() error {
	if s.plot == "" {
		return nil
	}
	series := make([]chart.Series, len(quantities))
	for i, q := range quantities {
		series[i].Title = q.name
		for k, r := range s.readings {
			series[i].Seconds = append(series[i].Seconds, r.at.Seconds())
			series[i].Values = append(series[i].Values, float64(r.amounts[i]))
			if r.atRest {
				series[i].Marks = append(series[i].Marks, k)
			}
		}
	}
	title := fmt.Sprintf("%d random encoders, %d at a time", s.next, s.atOnce)
	return os.WriteFile(s.plot, []byte(chart.Times(title, "Dots: all had ended.", series)), 0o644)
}
