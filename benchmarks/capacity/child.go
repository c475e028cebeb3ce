package capacity

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/host"
)

// ChildCommand is the first argument of a process that runs a trial.
const ChildCommand = "capacity-trial"

// child is the process of a trial.
type child struct {
	trial   Trial
	streams []*stream
	base    int64 // KiB: the memory with the pictures, before the first encoder
	outcome Outcome
}

// Child is the main function of the process. Its argument is a Trial in JSON. It fills its
// encoders, and writes a line. It reads when its clock starts, in nanoseconds since 1970, and
// writes an Outcome in JSON when it is done. What goes wrong is in the outcome.
func Child(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("%s is started by capacity, with a trial in JSON", ChildCommand)
	}
	c := &child{}
	if err := json.Unmarshal([]byte(args[0]), &c.trial); err != nil {
		return err
	}
	failed := c.prepare(context.Background())
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	start, err := readStart(in)
	if err != nil {
		return err
	}
	if failed == nil {
		failed = c.run(context.Background(), start)
	}
	switch {
	case errors.Is(failed, errSlow):
		c.outcome.Slow = true
	case failed != nil:
		c.outcome.Error = failed.Error()
	}
	return json.NewEncoder(out).Encode(c.outcome)
}

// readStart reads when the clock starts. From then on, the end of the input, which is that of the
// parent, ends the process.
func readStart(in io.Reader) (time.Time, error) {
	lines := bufio.NewReader(in)
	line, err := lines.ReadString('\n')
	if err != nil {
		return time.Time{}, err
	}
	nanoseconds, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	go func() {
		_, _ = lines.ReadString('\n') // nothing more comes
		os.Exit(1)
	}()
	start := time.Unix(0, nanoseconds)
	return time.Now().Add(time.Until(start)), nil // with a monotonic reading
}

// prepare opens and fills the encoders.
func (c *child) prepare(ctx context.Context) error {
	data, err := mapped(c.trial.Pictures)
	if err != nil {
		return err
	}
	c.base = host.MemoryKiB("VmRSS")
	began := time.Now()
	for i := range c.trial.Streams {
		s, err := openStream(ctx, &c.trial, data, i)
		if err != nil {
			return err
		}
		c.streams = append(c.streams, s)
	}
	until := began.Add(c.trial.Fill)
	err = c.all(func(_ int, s *stream) error { return s.fill(ctx, until) })
	c.outcome.Filled = time.Since(began).Seconds()
	if err != nil {
		c.outcome.Free = float64(c.total().taken) / c.outcome.Filled
		return err
	}
	if c.trial.Free == 0 {
		c.awaitRest(until)
	}
	for _, s := range c.streams {
		s.filled = s.fed
		c.outcome.Held = max(c.outcome.Held, int64(s.progress().held()))
	}
	return nil
}

// mapped returns a file as memory. All of it is read now.
func mapped(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	const flags = syscall.MAP_SHARED | syscall.MAP_POPULATE
	return syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, flags)
}

// all calls work for each stream, all at once, and returns the first error.
func (c *child) all(work func(i int, s *stream) error) error {
	var group sync.WaitGroup
	failed := make(chan error, len(c.streams))
	for i, s := range c.streams {
		group.Go(func() {
			if err := work(i, s); err != nil {
				failed <- err
			}
		})
	}
	group.Wait()
	close(failed)
	return <-failed
}

// total returns how far all streams together have come.
func (c *child) total() (sum progress) {
	for _, s := range c.streams {
		p := s.progress()
		sum.taken, sum.dropped, sum.packets = sum.taken+p.taken, sum.dropped+p.dropped, sum.packets+p.packets
	}
	return sum
}

// An encoder rests if no packet comes and the process takes next to no processor time meanwhile.
const (
	restTime = 100 * time.Millisecond
	restCPU  = 10 * time.Millisecond
)

// awaitRest waits until the encoders have worked off what they were filled with, or until it takes
// too long, which happens where an encoder never rests.
func (c *child) awaitRest(until time.Time) {
	for time.Now().Before(until) {
		packets, spent := c.total().packets, host.CPUTime()
		time.Sleep(restTime)
		if c.total().packets == packets && host.CPUTime()-spent < restCPU {
			return
		}
	}
}

// run measures, and ends the streams.
func (c *child) run(ctx context.Context, start time.Time) error {
	measure := c.byTheClock
	if c.trial.Free > 0 {
		measure = c.free
	}
	if err := measure(ctx, start); err != nil {
		return err
	}
	c.outcome.Memory = host.MemoryKiB("VmHWM") - c.base
	for _, s := range c.streams {
		stats := s.enc.Stats()
		c.outcome.Bytes += stats.Streams[0].Bytes
		c.outcome.Packets += stats.Streams[0].Packets
		c.outcome.Encoder = stats.Streams[0].Codec
	}
	return c.end()
}

// end gives the streams up, except the first where it is kept.
func (c *child) end() error {
	keeps := c.trial.keeps(c.trial.First)
	err := c.all(func(i int, s *stream) error {
		if i > 0 || !keeps {
			s.enc.Abort(nil)
		}
		return nil
	})
	if err != nil || !keeps {
		return err
	}
	s := c.streams[0]
	c.outcome.Shown = s.shown
	if err := s.enc.Close(); err != nil || s.kept == nil {
		return err
	}
	return s.kept.Close()
}

// free measures how many packets come without a clock.
func (c *child) free(ctx context.Context, start time.Time) error {
	time.Sleep(time.Until(start))
	began, spent, before := time.Now(), host.CPUTime(), c.total()
	end := began.Add(c.trial.Free)
	if err := c.all(func(_ int, s *stream) error { return s.race(ctx, end) }); err != nil {
		return err
	}
	c.outcome.Wall, c.outcome.CPU = time.Since(began).Seconds(), (host.CPUTime() - spent).Seconds()
	after := c.total()
	done := after.packets - before.packets
	if done == 0 { // the next group of pictures is not complete
		done = after.taken - before.taken
	}
	c.outcome.Free = float64(done) / c.outcome.Wall
	c.latency()
	return nil
}

// latency notes how long packets took in the last seconds.
func (c *child) latency() {
	for _, s := range c.streams {
		for _, l := range s.enc.Stats().Outputs[0].Latency {
			c.outcome.P50 = append(c.outcome.P50, l.P50.Seconds())
			c.outcome.P99 = append(c.outcome.P99, l.P99.Seconds())
		}
	}
}
