package farmtest

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/farm"
)

// clientChild is the environment variable that makes the test binary a client: it holds the
// parameters of runClient as JSON.
const clientChild = "AVLOOM_TEST_FARM_CLIENT"

// childClient starts a run of clips, and waits before it hands over the job Pause.
type childClient struct {
	Address  string
	Password string // see testcodec; "": nothing is encrypted
	Config   farm.RunConfig
	Jobs     []farm.Job
	Pause    int
}

// runClient says "paused" on stdout when it has come to the pause, and waits to be killed.
func runClient(text string) (code int) {
	var child childClient
	if err := json.Unmarshal([]byte(text), &child); err != nil {
		panic(err)
	}
	ctx := context.Background()
	c, err := dial(ctx, child.Address, child.Password)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	if _, err := farm.Start(ctx, c, child.jobs(), child.Config); err != nil {
		fmt.Println("start:", err)
		return 1
	}
	return 0
}

func (c *childClient) jobs() iter.Seq[farm.Job] {
	return func(yield func(farm.Job) bool) {
		for i, job := range c.Jobs {
			if i == c.Pause {
				fmt.Println("paused")
				time.Sleep(time.Hour)
			}
			if !yield(job) {
				return
			}
		}
	}
}

// TestStartAgain kills a program in the middle of Start, and calls Start again with the same jobs:
// that goes on where the first one was. A third Start finds the run as it is, and other jobs are
// refused.
func TestStartAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	jobs, cfg := clips(600, 1, 0), s.config("again")
	child := s.pausedClient(childClient{Config: cfg, Jobs: jobs, Pause: 550})
	worker := s.worker("-jobs", "4")
	s.awaitBegun("clip-", 20)
	child.kill()

	run := s.start(jobs, cfg)
	require.Equal(t, cfg.ID, run.ID())
	s.requireFound(run, jobs)
	s.waitDone(run, jobs)

	before := len(s.begun())
	require.Equal(t, len(jobs), before, "each job ran once")
	s.waitDone(s.start(jobs, cfg), jobs)
	require.Len(t, s.begun(), before, "nothing ran again")
	s.requireOthersRefused(jobs, cfg)
	require.NoError(t, worker.terminate(t))
	s.requireStore(jobs)
}

// pausedClient starts a client, in a process of its own, that is in the middle of Start.
func (s *site) pausedClient(c childClient) *process {
	s.t.Helper()
	c.Address, c.Password = s.server.address, s.password
	text, err := json.Marshal(c)
	require.NoError(s.t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), clientChild+"="+string(text), memoEncrypted)
	child := mustStart(s.t, "client", cmd)
	await(s.t, "the client is in the middle", func() bool { return strings.Contains(child.out.String(), "paused") }, child)
	return child
}

// requireFound finds a run with a client of its own.
func (s *site) requireFound(run *farm.Run, jobs []farm.Job) {
	s.t.Helper()
	ctx := s.t.Context()
	c, err := farm.Dial(ctx, farm.DialConfig{Address: s.server.address, Log: slog.New(slog.DiscardHandler)})
	require.NoError(s.t, err)
	defer c.Close()
	found, err := farm.Find(ctx, c, run.ID())
	require.NoError(s.t, err)
	await(s.t, "progress tells of all jobs", func() bool {
		p, err := found.Progress(context.Background())
		return err == nil && p.Complete && p.Jobs == len(jobs) && p.Done > 0 && p.Failed == 0
	})
	_, err = farm.Find(ctx, c, run.ID()+"-none")
	require.ErrorContains(s.t, err, run.ID()+"-none")
}

// requireOthersRefused starts a run of a known ID with other jobs.
func (s *site) requireOthersRefused(jobs []farm.Job, cfg farm.RunConfig) {
	s.t.Helper()
	others := append([]farm.Job(nil), jobs...)
	others[3].Params = json.RawMessage(`{"Seed":99}`)
	_, err := farm.Start(s.t.Context(), s.client, slices.Values(others), cfg)
	require.ErrorContains(s.t, err, "other jobs")
	_, err = farm.Start(s.t.Context(), s.client, slices.Values(jobs[:100]), cfg)
	require.ErrorContains(s.t, err, "other jobs")
}
