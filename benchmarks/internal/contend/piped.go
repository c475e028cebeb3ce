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
func (p *Piped) Run() (measure.Sample, error) {
	start, own := time.Now(), processTime(syscall.RUSAGE_SELF)
	var (
		mu     sync.Mutex
		theirs time.Duration
		failed error
		group  sync.WaitGroup
	)
	files := make(chan int)
	for range p.job.Parallel {
		group.Go(func() {
			for number := range files {
				spent, err := p.file(number)
				mu.Lock()
				theirs += spent
				if err != nil {
					failed = err
				}
				mu.Unlock()
			}
		})
	}
	for number := range p.job.Files {
		files <- number
	}
	close(files)
	group.Wait()
	spent := processTime(syscall.RUSAGE_SELF) - own + theirs
	return measure.Sample{Wall: time.Since(start).Seconds(), CPU: spent.Seconds()}, failed
}

// file makes one file. spent is the command's CPU time.
func (p *Piped) file(number int) (spent time.Duration, err error) {
	command := p.command(p.job, p.job.File(number))
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
	fed := p.feed(in)
	if err := cmd.Wait(); err != nil {
		return 0, fmt.Errorf("%s: %w: %s", p.name, err, complaints.String())
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), fed
}

// feed writes the pictures of a file and closes the pipe.
func (p *Piped) feed(in io.WriteCloser) error {
	size := len(p.pictures) / p.job.Count
	for k := range p.job.Frames {
		i := p.job.Picture(k)
		if _, err := in.Write(p.pictures[i*size : (i+1)*size]); err != nil {
			return err
		}
	}
	return in.Close()
}

// processTime returns the CPU time of this process, or of its children.
func processTime(who int) time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(who, &u) // it fails only for a wrong who
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
