package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/avloom/avloom/farm"
)

// start hands the jobs of a file over to a server, and shows how far they are.
func start(ctx context.Context, p *program) error {
	dial, cfg, set := farm.DialConfig{}, farm.RunConfig{}, p.flags()
	dial.Flags(set)
	set.StringVar(&cfg.ID, "id", "", "`name` of the run; the same command goes on with it (default a new one)")
	set.StringVar(&cfg.Queue, "queue", farm.DefaultQueue, "task queue of the workers")
	set.BoolVar(&cfg.Resume, "resume", false, "skip jobs whose file exists")
	if err := p.parse(set, "FILE"); err != nil {
		return err
	}
	file := os.Stdin
	if name := set.Arg(0); name != "-" {
		var err error
		if file, err = os.Open(name); err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // it was only read
	}
	c, err := farm.Dial(ctx, dial)
	if err != nil {
		return err
	}
	defer c.Close()
	var broken error
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	run, err := farm.Start(ctx, c, readJobs(file, func(err error) { broken = err; stop(err) }), cfg)
	if broken != nil {
		return broken
	}
	if err != nil {
		return err
	}
	p.say("The run's ID is %s", run.ID())
	return follow(ctx, p, run, others)
}

// line is a job in a file: {"renderer": …, "params": …, "path": …} and, if it has one, "id".
type line struct {
	ID       string          `json:"id,omitempty"`
	Renderer string          `json:"renderer"`
	Params   json.RawMessage `json:"params,omitempty"`
	Path     string          `json:"path"`
}

// readJobs returns the jobs of a file, one a line. It calls fail with what is wrong in the file,
// and ends there.
func readJobs(from io.Reader, fail func(error)) iter.Seq[farm.Job] {
	return func(yield func(farm.Job) bool) {
		lines := bufio.NewScanner(from)
		lines.Buffer(nil, 4<<20)
		for number := 1; lines.Scan(); number++ {
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			l, err := readLine(lines.Bytes())
			if err != nil {
				fail(fmt.Errorf("line %d is not a job, such as %s: %w", number, example, err))
				return
			}
			if !yield(farm.Job(l)) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			fail(fmt.Errorf("read jobs: %w", err))
		}
	}
}

const example = `{"renderer": "figure", "params": {"x": 1, "y": 2}, "path": "a.mp4"}`

// readLine reads a job. A name that a job does not have is an error: what it was to say would be
// lost.
func readLine(text []byte) (l line, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&l); err != nil {
		return l, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return l, errors.New("something follows the job in its line")
	}
	return l, nil
}

// jobs writes the jobs of the demo.
func jobs(_ context.Context, p *program) error {
	set := p.flags()
	clips := set.Int("clips", 200, "how `many` clips")
	if err := p.parse(set); err != nil {
		return err
	}
	for _, job := range demoJobs(*clips) {
		if err := json.NewEncoder(p.stdout).Encode(line(job)); err != nil {
			return err
		}
	}
	return nil
}

// found finds the run that the argument names.
func found(ctx context.Context, p *program) (*farm.Run, func(), error) {
	dial, set := farm.DialConfig{}, p.flags()
	dial.Flags(set)
	if err := p.parse(set, "ID"); err != nil {
		return nil, nil, err
	}
	c, err := farm.Dial(ctx, dial)
	if err != nil {
		return nil, nil, err
	}
	run, err := farm.Find(ctx, c, set.Arg(0))
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return run, c.Close, nil
}

// watch shows how far a run is, until it ends.
func watch(ctx context.Context, p *program) error {
	run, hangUp, err := found(ctx, p)
	if err != nil {
		return err
	}
	defer hangUp()
	return follow(ctx, p, run, others)
}

// cancel cancels a run and waits until nothing of it runs.
func cancel(ctx context.Context, p *program) error {
	run, hangUp, err := found(ctx, p)
	if err != nil {
		return err
	}
	defer hangUp()
	if err := run.Cancel(ctx); err != nil {
		return err
	}
	p.say("The run %s is cancelled. Its workers end it. Ctrl-C does not wait for them.", run.ID())
	err = follow(ctx, p, run, cancelled)
	if errors.Is(err, context.Canceled) && ctx.Err() == nil {
		return nil // as it should be
	}
	return err
}
