package capacity

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a child that runs a trial, or a part of one.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors bytes.Buffer
}

// startProcess starts a child. The end of ctx kills it.
func startProcess(ctx context.Context, program string, t Trial) (*process, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, program, ChildCommand, string(text))}
	p.cmd.Stderr = &p.errors
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the parent, which ends ctx
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.cmd.Start()
}

// awaitReady waits until the encoders are filled.
func (p *process) awaitReady() error {
	line, err := p.out.ReadString('\n')
	if err != nil || line != "ready\n" {
		return errors.Join(fmt.Errorf("the process of a trial ended early: %q", line), err)
	}
	return nil
}

// outcome starts the clock and waits for the outcome.
func (p *process) outcome(start time.Time) (o Outcome, err error) {
	if _, err := io.WriteString(p.in, strconv.FormatInt(start.UnixNano(), 10)+"\n"); err != nil {
		return o, err
	}
	return o, json.NewDecoder(p.out).Decode(&o)
}

// close waits for the end of the process, and adds what it wrote to stderr to an error.
func (p *process) close(err error) error {
	if err != nil {
		_ = p.cmd.Process.Kill() // it may have ended already
	}
	ended := p.cmd.Wait()
	if err == nil {
		err = ended
	}
	if text := strings.TrimSpace(p.errors.String()); err != nil && text != "" {
		lines := strings.Split(text, "\n") // the first ones may be what an encoder's library tells
		return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	return err
}

// lead is how long after the last process is ready the clock starts.
const lead = 20 * time.Millisecond

// runTrial runs a trial, with at most so many streams in a process; 0: all in one.
func runTrial(ctx context.Context, program string, t Trial, perProcess int) (sum Outcome, err error) {
	processes, err := startAll(ctx, program, t, perProcess)
	if err == nil {
		err = together(processes, func(_ int, p *process) error { return p.awaitReady() })
	}
	outcomes := make([]Outcome, len(processes))
	if err == nil {
		start := time.Now().Add(lead)
		err = together(processes, func(i int, p *process) (err error) {
			outcomes[i], err = p.outcome(start)
			return err
		})
	}
	for i, p := range processes {
		err = p.close(err)
		sum.add(outcomes[i])
	}
	if ctx.Err() != nil {
		return sum, context.Cause(ctx)
	}
	return sum, err
}

// startAll starts the processes of a trial.
func startAll(ctx context.Context, program string, t Trial, perProcess int) (all []*process, err error) {
	if perProcess == 0 {
		perProcess = t.Total
	}
	for first := 0; first < t.Total; first += perProcess {
		t.First, t.Streams = first, min(perProcess, t.Total-first)
		p, err := startProcess(ctx, program, t)
		if err != nil {
			return all, err
		}
		all = append(all, p)
	}
	return all, nil
}

// together calls work for all processes at once, and returns the first error.
func together(processes []*process, work func(i int, p *process) error) error {
	var group sync.WaitGroup
	failed := make(chan error, len(processes))
	for i, p := range processes {
		group.Go(func() {
			if err := work(i, p); err != nil {
				failed <- err
			}
		})
	}
	group.Wait()
	close(failed)
	return <-failed
}
