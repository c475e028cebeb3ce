package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// parts returns the names of the parts of a film that -shard has made.
func parts(path string) []string {
	names, _ := filepath.Glob(path + ".parts/*/[cs]*")
	return names
}

// TestFilmInShards makes a film with tasks of slurm.sh, one of which is killed first: the film is
// the same as one that was made at once.
func TestFilmInShards(t *testing.T) {
	mediatest.NoLeaks(t)
	const tasks = 3
	dir := t.TempDir()
	installRender(t, dir)
	film, whole := filepath.Join(dir, "film.mp4"), filepath.Join(dir, "whole.mp4")
	args := filmArguments(film)
	other := filepath.Join(film+".parts", "other")
	require.NoError(t, os.MkdirAll(other, 0o777))

	killed := slurmTask(t, dir, 0, tasks, args...)
	require.NoError(t, killed.Start())
	require.Eventually(t, func() bool { return len(parts(film)) > 0 }, time.Minute, time.Millisecond)
	require.NoError(t, syscall.Kill(-killed.Process.Pid, syscall.SIGKILL))
	require.Error(t, killed.Wait())
	there := len(parts(film))
	join := slices.Concat(args, []string{"-join"})
	require.Contains(t, requireFails(t, render(dir, join...)), "no such file")
	require.NoFileExists(t, film)

	said := together(t, tasks, func(index int) *exec.Cmd { return slurmTask(t, dir, index, tasks, args...) })
	require.Contains(t, said[0], fmt.Sprintf("parts made, %d were there", there))
	require.Len(t, parts(film), filmParts+1, "and the sound")
	require.Contains(t, requireRender(t, dir, join...), fmt.Sprintf("joined of %d parts", filmParts+1))

	require.NoError(t, run(context.Background(), filmArguments(whole), io.Discard, io.Discard))
	requireSameFile(t, whole, film)
	require.Empty(t, parts(film))
	require.DirExists(t, other, "that of other settings stays")
	var again bytes.Buffer
	require.NoError(t, run(context.Background(), join, &again, io.Discard))
	require.Contains(t, again.String(), "it is there")
	before, err := os.Stat(film)
	require.NoError(t, err)
	require.NoError(t, run(context.Background(), append(args, "-shard", "0/1"), io.Discard, io.Discard))
	after, err := os.Stat(film)
	require.NoError(t, err)
	require.Equal(t, before.ModTime(), after.ModTime())
}
