package api_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

func TestResume(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	jobs := jobsIn(dir, 4)
	render := func(cfg api.RenderConfig, jobs ...api.Job) []api.JobResult {
		report, err := api.RenderAll(context.Background(), slices.Values(jobs), cfg)
		require.NoError(t, err)
		return report.Results
	}
	render(api.RenderConfig{}, jobs[:2]...)
	before, err := os.ReadFile(jobs[0].Path)
	require.NoError(t, err)

	for k := range 2 { // they must not run again
		jobs[k].Run = func(context.Context, *api.Encoder, string) error { return errors.New("run again") }
	}
	var last api.Progress
	results := render(api.RenderConfig{Workers: 1, Resume: true, Progress: func(p api.Progress) { last = p }}, jobs...)
	require.Equal(t, 2, last.Skipped)
	require.Equal(t, 2, last.Done)
	for k, r := range results {
		require.Equal(t, k < 2, r.Skipped)
		info, err := os.Stat(r.Path)
		require.NoError(t, err)
		require.Equal(t, info.Size(), r.Bytes)
	}
	after, err := os.ReadFile(jobs[0].Path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))

	jobs[0].Run = runOf(500, 1) // without Resume it is made anew
	require.False(t, render(api.RenderConfig{}, jobs[0])[0].Skipped)
	require.Equal(t, []int{500}, numbersOf(mediatest.Pictures(t, jobs[0].Path, 0, "gray")))
}

// killed names the variable that makes TestKilledChild render into a folder until it is killed.
const killed = "AVLOOM_TEST_RENDER"

// TestResumeAfterAKill kills a process in the middle of two clips: what it left is no clip, and the
// next run removes it, but not what another living process is writing.
func TestResumeAfterAKill(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	start := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestKilledChild$", "-test.v")
		cmd.Env = append(os.Environ(), killed+"="+dir)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		var said []byte
		for buffer := make([]byte, 1<<10); bytes.Count(said, []byte("opened")) < 2; { // two clips are under way
			n, err := out.Read(buffer)
			require.NoError(t, err, string(said))
			said = append(said, buffer[:n]...)
		}
		return cmd
	}
	dead, living := start(), start()
	require.Len(t, filesIn(t, dir), 4)
	kill(t, dead)
	jobs := jobsIn(dir, 3)
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Resume: true})
	require.NoError(t, err)
	require.Len(t, report.Results, 3)
	require.Len(t, filesIn(t, dir), 3+2, "those of the living process stay")
	kill(t, living)
	report, err = api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Resume: true})
	require.NoError(t, err)
	for _, r := range report.Results {
		require.True(t, r.Skipped)
	}
	require.Equal(t, []string{"00.mp4", "01.mp4", "02.mp4"}, filesIn(t, dir))
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
}

// TestKilledChild is the child of TestResumeAfterAKill, and nothing otherwise.
func TestKilledChild(t *testing.T) {
	dir, child := os.LookupEnv(killed)
	if !child {
		return
	}
	jobs := jobsIn(dir, 2)
	for k := range jobs {
		run := jobs[k].Run
		jobs[k].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
			err := run(ctx, enc, path)
			_, _ = os.Stdout.WriteString("opened\n")
			if err == nil {
				<-ctx.Done()
			}
			return err
		}
	}
	_, _ = api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Workers: 2})
}

// TestRenderAllWhereTheDiskIsFull limits the size of the process's files in a child: a write beyond
// it fails as one to a full disk does.
func TestRenderAllWhereTheDiskIsFull(t *testing.T) {
	mediatest.NoLeaks(t)
	const full = "AVLOOM_TEST_FULL"
	dir, child := os.LookupEnv(full)
	if !child {
		dir := t.TempDir()
		cmd := exec.Command(os.Args[0], "-test.run", "^TestRenderAllWhereTheDiskIsFull$")
		cmd.Env = append(os.Environ(), full+"="+dir)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Equal(t, []string{"01.mp4"}, filesIn(t, dir))
		return
	}
	jobs := jobsIn(dir, 2)
	jobs[0].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
		v, err := enc.AddVideo(
			api.VideoConfig{Width: numberedWidth, Height: numberedHeight, FrameRate: 30, Codec: "rawvideo"},
		)
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, path, api.Format("matroska")); err != nil {
			return err
		}
		return v.AddFrames(ctx, api.Frames{Data: numbered(0, 3), Layout: api.NHWC})
	}
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 5 << 10, Max: 5 << 10}))
	_, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{})
	require.ErrorIs(t, err, unix.EFBIG)
	require.ErrorContains(t, err, "1 job failed: clip 0: ")
}

// TestRenderAllIntoAFolderThatCannotBeWritten needs no more than a folder that is none.
func TestRenderAllIntoAFolderThatCannotBeWritten(t *testing.T) {
	mediatest.NoLeaks(t)
	file := temporary(t, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	job := api.Job{Path: filepath.Join(file, "a.mp4"), Run: runOf(0, 1)}
	_, err := api.RenderAll(context.Background(), slices.Values([]api.Job{job}), api.RenderConfig{Resume: true})
	require.ErrorIs(t, err, unix.ENOTDIR)
}
