package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// errNoCrew ends a demo that nobody would end.
var errNoCrew = errors.New("all workers have ended")

// crew is worker processes on this machine, each of which is this program.
type crew struct {
	workers []*crewWorker
	gone    chan struct{} // closed when all have ended
}

type crewWorker struct {
	*exec.Cmd
	stdin io.Closer
	ended chan struct{}
	err   error // when it has ended
}

// startCrew starts n workers for the server at an address. They end when stop is called, and when
// this process ends in any way: then their stdin ends. Ctrl-C on a terminal does not reach them,
// because they are in groups of their own, so that this process can cancel the run first.
func startCrew(n, jobs int, address, folder string, stderr io.Writer) (*crew, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &crew{gone: make(chan struct{})}
	for range n {
		worker := exec.Command(program, "work", "-quiet", "-until-stdin-ends", "-address", address, "-store", folder,
			"-jobs", strconv.Itoa(jobs), "-drain", "2s")
		worker.Stdout, worker.Stderr = stderr, stderr
		worker.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		stdin, err := worker.StdinPipe()
		if err == nil {
			err = worker.Start()
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("start a worker: %w", err), c.stop())
		}
		w := &crewWorker{Cmd: worker, stdin: stdin, ended: make(chan struct{})}
		c.workers = append(c.workers, w)
		go func() {
			defer close(w.ended)
			w.err = w.Wait()
		}()
	}
	go func() {
		defer close(c.gone)
		for _, w := range c.workers {
			<-w.ended
		}
	}()
	return c, nil
}

// watch returns a context that ends with ctx, and with errNoCrew when all workers have ended.
func (c *crew) watch(ctx context.Context) context.Context {
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-c.gone:
		case <-ctx.Done():
		}
		end(errNoCrew)
	}()
	return ctx
}

// stop ends the workers and waits for them.
func (c *crew) stop() error {
	var errs []error
	for _, w := range c.workers {
		_ = w.stdin.Close() // it is closed already if the worker has ended
	}
	for _, w := range c.workers {
		kill := time.AfterFunc(2*stopPatience, func() { _ = w.Process.Kill() })
		<-w.ended
		kill.Stop()
		if w.err != nil {
			errs = append(errs, fmt.Errorf("worker %d: %w", w.Process.Pid, w.err))
		}
	}
	return errors.Join(errs...)
}

// processes returns the numbers of the workers' processes.
func (c *crew) processes() (ids []int) {
	for _, worker := range c.workers {
		ids = append(ids, worker.Process.Pid)
	}
	return ids
}
