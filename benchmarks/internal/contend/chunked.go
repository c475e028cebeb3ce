package contend

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// Chunked makes a film as Av1an does: a command is started for each chunk, as many at a time as the
// job says, and another command joins the files of the chunks. The commands are fed through pipes.
type Chunked struct {
	*Piped
	join func(list, file string) []string
}

var _ Contender = (*Chunked)(nil)

// NewChunked is like NewPiped. The job is that of the film. join returns the command that joins the
// files that a list in the form of FFmpeg's concat demuxer has.
func NewChunked(
	name, version string, job Job, command func(job Job, file string) []string, join func(list, file string) []string,
) (*Chunked, error) {
	p, err := NewPiped(name, version, job, command)
	return &Chunked{p, join}, err
}

// Run makes the film.
func (c *Chunked) Run() (s measure.Sample, err error) {
	start, own := time.Now(), processTime()
	theirs, idle, err := spread(c.chunks(), c.job.Parallel, func(number int) (time.Duration, error) {
		return c.file(c.chunk(number), 0)
	})
	if err != nil {
		return s, err
	}
	last := time.Now()
	spent, err := c.joinAll()
	s.Wall, s.Idle, s.Join = time.Since(start).Seconds(), idle.Seconds(), time.Since(last).Seconds()
	s.CPU = (processTime() - own + theirs + spent).Seconds()
	return s, err
}

// chunks returns how many chunks the film has.
func (c *Chunked) chunks() int { return (c.job.Frames + c.job.Chunk - 1) / c.job.Chunk }

// chunk returns the job of a chunk. The file 0.mp4 is the film, so that the first chunk is 1.mp4.
func (c *Chunked) chunk(number int) Job {
	j := c.job
	j.First, j.From = number+1, number*j.Chunk
	j.Frames = min(j.Chunk, j.Frames-j.From)
	return j
}

// joinAll joins the chunks. spent is the command's CPU time.
func (c *Chunked) joinAll() (spent time.Duration, err error) {
	var list strings.Builder
	for number := range c.chunks() {
		fmt.Fprintf(&list, "file '%s'\n", filepath.Base(c.chunk(number).File(0)))
	}
	name := filepath.Join(c.job.Out, "chunks.txt")
	if err := os.WriteFile(name, []byte(list.String()), 0o600); err != nil {
		return 0, err
	}
	command := c.join(name, c.job.File(0))
	cmd := exec.Command(command[0], command[1:]...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("join the chunks: %w: %s", err, out)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}
