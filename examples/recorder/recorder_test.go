package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// patience is the most time that one thing may take. It only ends a test that hangs.
const patience = time.Minute

// hurried are settings of a recording that does not keep to the clock.
func hurried(t *testing.T) settings {
	return settings{
		folder: t.TempDir(), every: 5 * time.Second, interval: time.Millisecond,
		first: 10 * time.Millisecond, longest: 50 * time.Millisecond,
	}
}

// TestTheServerDiesAndComesBack lets a server take some of the stream, kills it, and starts another
// one at the same address. The recording has every frame, and both servers have something that
// plays.
func TestTheServerDiesAndComesBack(t *testing.T) {
	mediatest.NoLeaks(t)
	server := listen(t, "127.0.0.1:0")
	address := server.Addr().String()
	s := hurried(t)
	s.server = "tcp://" + address
	enc := api.NewEncoder()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	result := make(chan error, 1)
	var folder string
	go func() {
		var err error
		folder, err = record(ctx, enc, s)
		result <- err
	}()

	before, conn := receive(t, server, 100_000)
	require.NoError(t, server.Close())
	require.NoError(t, conn.Close())
	state := func() string { return enc.Stats().Outputs[1].State }
	require.Eventually(t, func() bool { return state() == "waiting" }, patience, time.Millisecond)
	recorded := enc.Stats().Streams[0].Accepted
	require.Eventually(t, func() bool {
		return enc.Stats().Streams[0].Accepted > recorded+5*frameRate
	}, patience, time.Millisecond, "the recording goes on without a server")

	server = listen(t, address)
	after, conn := receive(t, server, 100_000)
	cancel()
	rest, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.NoError(t, <-result)
	require.NoError(t, errors.Join(conn.Close(), server.Close()))
	stats := enc.Stats()
	require.Equal(t, 1, stats.Outputs[1].Reconnects)
	require.Positive(t, stats.Outputs[1].Lost)
	requirePlays(t, before)
	requirePlays(t, append(after, rest...))
	require.Equal(t, int(stats.Streams[0].Accepted), requireParts(t, folder))
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	require.NoError(t, err)
	return l
}

// receive accepts a connection and reads so many bytes from it.
func receive(t *testing.T, server net.Listener, bytes int) ([]byte, net.Conn) {
	t.Helper()
	conn, err := server.Accept()
	require.NoError(t, err)
	data := make([]byte, bytes)
	_, err = io.ReadFull(conn, data)
	require.NoError(t, err)
	return data, conn
}

// requirePlays asserts that a stream begins with a key frame, and that the system's decoders find
// no fault in it. A packet that was cut off at its end counts as none.
func requirePlays(t *testing.T, stream []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stream.ts")
	require.NoError(t, os.WriteFile(path, stream, 0o600))
	packets := mediatest.Packets(t, path)
	video := 0
	for _, p := range packets {
		if p.Stream != 0 {
			continue
		}
		require.True(t, video > 0 || p.Key)
		video++
	}
	require.Greater(t, video, frameRate)
	whole := filepath.Join(t.TempDir(), "whole.ts")
	mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-c", "copy", "-frames:v", strconv.Itoa(video-1), whole)
	faults := mediatest.Run(t, "sh", "-c", `ffmpeg -v error -i "$0" -f null - 2>&1`, whole)
	require.Empty(t, string(faults))
}

// requireParts asserts that the folder has parts from number 0 on, each of the full length but for
// the last one. It returns the number of frames in all of them.
func requireParts(t *testing.T, folder string) (frames int) {
	t.Helper()
	parts, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Greater(t, len(parts), 1)
	for i, part := range parts {
		require.Equal(t, fmt.Sprintf("part-%05d.mp4", i), part.Name())
		n := framesOf(t, filepath.Join(folder, part.Name()))
		if i < len(parts)-1 {
			require.Equal(t, 5*frameRate, n)
		}
		frames += n
	}
	return frames
}

func framesOf(t *testing.T, path string) int {
	t.Helper()
	streams := mediatest.Probe(t, path).Streams
	require.Len(t, streams, 2)
	n, err := strconv.Atoi(streams[0].NbReadFrames)
	require.NoError(t, err)
	return n
}

// TestKeep checks that only the latest parts stay, and that there is a recording where there is no
// server.
func TestKeep(t *testing.T) {
	mediatest.NoLeaks(t)
	s := hurried(t)
	s.every, s.keep, s.duration = time.Second, 3, 9500*time.Millisecond
	s.server = "tcp://127.0.0.1:1"
	enc := api.NewEncoder()
	folder, err := record(t.Context(), enc, s)
	require.NoError(t, err)
	require.Error(t, enc.Stats().Outputs[1].Err)
	parts, err := filepath.Glob(filepath.Join(folder, "*"))
	require.NoError(t, err)
	var numbers []string
	for _, part := range parts {
		numbers = append(numbers, filepath.Base(part))
	}
	require.Equal(t, []string{"part-00007.mp4", "part-00008.mp4", "part-00009.mp4"}, numbers)
	require.Equal(t, []int{30, 30, 15}, []int{framesOf(t, parts[0]), framesOf(t, parts[1]), framesOf(t, parts[2])})
}

func TestRun(t *testing.T) {
	mediatest.NoLeaks(t)
	var told, logged bytes.Buffer
	folder := filepath.Join(t.TempDir(), "new")
	require.NoError(t, run(t.Context(), []string{"-dir", folder, "-for", "500ms"}, &told, &logged))
	line, _, _ := strings.Cut(told.String(), "\n")
	before, path, found := strings.Cut(line, " of video in ")
	require.True(t, found, told.String())
	require.Equal(t, "500ms", before)
	require.Equal(t, 15, framesOf(t, filepath.Join(path, "part-00000.mp4")))
	require.Contains(t, told.String(), "0 packets lost")
	require.Empty(t, logged.String())

	require.Error(t, run(t.Context(), []string{"-dir", folder, "-every", "1ms"}, &told, &logged), "less than a frame")
	starts, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, starts, 1, "a start that fails leaves nothing")
}
