package farmtest

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/internal/mediatest"
)

// crew is a number of workers of which one after the other is killed, and replaced.
type crew struct {
	site    *site
	flags   []string
	workers []*process
	killed  []int // process ids
}

func newCrew(s *site, n int, flags ...string) *crew {
	c := &crew{site: s, flags: flags}
	for range n {
		c.workers = append(c.workers, s.worker(flags...))
	}
	return c
}

// killUntil kills a random worker every so often and starts another, at most so many times, and
// returns when over is closed.
func (c *crew) killUntil(over <-chan struct{}, every time.Duration, most int) {
	c.site.t.Helper()
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for range most {
		select {
		case <-over:
			return
		case <-ticks.C:
			c.replace(rand.IntN(len(c.workers)))
		}
	}
	<-over
}

func (c *crew) replace(i int) {
	c.site.t.Helper()
	c.workers[i].awaitReady(c.site.t) // a machine that starts workers more slowly than they die makes nothing
	c.killed = append(c.killed, c.workers[i].pid())
	c.workers[i].kill()
	c.workers[i] = c.site.worker(c.flags...)
}

// terminate ends all workers well.
func (c *crew) terminate() {
	c.site.t.Helper()
	for _, w := range c.workers {
		require.NoError(c.site.t, w.terminate(c.site.t), w.name)
	}
}

// background waits for a run while the test kills. The result is there when over is closed.
func background(s *site, run *farm.Run) (over chan struct{}, err *error) {
	over, err = make(chan struct{}), new(error)
	go func() {
		defer close(over)
		_, *err = run.Wait(s.t.Context())
	}()
	return over, err
}

// TestKills kills a random one of three workers every two seconds.
func TestKills(t *testing.T) {
	n, most := 60, 4
	if mediatest.Long(t) {
		n, most = 300, math.MaxInt // until the end
	}
	s := newSite(t)
	crew := newCrew(s, 3)
	jobs := clips(n, 6, 700*time.Millisecond)
	run := s.start(jobs, s.deadlyConfig("kills"))
	s.awaitBegun("clip-", 6)
	over, err := background(s, run)
	crew.killUntil(over, 2*time.Second, most)
	require.NoError(t, *err)
	s.waitDone(run, jobs)
	require.NotEmpty(t, crew.killed)
	crew.terminate()
	s.requireStore(jobs)
	s.requireScratch()
	requireNoMoreThanKills(t, s.begun(), crew.killed, 2)
}

// TestServerKilled kills the server and starts it again with its file, in the middle of a run.
func TestServerKilled(t *testing.T) {
	n := 40
	if mediatest.Long(t) {
		n = 200
	}
	on := newServer(t)
	s := newSiteOn(t, on, "")
	crew := newCrew(s, 3)
	jobs := append(clips(n, 6, 300*time.Millisecond), smallFilm("film", "mp4", "libx264"))
	run := s.start(jobs, s.deadlyConfig("server"))
	over, err := background(s, run)
	for _, begun := range []int{n / 4, n / 2} {
		s.awaitBegun("clip-", begun)
		on.process.kill()
		require.NoError(t, on.start())
	}
	<-over
	if *err != nil { // a client may lose its patience with a server that is gone; the run goes on
		t.Log("Wait while the server was killed: ", *err)
	}
	s.waitDone(run, jobs)
	crew.terminate()
	s.requireStore(jobs)
	s.requireScratch()
	for _, start := range s.begun() {
		require.False(t, start.End.IsZero(), "%s ended", start.ID)
	}
}
