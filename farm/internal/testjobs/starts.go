package testjobs

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Starts is a log of when jobs begin and end. Several processes add to the same file, one line for
// each write, so that their lines never mix.
type Starts struct {
	file *os.File
}

// OpenStarts opens the log, and creates it if there is none.
func OpenStarts(path string) (*Starts, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	return &Starts{file: file}, nil
}

// Close closes the file.
func (s *Starts) Close() error { return s.file.Close() }

// Begin notes that a job has begun. The returned function notes that its renderer has ended.
func (s *Starts) Begin(id string) (end func()) {
	if s == nil {
		return func() {}
	}
	s.note("begin", id)
	return func() { s.note("end", id) }
}

// note panics if the line cannot be written: a test must not count from a log with holes.
func (s *Starts) note(what, id string) {
	line := fmt.Sprintf("%s\t%d\t%d\t%s\n", what, os.Getpid(), time.Now().UnixNano(), id)
	if _, err := s.file.WriteString(line); err != nil {
		panic(err)
	}
}

// Start is one time that a renderer was called.
type Start struct {
	ID    string
	PID   int
	Begin time.Time
	End   time.Time // zero: it has not ended, or its process was killed
}

// ReadStarts returns what the log tells, in the order of the beginnings.
func ReadStarts(path string) ([]Start, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var starts []Start
	for line := range strings.Lines(string(text)) {
		if starts, err = addLine(starts, strings.TrimSuffix(line, "\n")); err != nil {
			return nil, err
		}
	}
	return starts, nil
}

func addLine(starts []Start, line string) ([]Start, error) {
	words := strings.Split(line, "\t")
	if len(words) != 4 {
		return nil, fmt.Errorf("a line of %d words: %q", len(words), line)
	}
	pid, err := strconv.Atoi(words[1])
	if err != nil {
		return nil, err
	}
	nanos, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		return nil, err
	}
	when := time.Unix(0, nanos)
	if words[0] == "begin" {
		return append(starts, Start{ID: words[3], PID: pid, Begin: when}), nil
	}
	for i := len(starts) - 1; i >= 0; i-- {
		if s := &starts[i]; s.ID == words[3] && s.PID == pid && s.End.IsZero() {
			s.End = when
			return starts, nil
		}
	}
	return nil, fmt.Errorf("an end without a beginning: %q", line)
}

func chunkName(film string, from int) string { return film + "@" + strconv.Itoa(from) }

// attempts counts how often the jobs of this process have begun.
var attempts counter

type counter struct {
	mu    sync.Mutex
	count map[string]int
}

func (c *counter) next(id string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count = map[string]int{}
	}
	c.count[id]++
	return c.count[id]
}
