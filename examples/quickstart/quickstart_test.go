package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// aacFrame is by how many seconds the length of the sound may be off.
const aacFrame = 1024.0 / sampleRate

func TestTheWholeDemo(t *testing.T) {
	mediatest.NoLeaks(t)
	path := filepath.Join(t.TempDir(), "demo.mp4")
	var result, told bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"-o", path}, &result, &told))

	require.Contains(t, result.String(), "300 frames of 1280×720 pixels, 10s")
	require.Contains(t, result.String(), "limited by ")
	require.Equal(t, 10, strings.Count(told.String(), "\n"), "a line for every tenth")

	file := mediatest.Probe(t, path)
	require.Equal(t, "Bouncing balls", file.Format.Tags["title"])
	require.Len(t, file.Streams, 2)

	video := file.Streams[0]
	require.Equal(t, "h264", video.Codec)
	require.Equal(t, []int{1280, 720}, []int{video.Width, video.Height})
	require.Equal(t, "300", video.NbReadFrames)
	require.Equal(t, "10.000000", video.Duration)

	audio := file.Streams[1]
	require.Equal(t, "aac", audio.Codec)
	require.Equal(t, "48000", audio.SampleRate)
	require.Equal(t, 2, audio.Channels)
	seconds, err := strconv.ParseFloat(audio.Duration, 64)
	require.NoError(t, err)
	require.InDelta(t, 10, seconds, aacFrame)

	sound := mediatest.Sound(t, path, 1)
	require.InDelta(t, 10, float64(len(sound[0]))/sampleRate, aacFrame)

	heard, touched := onset(t, sound), touchdown(t, path)
	require.InDelta(t, touched, heard, 1.0/frameRate, "sound and picture of the first knock")
	known := newWorld(16.0 / 9).advance(1)[0]
	require.InDelta(t, known.time, heard, 0.005)
	require.InDelta(t, known.time, touched, 0.5/frameRate)
}

// onset returns when the sound begins, in seconds.
func onset(t *testing.T, sound [][]float32) float64 {
	for i := range sound[0] {
		if math.Hypot(float64(sound[0][i]), float64(sound[1][i])) > 0.02 {
			return float64(i) / sampleRate
		}
	}
	require.Fail(t, "there is no sound")
	return 0
}

// touchdown returns the time of the picture, within the first second, in which the lowest point of
// the first ball is nearest to the floor. The ball falls along the middle column, and shows as what
// differs from the first picture, where it is far up.
func touchdown(t *testing.T, path string) float64 {
	const ground, start = 619, 420 // rows
	columns := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-frames:v", strconv.Itoa(frameRate),
		"-vf", "crop=2:720:640:0,format=gray", "-f", "rawvideo", "-")
	column := func(k int) []byte { return columns[k*2*720 : (k+1)*2*720] }
	lowest, at := 0, 0
	for k := range frameRate {
		for row := start; row < ground; row++ {
			difference := int(column(k)[2*row]) - int(column(0)[2*row])
			if max(difference, -difference) > 32 && row > lowest {
				lowest, at = row, k
			}
		}
	}
	require.InDelta(t, ground, lowest, 5, "the ball touches the floor")
	return float64(at) / frameRate
}

// arguments names the variable that makes TestProgram run the program.
const arguments = "AVLOOM_TEST_QUICKSTART_ARGS"

// TestProgram runs the program where the variable is set, for the tests that interrupt it.
// Otherwise it does nothing.
func TestProgram(*testing.T) {
	if args, ok := os.LookupEnv(arguments); ok {
		os.Args = append(os.Args[:1], strings.Fields(args)...)
		main()
	}
}

// startProgram starts the program in a separate process, and waits until it has written its first
// progress.
func startProgram(t *testing.T, args ...string) (cmd *exec.Cmd, told *bufio.Scanner, result *bytes.Buffer) {
	t.Helper()
	cmd, result = exec.Command(os.Args[0], "-test.run", "^TestProgram$"), &bytes.Buffer{}
	cmd.Env, cmd.Stdout = append(os.Environ(), arguments+"="+strings.Join(args, " ")), result
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	told = bufio.NewScanner(stderr)
	require.True(t, told.Scan())
	require.Regexp(t, "^encoding: ", told.Text())
	return cmd, told, result
}

const finishing = "quickstart: finishing the file; Ctrl-C again gives it up"

// press interrupts the program as Ctrl-C does.
func press(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
}

// TestInterrupted checks that the file is finished, and holds every frame that was fed.
func TestInterrupted(t *testing.T) {
	mediatest.NoLeaks(t)
	const seconds = 200
	path := filepath.Join(t.TempDir(), "demo.mp4")
	cmd, told, result := startProgram(t, "-o", path, "-seconds", fmt.Sprint(seconds), "-width", "320", "-height", "180")
	press(t, cmd)
	last := ""
	for told.Scan() {
		last = told.Text()
	}
	require.NoError(t, cmd.Wait())
	require.Equal(t, finishing, last)

	file := mediatest.Probe(t, path)
	frames, err := strconv.Atoi(file.Streams[0].NbReadFrames)
	require.NoError(t, err)
	require.GreaterOrEqual(t, frames, seconds*frameRate/10, "a tenth")
	require.Less(t, frames, seconds*frameRate)
	require.Contains(t, result.String(), fmt.Sprintf("%s: %d frames of 320×180 pixels", path, frames))
	require.Equal(t, file.Streams[0].NbFrames, file.Streams[0].NbReadFrames)
	const frame = 1.0 / frameRate
	require.InDelta(t, float64(frames)*frame, float64(len(mediatest.Sound(t, path, 1)[0]))/sampleRate, frame+aacFrame)
	index := movieIndex(t, path)
	require.NotEmpty(t, index)
	require.NotContains(t, string(index), "mvex", "an ordinary file")
}

// TestInterruptedTwice checks that the program ends, and that the file does not look complete.
func TestInterruptedTwice(t *testing.T) {
	mediatest.NoLeaks(t)
	path := filepath.Join(t.TempDir(), "demo.mp4")
	// This size takes seconds to finish.
	cmd, told, result := startProgram(t, "-o", path, "-seconds", "1", "-width", "3840", "-height", "2160")
	press(t, cmd)
	for told.Scan() && told.Text() != finishing {
	}
	press(t, cmd)
	require.EqualError(t, cmd.Wait(), "signal: interrupt")
	require.Empty(t, result.String())
	if index := movieIndex(t, path); len(index) > 0 {
		require.Contains(t, string(index), "mvex", "the index of a file that goes on")
	}
}

// movieIndex returns the index of an mp4 file, which is one of its boxes; nil: there is none.
func movieIndex(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	for len(content) >= 8 {
		size := min(int(binary.BigEndian.Uint32(content)), len(content))
		require.GreaterOrEqual(t, size, 8)
		if string(content[4:8]) == "moov" {
			return content[:size]
		}
		content = content[size:]
	}
	return nil
}

// TestContextThatEnds checks that the end of run's context finishes the file.
func TestContextThatEnds(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var result bytes.Buffer
	args := small(t)
	require.NoError(t, run(ctx, args, &result, onWrite(cancel)))
	frames := mediatest.Probe(t, args[1]).Streams[0].NbReadFrames
	require.Contains(t, result.String(), ": "+frames+" frames of ")
	require.NotEqual(t, "60", frames)
}

func TestWhatCannotBe(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, args := range [][]string{
		{"-seconds", "0"},
		{"-height", "0"},
		{"-width", "321", "-o", filepath.Join(t.TempDir(), "odd.mp4")},
		{"-o", filepath.Join(t.TempDir(), "demo.unheard-of")},
		{"-o", filepath.Join(t.TempDir(), "nowhere", "demo.mp4")},
	} {
		t.Run(fmt.Sprint(args), func(t *testing.T) {
			require.Error(t, run(context.Background(), args, io.Discard, io.Discard))
		})
	}
}

func TestWorldLosesNothing(t *testing.T) {
	w := newWorld(16.0 / 9)
	before, last := energy(w), 0.0
	for _, k := range w.advance(60) {
		require.GreaterOrEqual(t, k.time, last, "knocks are in order")
		require.Positive(t, k.speed)
		last = k.time
	}
	require.InEpsilon(t, before, energy(w), 1e-9)
	const rounding = 1e-9
	for i, b := range w.balls {
		require.True(t, b.position.x > b.radius-rounding && b.position.x < w.width-b.radius+rounding, "ball %d", i)
		require.True(t, b.position.y > b.radius-rounding && b.position.y < floor-b.radius+rounding, "ball %d", i)
		for _, other := range w.balls[:i] {
			way := other.position.minus(b.position)
			require.Greater(t, math.Sqrt(way.dot(way)), b.radius+other.radius-rounding, "ball %d", i)
		}
	}
}

// energy returns the kinetic and potential energy of all balls.
func energy(w *world) float64 {
	var sum float64
	for _, b := range w.balls {
		sum += b.mass() * (b.velocity.dot(b.velocity)/2 + gravity*(floor-b.position.y))
	}
	return sum
}

func small(t *testing.T) []string {
	return []string{"-o", filepath.Join(t.TempDir(), "demo.mp4"), "-seconds", "2", "-width", "320", "-height", "180"}
}

// onWrite is a writer that calls a function at each write.
type onWrite func()

func (f onWrite) Write(p []byte) (int, error) {
	f()
	return len(p), nil
}
