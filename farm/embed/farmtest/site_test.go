package farmtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testcodec"
	"github.com/avloom/avloom/farm/internal/testjobs"
)

// site is the farm of one test: a store, a task queue, workers, and a log of what they began.
type site struct {
	t        testing.TB
	server   *server
	client   client.Client
	password string // with which clients and workers encrypt; "": they do not
	queue    string
	store    string // folder
	scratch  string // folder of all workers
	starts   string // file
	workers  []*process
}

var sites atomic.Int64

// newSite makes a site on the shared server, without workers.
func newSite(t testing.TB) *site {
	t.Helper()
	return newSiteOn(t, shared.get(t), "")
}

func newSiteOn(t testing.TB, on *server, password string) *site {
	t.Helper()
	s := &site{
		t: t, server: on, password: password, queue: fmt.Sprintf("queue-%d-%d", os.Getpid(), sites.Add(1)),
		store: t.TempDir(), scratch: t.TempDir(), starts: filepath.Join(t.TempDir(), "starts"),
	}
	require.NoError(t, os.WriteFile(s.starts, nil, 0o666))
	var err error
	s.client, err = dial(t.Context(), on.address, password)
	require.NoError(t, err)
	t.Cleanup(s.client.Close)
	return s
}

// dial connects with a server. With a password, what the server gets is encrypted.
func dial(ctx context.Context, address, password string) (client.Client, error) {
	log := slog.New(slog.DiscardHandler)
	if password != "" {
		return testcodec.Dial(ctx, address, client.DefaultNamespace, password, sdklog.NewStructuredLogger(log))
	}
	return farm.Dial(ctx, farm.DialConfig{Address: address, Log: log})
}

// storeURL names the store for workers. Its temporary files lie beside the objects, where checks
// for leftovers see them.
func (s *site) storeURL() string { return "file://" + s.store + "?no_tmp_dir=true" }

// worker starts a worker process. Flags are those of testworker.
func (s *site) worker(flags ...string) *process {
	s.t.Helper()
	return s.workerOf(chooseWorker(), flags...)
}

func (s *site) workerOf(p *program, flags ...string) *process {
	s.t.Helper()
	name := "worker " + strconv.Itoa(len(s.workers)+1)
	w := mustStart(s.t, name, exec.Command(p.build(s.t), s.flags(flags)...))
	s.workers = append(s.workers, w)
	return w
}

// flags returns those that all workers of the site have, and the given ones.
func (s *site) flags(more []string) []string {
	return append([]string{
		"-address", s.server.address, "-queue", s.queue, "-store", s.storeURL(),
		"-starts", s.starts, "-scratch", s.scratch, "-jobs", "2", "-password", s.password,
	}, more...)
}

// chooseWorker returns the worker with the race detector for the long tests.
func chooseWorker() *program {
	if os.Getenv("AVLOOM_LONG") == "1" {
		return &raceWorkerProgram
	}
	return &workerProgram
}

// config is that of a run whose workers live. None counts as dead because the machine is slow.
func (s *site) config(id string) farm.RunConfig {
	return farm.RunConfig{ID: s.queue + "-" + id, Queue: s.queue, Heartbeat: 30 * time.Second}
}

// deadlyConfig is that of a run whose workers, or whose server, are killed or stopped. A dead
// worker is found soon.
func (s *site) deadlyConfig(id string) farm.RunConfig {
	cfg := s.config(id)
	cfg.Heartbeat = 0 // the default
	return cfg
}

func (s *site) start(jobs []farm.Job, cfg farm.RunConfig) *farm.Run {
	s.t.Helper()
	run, err := farm.Start(s.t.Context(), s.client, slices.Values(jobs), cfg)
	require.NoError(s.t, err)
	return run
}

// wait returns the report of a run and its error. It fails at once when a worker ends that should
// not.
func (s *site) wait(run *farm.Run) (report api.Report, err error) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		report, err = run.Wait(ctx)
	}()
	defer func() { cancel(); <-ended }()
	awaitWithin(s.t, 3*limit, "the run ends", func() bool { return closed(ended) }, s.workers...)
	return report, err
}

// waitDone waits for a run of which no job fails.
func (s *site) waitDone(run *farm.Run, jobs []farm.Job) api.Report {
	s.t.Helper()
	report, err := s.wait(run)
	require.NoError(s.t, err)
	requireResults(s.t, jobs, report)
	return report
}

// requireResults checks that a report has one result for each job.
func requireResults(t testing.TB, jobs []farm.Job, report api.Report) {
	t.Helper()
	want, got := map[string]int{}, map[string]int{}
	for _, job := range jobs {
		want[nameOf(job)]++
	}
	for _, result := range report.Results {
		got[result.ID]++
	}
	require.Equal(t, want, got, "one result for each job")
}

func nameOf(job farm.Job) string {
	if job.ID == "" {
		return job.Path
	}
	return job.ID
}

// begun returns how often renderers were called so far.
func (s *site) begun() []testjobs.Start {
	s.t.Helper()
	starts, err := testjobs.ReadStarts(s.starts)
	require.NoError(s.t, err)
	return starts
}

// awaitBegun waits until renderers were called so often for jobs with this prefix.
func (s *site) awaitBegun(prefix string, n int) {
	s.t.Helper()
	begun := func() bool {
		starts, err := testjobs.ReadStarts(s.starts)
		found := 0
		for _, start := range starts {
			if strings.HasPrefix(start.ID, prefix) {
				found++
			}
		}
		return err == nil && found >= n
	}
	await(s.t, fmt.Sprintf("%d calls of renderers for %q", n, prefix), begun, s.workers...)
}
