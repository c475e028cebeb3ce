package contend

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// Piped is a command that is started for each file, and fed through a pipe.
type Piped struct {
	name, version string
	job           Job
	command       func(job Job, file string) []string
	pictures      []byte
}

var _ Contender = (*Piped)(nil)

// NewPiped loads the pictures. command returns the command that reads raw pictures from its
// standard input and writes the file.
func NewPiped(name, version string, job Job, command func(job Job, file string) []string) (*Piped, error) {
	pictures, err := os.ReadFile(job.Pictures)
	return &Piped{name: name, version: version, job: job, command: command, pictures: pictures}, err
}

// Name returns the name in the tables.
func (p *Piped) Name() string { return p.name }

// Version returns the version of the command.
func (p *Piped) Version() string { return p.version }

// Job returns the job that it was made with.
func (p *Piped) Job() Job { return p.job }

// Close does nothing.
func (p *Piped) Close() error { return nil }

// Run makes the files, as many at a time as the job says. The CPU time includes the commands and
// the goroutines that feed them.
func (p *Piped) Run() (s measure.Sample, err error) {
	start, own := time.Now(), processTime()
	theirs, idle, err := spread(p.job.Files, p.job.Parallel, func(number int) (time.Duration, error) {
		return p.file(p.job, number)
	})
	s.Wall, s.Idle = time.Since(start).Seconds(), idle.Seconds()
	s.CPU = (processTime() - own + theirs).Seconds()
	return s, err
}

// spread calls work for the numbers below n, so many at a time. It returns the sum of the CPU times
// that work returns, how long a worker had nothing left to do on average, and one of the errors.
func spread(n, parallel int, work func(number int) (time.Duration, error)) (cpu, idle time.Duration, err error) {
	var (
		mu    sync.Mutex
		ends  []time.Time
		group sync.WaitGroup
	)
	numbers := make(chan int)
	for range parallel {
		group.Go(func() {
			for number := range numbers {
				spent, failed := work(number)
				mu.Lock()
				cpu += spent
				if failed != nil {
					err = failed
				}
				mu.Unlock()
			}
			mu.Lock()
			defer mu.Unlock()
			ends = append(ends, time.Now())
		})
	}
	for number := range n {
		numbers <- number
	}
	close(numbers)
	group.Wait()
	return cpu, measure.Idle(ends), err
}

// file makes one file. spent is the command's CPU time.
func (p *Piped) file(job Job, number int) (spent time.Duration, err error) {
	command := p.command(job, job.File(number))
	cmd := exec.Command(command[0], command[1:]...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	fed := p.feed(in, job)
	if err := cmd.Wait(); err != nil {
		return 0, fmt.Errorf("%s: %w: %s", p.name, err, complaints.String())
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), fed
}

// feed writes the pictures of a file and closes the pipe.
func (p *Piped) feed(in io.WriteCloser, job Job) error {
	size := len(p.pictures) / job.Count
	for k := range job.Frames {
		i := job.Shows(k)
		if _, err := in.Write(p.pictures[i*size : (i+1)*size]); err != nil {
			return err
		}
	}
	return in.Close()
}

// processTime returns the CPU time of this process, without its children's.
func processTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails only for other arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
