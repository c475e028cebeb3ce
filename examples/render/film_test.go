package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// filmParts is how many parts the film of filmArguments has.
const filmParts = 12

// filmArguments make a short film.
func filmArguments(path string) []string {
	return []string{
		"-film", "-o", path, "-size", "96x54", "-length", "6s", "-chunk", "500ms", "-codec", "libx264", "-workers", "1",
	}
}

// partsOf returns the names of the complete pictures' parts of a film.
func partsOf(path string) []string {
	parts, _ := filepath.Glob(path + ".chunks/[0-9]*")
	return parts
}

// startFilm starts the program, and returns when some parts of the film are complete.
func startFilm(t *testing.T, path string, parts int, stderr io.Writer) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestProgram$")
	cmd.Env = append(os.Environ(), arguments+"="+strings.Join(filmArguments(path), " "))
	cmd.Stderr = stderr
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return len(partsOf(path)) >= parts }, time.Minute, time.Millisecond)
	return cmd
}

// TestFilmGoesOn kills the program, interrupts it, and lets it finish: the film is the same as one
// that was made at once, and no part was made twice.
func TestFilmGoesOn(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	path, whole := filepath.Join(dir, "film.mp4"), filepath.Join(dir, "whole.mp4")
	killed := startFilm(t, path, 1, nil)
	require.NoError(t, killed.Process.Kill())
	require.Error(t, killed.Wait())
	require.NoFileExists(t, path)

	var told bytes.Buffer
	stopped := startFilm(t, path, len(partsOf(path))+2, &told)
	require.NoError(t, stopped.Process.Signal(os.Interrupt))
	require.EqualError(t, stopped.Wait(), "exit status 1")
	require.Contains(t, told.String(), "interrupt")
	require.Contains(t, told.String(), "its finished parts are in "+path+".chunks, and the same command goes on from there")
	require.NoFileExists(t, path)

	there := len(partsOf(path))
	require.Less(t, there, filmParts)
	var result bytes.Buffer
	require.NoError(t, run(context.Background(), filmArguments(path), &result, io.Discard))
	require.Contains(t, result.String(), fmt.Sprintf("%d parts made, %d were there", filmParts-there, there))
	require.NoError(t, run(context.Background(), filmArguments(whole), io.Discard, io.Discard))
	requireSameFile(t, whole, path)
	require.Len(t, clipsIn(t, dir), 2, "the parts are gone")

	file := mediatest.Probe(t, path)
	require.Len(t, file.Streams, 2)
	require.Equal(t, "180", file.Streams[0].NbReadFrames)
	for _, s := range file.Streams {
		seconds, err := strconv.ParseFloat(s.Duration, 64)
		require.NoError(t, err)
		require.InDelta(t, 6, seconds, 0.03)
	}
	result.Reset()
	told.Reset()
	require.NoError(t, run(context.Background(), filmArguments(path), &result, &told))
	require.Contains(t, result.String(), "0 parts made, 12 were there")
	require.Equal(t, "rendering: 180 of 180 frames\n", told.String(), "what was there has no speed")
}

func requireSameFile(t *testing.T, want, got string) {
	t.Helper()
	a, err := os.ReadFile(want)
	require.NoError(t, err)
	b, err := os.ReadFile(got)
	require.NoError(t, err)
	require.True(t, bytes.Equal(a, b))
}

func TestFilmTellsHowFarItIs(t *testing.T) {
	mediatest.NoLeaks(t)
	var told bytes.Buffer
	require.NoError(t, run(context.Background(), filmArguments(filepath.Join(t.TempDir(), "film.mkv")), io.Discard, &told))
	require.Regexp(t, `rendering: \d+ of 180 frames, [0-9.]+ frames per second`, told.String())
}

func TestFilmsThatCannotBe(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	for want, args := range map[string][]string{
		"write it as 1280x720":  {"-size", "1280"},
		"the film has no frame": {"-length", "1ms"},
		"a part has no frame":   {"-chunk", "-1s"},
		"avi2":                  {"-o", filepath.Join(dir, "film.avi2")},
		"libx999":               {"-codec", "libx999", "-o", filepath.Join(dir, "film.mp4")},
		"-workers -1":           {"-workers", "-1", "-o", filepath.Join(dir, "film.webm")},
	} {
		err := run(context.Background(), append([]string{"-film"}, args...), io.Discard, io.Discard)
		require.ErrorContains(t, err, want)
	}
	require.Empty(t, clipsIn(t, dir))
}

// TestKepler compares the orbits with what is known of them.
func TestKepler(t *testing.T) {
	for _, b := range bodies {
		turn := math.Pow(b.axis, 1.5)
		for k := range 400 {
			time := 7 * turn * float64(k) / 400
			e := b.eccentricAnomaly(time)
			require.InDelta(t, b.meanAnomaly(time), e-b.eccentricity*math.Sin(e), 1e-9)
			here := b.position(time)
			require.InDelta(t, b.axis*(1-b.eccentricity*math.Cos(e)), here.length(), 1e-9)
			require.InDelta(t, 2*math.Pi, b.trueAnomaly(time+turn)-b.trueAnomaly(time), 1e-6)

			const step = 1e-6 // the second law: the same area in the same time
			next := b.position(time + step)
			double := vec3{
				here.y*next.z - here.z*next.y, here.z*next.x - here.x*next.z, here.x*next.y - here.y*next.x,
			}.length()
			area := double / 2 / step
			all := math.Pi * b.axis * b.axis * math.Sqrt(1-b.eccentricity*b.eccentricity)
			require.InEpsilon(t, all/turn, area, 1e-3)
		}
	}
}

// TestSoundIsTheSameInPieces: no piece depends on an earlier one.
func TestSoundIsTheSameInPieces(t *testing.T) {
	const all = 3 * sampleRate
	whole, piece := harmony(0, all, all), harmony(all/2, 1000, all)
	for channel := range whole {
		require.Equal(t, whole[channel][all/2:all/2+1000], piece[channel])
		for _, v := range whole[channel] {
			require.LessOrEqual(t, math.Abs(float64(v)), 1.0)
		}
	}
}

func TestPicturesDoNotDependOnEachOther(t *testing.T) {
	one, other := newSpace(160, 90), newSpace(160, 90)
	first := bytes.Clone(one.draw(10))
	_ = other.draw(3)
	require.True(t, bytes.Equal(first, other.draw(10)))
	require.False(t, bytes.Equal(first, one.draw(11)))
}
