package contend

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// Worker is a process that runs through all rounds.
type Worker struct {
	name, version string
	job           Job
	cmd           *exec.Cmd
	in            io.WriteCloser
	out           *bufio.Reader
	errors        bytes.Buffer
}

var _ Contender = (*Worker)(nil)

// StartWorker adds the job's arguments to the command, starts it, and waits until it is ready. The
// error holds the last line that the process wrote to its standard error.
func StartWorker(name string, job Job, command ...string) (*Worker, error) {
	return StartProcess(name, job, append(command, job.Args()...)...)
}

// StartProcess is like StartWorker, but does not add the job's arguments to the command.
func StartProcess(name string, job Job, command ...string) (*Worker, error) {
	w := &Worker{name: name, job: job, cmd: exec.Command(command[0], command[1:]...)}
	w.cmd.Stderr = &w.errors
	var err error
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.out = bufio.NewReaderSize(out, 1<<20)
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := w.out.ReadString('\n')
	text, ready := strings.CutPrefix(line, "ready ")
	var answer struct {
		Version string `json:"version"`
	}
	if err != nil || !ready || json.Unmarshal([]byte(text), &answer) != nil {
		return nil, w.failed(fmt.Errorf("does not start%s", strings.TrimRight(" "+line, " \n")))
	}
	w.version = answer.Version
	return w, nil
}

// failed ends the process and adds its last complaint to the error.
func (w *Worker) failed(err error) error {
	_ = w.in.Close()
	_ = w.cmd.Process.Kill() // it may have ended already
	_ = w.cmd.Wait()         // its end says nothing new
	lines := strings.Split(strings.TrimSpace(w.errors.String()), "\n")
	return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
}

// Name returns the name in the tables.
func (w *Worker) Name() string { return w.name }

// Version returns the version that the process wrote.
func (w *Worker) Version() string { return w.version }

// Job returns the job that the worker was started with.
func (w *Worker) Job() Job { return w.job }

// Run does the job once.
func (w *Worker) Run() (measure.Sample, error) { return w.Ask("go") }

// Ask sends a line and returns the sample that it is answered with.
func (w *Worker) Ask(line string) (s measure.Sample, err error) {
	if _, err := io.WriteString(w.in, line+"\n"); err != nil {
		return s, w.failed(err)
	}
	answer, err := w.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(answer, &s)
	}
	if err != nil {
		return s, w.failed(err)
	}
	return s, nil
}

// Close lets the process end.
func (w *Worker) Close() error {
	if w.cmd.ProcessState != nil { // failed has ended it
		return nil
	}
	_ = w.in.Close() // ends the process
	return w.cmd.Wait()
}
