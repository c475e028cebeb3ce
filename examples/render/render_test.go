package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// arguments names the variable that makes TestProgram run the program.
const arguments = "AVLOOM_TEST_RENDER_ARGS"

// TestProgram runs the program where the variable is set, for TestInterrupted. Otherwise it does
// nothing.
func TestProgram(*testing.T) {
	if args, ok := os.LookupEnv(arguments); ok {
		os.Args = append(os.Args[:1], strings.Fields(args)...)
		main()
	}
}

func clipsIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var paths []string
	for _, e := range entries {
		paths = append(paths, filepath.Join(dir, e.Name()))
	}
	return paths
}

func requireWhole(t *testing.T, path string) {
	t.Helper()
	require.Equal(t, ".mp4", filepath.Ext(path))
	require.NotEqual(t, ".", filepath.Base(path)[:1], "a temporary file")
	file := mediatest.Probe(t, path)
	require.Equal(t, fmt.Sprint(frames), file.Streams[0].NbReadFrames)
	require.Equal(t, "2.000000", file.Streams[0].Duration)
	require.Equal(t, [2]int{size, size}, [2]int{file.Streams[0].Width, file.Streams[0].Height})
}

// TestInterrupted interrupts the program as Ctrl-C does, and lets a second run do the rest.
func TestInterrupted(t *testing.T) {
	mediatest.NoLeaks(t)
	const clips = 20
	dir := filepath.Join(t.TempDir(), "clips")
	args := []string{"-o", dir, "-n", fmt.Sprint(clips), "-workers", "2"}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestProgram$")
	cmd.Env = append(os.Environ(), arguments+"="+strings.Join(args, " "))
	told, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(told)
	require.True(t, lines.Scan())
	require.Regexp(t, `^rendering: 2 of 20 clips, [0-9.]+ clips per second, [0-9ms]+ left$`, lines.Text())
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	var last string
	for lines.Scan() {
		last = lines.Text()
	}
	require.EqualError(t, cmd.Wait(), "exit status 1")
	require.Contains(t, last, "render: ")
	require.Contains(t, last, "interrupt")

	made := clipsIn(t, dir)
	require.GreaterOrEqual(t, len(made), 2)
	require.Less(t, len(made), clips)
	for _, path := range made {
		requireWhole(t, path)
	}
	var result bytes.Buffer
	require.NoError(t, run(context.Background(), args, &result, io.Discard))
	summary := fmt.Sprintf("%d of %d clips made, %d were there", clips-len(made), clips, len(made))
	require.Contains(t, result.String(), summary)
	require.Len(t, clipsIn(t, dir), clips)
	for _, path := range clipsIn(t, dir) {
		requireWhole(t, path)
	}
}

func TestClipsDiffer(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	require.NoError(t, run(context.Background(), []string{"-o", dir, "-n", "3"}, io.Discard, io.Discard))
	var last [][]byte
	for _, path := range clipsIn(t, dir) {
		pictures := mediatest.Pictures(t, path, 0, "rgb24")
		require.Less(t, mediatest.PSNR(pictures[0], pictures[frames-1]), 30.0, "it moves")
		last = append(last, pictures[frames-1])
	}
	require.Less(t, mediatest.PSNR(last[0], last[1]), 25.0)
	require.Less(t, mediatest.PSNR(last[1], last[2]), 25.0)
}

func TestWhatCannotBe(t *testing.T) {
	mediatest.NoLeaks(t)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	for _, args := range [][]string{
		{"-n", "0"},
		{"-o", file},
		{"-workers", "-1", "-o", t.TempDir()},
		{"-unheard-of"},
		{"-shard", "/3"},
		{"-shard", "3/3", "-o", t.TempDir()},
		{"-check", "-anew"},
		{"-film", "-check"},
		{"-join"},
		{"-film", "-join", "-shard", "0/2"},
		{"-manifest", t.TempDir(), "-o", t.TempDir()},
	} {
		t.Run(fmt.Sprint(args), func(t *testing.T) {
			require.Error(t, run(context.Background(), args, io.Discard, io.Discard))
		})
	}
}

func TestPendulumKeepsItsEnergy(t *testing.T) {
	p := pendulum{inner: 2.1, outer: 2.8}
	before := p.energy()
	for range 5000 {
		p.step(0.005)
	}
	require.InDelta(t, before, p.energy(), 1e-3)
	p.friction = 0.05
	for range 5000 {
		p.step(0.005)
	}
	require.Less(t, p.energy(), before-0.5)
}
