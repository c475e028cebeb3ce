package farmtest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestFaultyJobs puts jobs that fail in each way among good ones.
func TestFaultyJobs(t *testing.T) {
	t.Parallel()
	faulty := map[string]struct { // by renderer
		reason string
		calls  int
	}{
		"fails":     {"no data for this job", 3},
		"panic":     {"poison in panic", 3},
		"permanent": {testjobs.ErrNeverRight.Error(), 1},
		"wrong":     {"FrameRate", 1},
		"hang":      {"no frame for 10s", 3},
		"stuck":     {"no frame for 10s", 3},
		"unknown":   {`"unknown"`, 0},
	}
	s := newSite(t)
	good := append(clips(20, 4, 0), clip("flaky", "flaky", testjobs.Clip{Times: 1}))
	jobs := append([]farm.Job(nil), good...)
	for renderer := range faulty {
		job := clip(renderer, renderer, testjobs.Clip{})
		job.Path = "faulty/" + renderer + ".mkv"
		jobs = append(jobs, job)
	}
	for range 2 {
		s.worker("-jobs", "8") // "stuck" keeps a place for ever
	}
	cfg := s.config("faults")
	cfg.Stall = 10 * time.Second // a good job on a slow machine does not stall for so long, three times
	report, err := s.wait(s.start(jobs, cfg))
	requireResults(t, jobs, report)
	var failed *api.RenderError
	require.ErrorAs(t, err, &failed)

	reasons := map[string]string{}
	for _, result := range report.Results {
		if result.Err != nil {
			reasons[result.ID] = result.Err.Error()
		}
	}
	require.Equal(t, names(faulty), names(reasons), "jobs that failed")
	calls := map[string]int{}
	for _, start := range s.begun() {
		calls[start.ID]++
	}
	for renderer, want := range faulty {
		require.Contains(t, reasons[renderer], want.reason)
		require.Equal(t, want.calls, calls[renderer], "calls of %s, which failed with %s", renderer, reasons[renderer])
	}
	requireTypes(t, report)
	s.requireStore(goodInProcess(good))
}

// requireTypes checks that a program can tell errors apart by their types.
func requireTypes(t *testing.T, report api.Report) {
	t.Helper()
	for _, result := range report.Results {
		var config *api.ConfigError
		if result.ID == "wrong" {
			require.ErrorAs(t, result.Err, &config)
			require.Equal(t, "FrameRate", config.Field)
		}
	}
}

// goodInProcess returns the jobs with a renderer that does not fail at first.
func goodInProcess(jobs []farm.Job) []farm.Job {
	jobs = append([]farm.Job(nil), jobs...)
	for i := range jobs {
		jobs[i].Renderer = "clip"
	}
	return jobs
}

// TestFullScratch has a job that fills the disk of its worker, between others. The worker has one
// job at a time, so that no other one meets the full disk.
func TestFullScratch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.scratch = smallDisk(t, "8m")
	worker := s.worker("-jobs", "1")
	good := clips(6, 4, 0)
	full := clip("full", "full", testjobs.Clip{})
	full.Path = "clips/full.mkv"
	report, err := s.wait(s.start(slices.Insert(slices.Clone(good), 2, full), s.config("scratch")))
	require.ErrorContains(t, err, "no space left on device")
	calls := 0
	for _, start := range s.begun() {
		if start.ID == "full" {
			calls++
		}
	}
	require.Equal(t, 3, calls)
	for _, result := range report.Results {
		require.Equal(t, result.ID == "full", result.Err != nil, "%s: %v", result.ID, result.Err)
	}
	require.NoError(t, worker.terminate(t))
	s.requireStore(good)
	s.requireScratch()
}

// smallDisk mounts a disk of that size until the test ends. Where that is not allowed, it skips the
// test.
func smallDisk(t testing.TB, size string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "disk")
	require.NoError(t, os.Mkdir(folder, 0o755))
	if err := unix.Mount("none", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Skip("mount a small disk: ", err)
	}
	t.Cleanup(func() { require.NoError(t, unix.Unmount(folder, unix.MNT_DETACH)) })
	return folder
}

// TestStoreThatFails has a store in which every tenth write fails: each job is tried again.
func TestStoreThatFails(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	workers := []*process{s.worker("-fail-every", "10"), s.worker("-fail-every", "10")}
	jobs := append(clips(60, 4, 0), smallFilm("film", "mkv", "ffv1"))
	s.waitDone(s.start(jobs, s.config("store")), jobs)
	for _, w := range workers {
		require.NoError(t, w.terminate(t))
	}
	s.requireStore(jobs)
	s.requireScratch()
}

// TestFullStore has a store on a disk that is too small for one of its files.
func TestFullStore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.store = smallDisk(t, "2m")
	s.worker()
	jobs := clips(10, 4, 0)
	large := clip("clip", "large", testjobs.Clip{Size: 512, Frames: 10, Codec: "rawvideo"})
	large.Path = "clips/large.mkv"
	report, err := s.wait(s.start(append(jobs, large), s.config("full")))
	require.ErrorContains(t, err, "no space left on device")
	for _, result := range report.Results {
		require.Equal(t, result.ID == "large", result.Err != nil, "%s: %v", result.ID, result.Err)
	}
	s.requireStore(jobs)
}

// TestSickWorker has a worker whose scratch disk is full: it stops, and another makes its jobs.
func TestSickWorker(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sick := s.worker("-failures", "3", "-scratch", fullDisk(t))
	jobs := clips(20, 4, 0)
	cfg := s.config("sick")
	cfg.Attempts = 10
	run := s.start(jobs, cfg)
	err := sick.ended(t)
	require.Error(t, err)
	require.Contains(t, sick.out.String(), "no space left on device")
	s.worker()
	s.waitDone(run, jobs)
	s.requireStore(jobs)
}

func fullDisk(t testing.TB) string {
	t.Helper()
	folder := smallDisk(t, "64k")
	fill, err := os.Create(filepath.Join(folder, "fill"))
	require.NoError(t, err)
	for err == nil {
		_, err = fill.Write(make([]byte, 512))
	}
	require.ErrorIs(t, err, unix.ENOSPC)
	require.NoError(t, fill.Close())
	return folder
}

// TestCrashingJob has a job that ends its worker's process each time, as a fault in C would: it
// fails alone.
func TestCrashingJob(t *testing.T) {
	if !mediatest.Long(t) {
		t.Skip("a job that kills its worker is given up after ten workers, which takes minutes")
	}
	t.Parallel()
	s := newSite(t)
	good := clips(40, 4, 200*time.Millisecond)
	jobs := append([]farm.Job{clip("crash", "crash", testjobs.Clip{})}, good...)
	cfg := s.config("crash")
	cfg.Heartbeat = 5 * time.Second
	run := s.start(jobs, cfg)
	over, runErr := background(s, run)
	worker := func() *process {
		w := s.worker()
		w.mayEnd.Store(true)
		return w
	}
	workers := []*process{worker(), worker()}
	for !closed(over) {
		for i, w := range workers {
			if w.hasEnded() {
				workers[i] = worker()
			}
		}
		select {
		case <-over:
		case <-workers[0].done:
		case <-workers[1].done:
		}
	}
	var failed *api.RenderError
	require.ErrorAs(t, *runErr, &failed)
	report, _ := s.wait(run)
	for _, result := range report.Results {
		require.Equal(t, result.ID == "crash", result.Err != nil, "%s: %v", result.ID, result.Err)
	}
	require.ErrorContains(t, *runErr, "workers died, or were cut off")
	s.requireStore(good)
	t.Log("workers that were started: ", len(s.workers))
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
