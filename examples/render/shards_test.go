package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/avloom/avloom/internal/mediatest"
)

// shardedClips is how many clips the tests of shards make.
const shardedClips = 18

// TestShards makes the same clips as array jobs and in one process: each exactly once, of the same
// bytes.
func TestShards(t *testing.T) {
	mediatest.NoLeaks(t)
	whole := t.TempDir()
	args := []string{"-o", whole, "-n", fmt.Sprint(shardedClips), "-workers", "1"}
	require.NoError(t, run(context.Background(), args, io.Discard, io.Discard))
	t.Run("slurm", func(t *testing.T) { slurm(t, whole) })
	t.Run("kubernetes", func(t *testing.T) { kubernetes(t, whole) })
}

// installRender puts the program, as a script that runs this test, into dir/render, and a script in
// place of Slurm's srun into dir/bin.
func installRender(t *testing.T, dir string) {
	t.Helper()
	program := fmt.Sprintf("#!/bin/sh\n%s=\"$*\" exec '%s' -test.run '^TestProgram$'\n", arguments, os.Args[0])
	require.NoError(t, os.WriteFile(filepath.Join(dir, "render"), []byte(program), 0o777))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bin"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bin", "srun"), []byte("#!/bin/sh\n\"$@\"\n"), 0o777))
}

// slurmTask returns a task of slurm.sh, as Slurm would start it in dir.
func slurmTask(t *testing.T, dir string, index, count int, args ...string) *exec.Cmd {
	t.Helper()
	script, err := filepath.Abs("slurm.sh")
	require.NoError(t, err)
	cmd := exec.Command("bash", append([]string{script}, args...)...)
	cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Setpgid: true}
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"),
		"SLURM_CPUS_PER_TASK=2",
		fmt.Sprint("SLURM_ARRAY_TASK_ID=", index), fmt.Sprint("SLURM_ARRAY_TASK_COUNT=", count),
		"SLURM_ARRAY_TASK_MIN=0", fmt.Sprint("SLURM_ARRAY_TASK_MAX=", count-1))
	return cmd
}

// slurm runs the commands of slurm.sh: it kills a task, runs all tasks beside each other, and
// checks that what the killed task had made is not made again.
func slurm(t *testing.T, whole string) {
	const tasks = 3
	dir := t.TempDir()
	installRender(t, dir)
	list := filepath.Join(dir, "clips.jsonl")
	clips := []string{"-n", fmt.Sprint(shardedClips), "-o", "clips", "-manifest", "clips.jsonl"}

	killed := slurmTask(t, dir, 1, tasks, clips...)
	require.NoError(t, killed.Start())
	require.Eventually(t, func() bool { return len(listed(list)) > 0 }, time.Minute, time.Millisecond)
	require.NoError(t, syscall.Kill(-killed.Process.Pid, syscall.SIGKILL))
	require.Error(t, killed.Wait())
	there := len(listed(list))

	said := together(t, tasks, func(index int) *exec.Cmd { return slurmTask(t, dir, index, tasks, clips...) })
	require.Contains(t, said[1], fmt.Sprintf("clips made, %d were there", there))
	require.NotContains(t, said[1], "clips: 0 of", "the killed task was not through")
	requireEachOnce(t, list, whole, filepath.Join(dir, "clips"))

	check := slices.Concat(clips, []string{"-check"})
	require.Contains(t, requireRender(t, dir, check...), fmt.Sprintf("clips: all %d clips are there\n", shardedClips))
	require.NoError(t, os.Remove(filepath.Join(dir, "clips", "pendulums-007.mp4")))
	require.Contains(t, requireFails(t, render(dir, check...)), "1 job failed: pendulums-007: the clip is missing")
}

// TestSlurmHoles: tasks 5 and 7 alone are two of eight, and not two of two.
func TestSlurmHoles(t *testing.T) {
	holes := slurmTask(t, t.TempDir(), 5, 2)
	holes.Env = append(holes.Env, "SLURM_ARRAY_TASK_MIN=5", "SLURM_ARRAY_TASK_MAX=7")
	require.Contains(t, requireFails(t, holes), "sbatch --array=0-1")
}

// render returns a run of the program in dir.
func render(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(dir, "render"), args...)
	cmd.Dir = dir
	return cmd
}

// requireRender runs the program in dir, and returns what it writes to stdout.
func requireRender(t *testing.T, dir string, args ...string) string {
	t.Helper()
	result, err := render(dir, args...).Output()
	require.NoError(t, err)
	return string(result)
}

// requireFails runs a program that fails, and returns what it writes.
func requireFails(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	said, err := cmd.CombinedOutput()
	require.Error(t, err)
	return string(said)
}

// indexedJob is what the test reads of kubernetes.yaml.
type indexedJob struct {
	Kind string
	Spec struct {
		CompletionMode string `yaml:"completionMode"`
		Completions    int
		Template       struct {
			Spec struct {
				RestartPolicy string `yaml:"restartPolicy"`
				Containers    []struct {
					Args         []string
					VolumeMounts []struct {
						MountPath string `yaml:"mountPath"`
					} `yaml:"volumeMounts"`
				}
			}
		}
	}
}

// kubernetes runs the pods of kubernetes.yaml as processes.
func kubernetes(t *testing.T, whole string) {
	text, err := os.ReadFile("kubernetes.yaml")
	require.NoError(t, err)
	var job indexedJob
	require.NoError(t, yaml.Unmarshal(text, &job))
	require.Equal(t, "Job", job.Kind)
	require.Equal(t, "Indexed", job.Spec.CompletionMode)
	require.Equal(t, "Never", job.Spec.Template.Spec.RestartPolicy)
	container := job.Spec.Template.Spec.Containers[0]
	require.Contains(t, container.Args, fmt.Sprintf("$(JOB_COMPLETION_INDEX)/%d", job.Spec.Completions))

	dir := t.TempDir()
	installRender(t, dir)
	together(t, job.Spec.Completions, func(index int) *exec.Cmd {
		args := slices.Concat(container.Args, []string{"-workers", "1", "-n", fmt.Sprint(shardedClips)})
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "$(JOB_COMPLETION_INDEX)", fmt.Sprint(index))
			args[i] = strings.Replace(args[i], container.VolumeMounts[0].MountPath, dir, 1)
		}
		return render(dir, args...)
	})
	requireEachOnce(t, filepath.Join(dir, "clips.jsonl"), whole, filepath.Join(dir, "clips"))
}

// together runs processes at the same time, and returns what each wrote to stdout.
func together(t *testing.T, count int, process func(index int) *exec.Cmd) []string {
	t.Helper()
	cmds, said := make([]*exec.Cmd, count), make([]bytes.Buffer, count)
	for i := range cmds {
		cmds[i] = process(i)
		cmds[i].Stdout = &said[i]
		require.NoError(t, cmds[i].Start())
	}
	var texts []string
	for i, cmd := range cmds {
		require.NoError(t, cmd.Wait(), i)
		texts = append(texts, said[i].String())
	}
	return texts
}

// listed returns the IDs in a manifest, in its order.
func listed(path string) (ids []string) {
	text, _ := os.ReadFile(path)
	for line := range bytes.Lines(text) {
		var entry struct{ ID string }
		if json.Unmarshal(line, &entry) == nil {
			ids = append(ids, entry.ID)
		}
	}
	return ids
}

// requireEachOnce checks that each clip was made once, and that folder has the files of whole and
// nothing else.
func requireEachOnce(t *testing.T, manifest, whole, folder string) {
	t.Helper()
	var ids []string
	for k := range shardedClips {
		ids = append(ids, clipID(k))
	}
	require.ElementsMatch(t, ids, listed(manifest))
	require.Len(t, clipsIn(t, folder), shardedClips)
	for _, path := range clipsIn(t, whole) {
		requireSameFile(t, path, filepath.Join(folder, filepath.Base(path)))
	}
}
