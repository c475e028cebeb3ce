package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

func TestPTX(t *testing.T) { cudatest.CheckPTX(t, "particles.cu") }

// TestGPU runs the example on a real GPU.
func TestGPU(t *testing.T) {
	d, err := gpu.Open(gpu.Config{OutWidth: 2, OutHeight: 2})
	if err == nil {
		d.Close()
	}
	cudatest.RunOnGPU(t, err, gpu.Probe(0), []cudatest.Case{{Name: "on_the_gpu", Run: testOnGPU}})
}

// TestCUDA runs it on the stand-in for the driver, and without a driver, an encoder and memory.
func TestCUDA(t *testing.T) {
	cudatest.Run(t, []cudatest.Case{
		{Name: "on_the_gpu", Run: testOnGPU},
		{Name: "without_a_gpu", Without: cudatest.Driver, Run: testOnCPU("there is no NVIDIA driver")},
		{Name: "without_an_encoder", Faults: "no_nvenc=1", Run: testOnCPU("has no NVENC")},
		{Name: "without_memory", Faults: "memory=19", Run: testFailing},
	})
}

var short = []string{"-seconds", "1", "-width", "160", "-height", "96", "-particles", "20"}

// testOnGPU checks the pictures from the GPU against those that the CPU makes.
func testOnGPU(t *testing.T) {
	mediatest.NoLeaks(t)
	path := filepath.Join(t.TempDir(), "particles.mkv")
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(context.Background(), append(short, "-o", path), &stdout, &stderr))
	require.Equal(t, path+": 1 seconds by cuda\n", stdout.String())
	require.Empty(t, stderr.String())
	pictures := mediatest.Pictures(t, path, 0, "rgb24")
	require.Len(t, pictures, rate)
	w := newCPUWorld(scatter(20, 160, 96), 160, 96)
	for i, p := range pictures {
		require.Greater(t, mediatest.PSNR(w.step(1./rate), p), 25.0, "picture %d", i)
	}
}

func testOnCPU(reason string) func(t *testing.T) {
	return func(t *testing.T) {
		mediatest.NoLeaks(t)
		path := filepath.Join(t.TempDir(), "particles.mp4")
		var stdout, stderr bytes.Buffer
		require.NoError(t, run(context.Background(), append(short, "-o", path), &stdout, &stderr))
		require.Contains(t, stderr.String(), reason)
		require.Equal(t, path+": 1 seconds by the CPU\n", stdout.String())
		require.Equal(t, "30", mediatest.Probe(t, path).Streams[0].NbReadFrames)
	}
}

// testFailing makes the first allocation of the simulation fail, which follows 18 of the encoder.
func testFailing(t *testing.T) {
	mediatest.NoLeaks(t)
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), append(short, "-o", filepath.Join(t.TempDir(), "out.mp4")), &stdout, &stderr)
	require.EqualError(t, err, "start the simulation: cuMemAlloc_v2 failed")
	require.Empty(t, stdout.String())
}

// TestInterrupted checks that the file is finished, and holds the frames that were fed.
func TestInterrupted(t *testing.T) {
	mediatest.NoLeaks(t)
	s := settings{path: filepath.Join(t.TempDir(), "particles.mp4"), seconds: 60, width: 160, height: 96, particles: 20}
	ctx, cancel := context.WithCancel(context.Background())
	took, err := s.render(ctx, "cpu", func(ctx context.Context, video *api.VideoStream) error {
		second := s
		second.seconds = 1
		if err := second.onCPU(ctx, video); err != nil {
			return err
		}
		cancel()
		return s.onCPU(ctx, video)
	})
	require.NoError(t, err)
	require.Equal(t, time.Second, took)
	require.Equal(t, "30", mediatest.Probe(t, s.path).Streams[0].NbReadFrames)
}

func TestArguments(t *testing.T) {
	for _, args := range [][]string{{"-particles", "0"}, {"-device", "cpu"}, {"-seconds", "x"}} {
		var stdout, stderr bytes.Buffer
		require.Error(t, run(context.Background(), args, &stdout, &stderr), args)
	}
}
