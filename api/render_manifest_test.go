package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// manifestLine is a line of a manifest, read as the documentation of RenderConfig says.
type manifestLine struct {
	ID, Path, Fingerprint, SHA256 string
	Bytes, Frames                 int64
	Modified                      time.Time
}

// manifestLines reads the lines, and skips what is no JSON.
func manifestLines(t *testing.T, path string) (lines []manifestLine) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for one := range bytes.SplitSeq(text, []byte("\n")) {
		var line manifestLine
		if json.Unmarshal(one, &line) == nil {
			lines = append(lines, line)
		}
	}
	return lines
}

// madeOf renders, and returns the IDs of the jobs that were not skipped.
func madeOf(t *testing.T, cfg api.RenderConfig, jobs ...api.Job) []string {
	t.Helper()
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), cfg)
	require.NoError(t, err)
	require.Len(t, report.Results, len(jobs))
	made := []string{}
	for _, r := range report.Results {
		if !r.Skipped {
			made = append(made, r.ID)
		}
	}
	slices.Sort(made)
	return made
}

func withFingerprint(print string, jobs ...api.Job) []api.Job {
	jobs = slices.Clone(jobs)
	for k := range jobs {
		jobs[k].Fingerprint = print
	}
	return jobs
}

// TestManifestListsWhatWasMade compares the lines with the report, the files, and another program's
// hashes.
func TestManifestListsWhatWasMade(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	jobs := withFingerprint("v1 <ä>\n", jobsIn(dir, 4)...)
	jobs[2].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
		return errors.Join(runOf(0, 1)(ctx, enc, path), errors.New("boom"))
	}
	jobs[3].Run = func(context.Context, *api.Encoder, string) error { panic("boom") }
	list := filepath.Join(t.TempDir(), "made.jsonl")
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Manifest: list})
	require.ErrorContains(t, err, "2 jobs failed")

	text, err := os.ReadFile(list)
	require.NoError(t, err)
	require.Equal(t, 2, bytes.Count(text, []byte("\n")))
	lines := manifestLines(t, list)
	require.Len(t, lines, 2)
	for k, one := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		var result api.JobResult
		require.NoError(t, json.Unmarshal([]byte(one), &result))
		require.Contains(t, report.Results, result, "a line is a result")
		require.Equal(t, "v1 <ä>\n", lines[k].Fingerprint)
		info, err := os.Stat(result.Path)
		require.NoError(t, err)
		require.Equal(t, info.Size(), lines[k].Bytes)
		require.True(t, info.ModTime().Equal(lines[k].Modified))
		out, err := exec.Command("sha256sum", result.Path).Output()
		require.NoError(t, err)
		require.Equal(t, strings.Fields(string(out))[0], lines[k].SHA256)
	}
}

// TestResumeByFingerprint changes what a file depends on, the file, and the manifest.
func TestResumeByFingerprint(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	list := filepath.Join(t.TempDir(), "made.jsonl")
	cfg := api.RenderConfig{Resume: true, Manifest: list}
	jobs := jobsIn(dir, 3)
	all := []string{"clip 0", "clip 1", "clip 2"}
	require.NoError(t, os.WriteFile(jobs[0].Path, []byte("of another program"), 0o666))
	require.Equal(t, all, madeOf(t, cfg, withFingerprint("1", jobs...)...), "no manifest lists it")
	require.Empty(t, madeOf(t, cfg, withFingerprint("1", jobs...)...))
	require.Len(t, manifestLines(t, list), 3, "what is skipped has its line")

	require.Equal(t, []string{"clip 1"}, madeOf(t, cfg, append(
		withFingerprint("1", jobs[0], jobs[2]), withFingerprint("2", jobs[1])...)...))
	require.Equal(t, []string{"clip 1"}, madeOf(t, cfg, withFingerprint("1", jobs...)...), "the last line counts")
	require.Equal(t, all, madeOf(t, cfg, jobs...), "no fingerprint is another one")
	require.Empty(t, madeOf(t, cfg, jobs...))

	content, err := os.ReadFile(jobs[0].Path)
	require.NoError(t, err)
	content[len(content)/2] ^= 1
	require.NoError(t, os.WriteFile(jobs[0].Path, content, 0o666)) // of the same size
	require.NoError(t, os.Remove(jobs[1].Path))
	copied := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(jobs[2].Path, copied, copied))
	require.Equal(t, []string{"clip 0", "clip 1"}, madeOf(t, cfg, jobs...))
	require.Equal(t, counting(3), numbersIn(t, jobs[0].Path))

	moved := slices.Clone(jobs) // to another folder: the ID is that of the manifest
	for k := range moved {
		moved[k].Path = filepath.Join(t.TempDir(), filepath.Base(jobs[k].Path))
		require.NoError(t, os.Rename(jobs[k].Path, moved[k].Path))
	}
	require.Empty(t, madeOf(t, cfg, moved...))

	require.Equal(t, all, madeOf(t, api.RenderConfig{Manifest: list}, jobs...), "without Resume all are made")
	require.NoError(t, os.Remove(list))
	require.Equal(t, all, madeOf(t, cfg, jobs...), "nothing is known of the files")
}

// TestManifestAfterAKill kills a process that has made one file and is making another.
func TestManifestAfterAKill(t *testing.T) {
	mediatest.NoLeaks(t)
	const killedWithManifest = "AVLOOM_TEST_MANIFEST_KILL"
	dir, child := os.LookupEnv(killedWithManifest)
	if !child {
		dir = t.TempDir()
	}
	list := filepath.Join(dir, "made.jsonl")
	jobs := withFingerprint("1", jobsIn(dir, 3)...)
	if child {
		run := jobs[1].Run
		jobs[1].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
			err := run(ctx, enc, path)
			_, _ = os.Stdout.WriteString("opened\n")
			<-ctx.Done()
			return err
		}
		_, _ = api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Workers: 1, Manifest: list})
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestManifestAfterAKill$", "-test.v")
	cmd.Env = append(os.Environ(), killedWithManifest+"="+dir)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var told []byte
	for buffer := make([]byte, 1<<10); !bytes.Contains(told, []byte("opened")); {
		n, err := out.Read(buffer)
		require.NoError(t, err, string(told))
		told = append(told, buffer[:n]...)
	}
	kill(t, cmd)
	require.Len(t, manifestLines(t, list), 1)
	f, err := os.OpenFile(list, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"ID":"clip 1","Path":"` + dir) // a torn line
	require.NoError(t, errors.Join(err, f.Close()))
	require.NoError(t, os.WriteFile(jobs[1].Path, []byte("got its name, but no line"), 0o666))

	require.Equal(t, []string{"clip 1", "clip 2"}, madeOf(t, api.RenderConfig{Resume: true, Manifest: list}, jobs...))
	require.Len(t, manifestLines(t, list), 3)
	require.Equal(t, []string{"00.mp4", "01.mp4", "02.mp4", "made.jsonl"}, filesIn(t, dir))
	require.Empty(t, madeOf(t, api.RenderConfig{Resume: true, Manifest: list}, jobs...))
}

// TestManifestThatCannotBe: nothing is begun, and nothing is touched.
func TestManifestThatCannotBe(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	film := saved(t, "film.mp4", []byte("\x00\x00\x00\x20ftypisom"))
	for want, path := range map[string]string{
		"no such file or directory": filepath.Join(dir, "nowhere", "made.jsonl"),
		"no regular file":           dir,
		"begin with {":              film,
	} {
		asked := false
		_, err := api.RenderAll(context.Background(), func(func(api.Job) bool) { asked = true }, api.RenderConfig{Manifest: path})
		var config *api.ConfigError
		require.ErrorAs(t, err, &config)
		require.Equal(t, "Manifest", config.Field)
		require.ErrorContains(t, err, want)
		require.False(t, asked)
	}
	list := filepath.Join(dir, "made.mp4")
	for want, job := range map[string]api.Job{
		"is the manifest":                 {ID: "list", Path: dir + "/../" + filepath.Base(dir) + "/made.mp4"},
		"hexadecimal digits":              {Path: filepath.Join(dir, "a.mp4"), Fingerprint: "\xff\xfe"},
		"must be UTF-8 to be written to ": {Path: filepath.Join(dir, "\xff.mp4")},
	} {
		job.Run = runOf(0, 1)
		_, err := api.RenderAll(context.Background(), slices.Values([]api.Job{job}), api.RenderConfig{Manifest: list})
		var config *api.ConfigError
		require.ErrorAs(t, err, &config)
		require.ErrorContains(t, err, want)
	}
	require.Equal(t, []string{"made.mp4"}, filesIn(t, dir))

	jobs := withFingerprint("1", jobsIn(dir, 1)...)
	require.Equal(t, []string{"clip 0"}, madeOf(t, api.RenderConfig{}, jobs...))
	_, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Resume: true})
	require.ErrorContains(t, err, "needs RenderConfig.Manifest")
}

// TestManifestThatCannotGrow limits the size of the process's files in a child: the line does not
// fit, and the clip does. The next run makes the clip again.
func TestManifestThatCannotGrow(t *testing.T) {
	mediatest.NoLeaks(t)
	const full = "AVLOOM_TEST_MANIFEST_FULL"
	dir, child := os.LookupEnv(full)
	if !child {
		dir = t.TempDir()
	}
	list := filepath.Join(dir, "made.jsonl")
	jobs := jobsIn(dir, 1)
	if child {
		limit := unix.Rlimit{Cur: 1 << 20, Max: 1 << 20}
		require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &limit))
		report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Manifest: list})
		require.ErrorIs(t, err, unix.EFBIG)
		require.ErrorContains(t, err, "the file is complete, but the manifest does not list it")
		require.Zero(t, report.Results[0].Bytes)
		return
	}
	there := strings.Repeat(`{"ID":"another"}`+"\n", 1<<20/17+1)[:1<<20-40]
	require.NoError(t, os.WriteFile(list, []byte(there), 0o666))
	cmd := exec.Command(os.Args[0], "-test.run", "^TestManifestThatCannotGrow$")
	cmd.Env = append(os.Environ(), full+"="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.FileExists(t, jobs[0].Path)
	require.Equal(t, []string{"clip 0"}, madeOf(t, api.RenderConfig{Resume: true, Manifest: list}, jobs...))
	require.Empty(t, madeOf(t, api.RenderConfig{Resume: true, Manifest: list}, jobs...))
}
