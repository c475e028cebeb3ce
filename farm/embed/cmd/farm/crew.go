package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// crew is worker processes on this machine, each of which is this program.
type crew struct {
	workers []*exec.Cmd
	stdin   []io.Closer
}

// startCrew starts n workers for the server at an address. They end when stop is called, and when
// this process ends in any way: then their stdin ends. Ctrl-C on a terminal does not reach them,
// because they are in groups of their own, so that this process can cancel the run first.
func startCrew(n, jobs int, address, folder string, stderr io.Writer) (*crew, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &crew{}
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
		c.workers, c.stdin = append(c.workers, worker), append(c.stdin, stdin)
	}
	return c, nil
}

// stop ends the workers and waits for them.
func (c *crew) stop() error {
	var errs []error
	for _, stdin := range c.stdin {
		errs = append(errs, stdin.Close())
	}
	for _, worker := range c.workers {
		kill := time.AfterFunc(20*time.Second, func() { _ = worker.Process.Kill() })
		if err := worker.Wait(); err != nil {
			errs = append(errs, fmt.Errorf("worker %d: %w", worker.Process.Pid, err))
		}
		kill.Stop()
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
