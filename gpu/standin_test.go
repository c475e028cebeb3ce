package gpu_test

import (
	"testing"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/cudatest"
)

// sound are the tests in which nothing is wrong.
func sound() []cudatest.Case {
	return []cudatest.Case{
		{Name: "upload", Run: testUpload},
		{Name: "rgb", Run: testConvertRGB},
		{Name: "nv12", Run: testConvertNV12},
		{Name: "order_of_closing", Run: testOrderOfClosing},
	}
}

// TestGPU runs them on a real one.
func TestGPU(t *testing.T) {
	d, err := gpu.Open(gpu.Config{OutWidth: 2, OutHeight: 2})
	if err == nil {
		d.Close()
	}
	cudatest.RunOnGPU(t, err, nil, sound()) // none of them encodes
}

// TestStandIn runs them on the stand-in for the driver, and those in which the driver or the GPU
// are at fault.
func TestStandIn(t *testing.T) {
	cudatest.Run(t, append(sound(), []cudatest.Case{
		{Name: "failing_copy", Faults: "copy=3", Run: testFailingCopy},
		{Name: "late_failure", Faults: "late=1", Run: testLateFailure},
		{Name: "contexts", Run: testContexts},
		{Name: "no_memory", Faults: "memory=3", Run: testNoMemory},
		{Name: "probe", Run: testProbe},
		{
			Name: "probe_no_driver", Without: cudatest.Driver,
			Run: testUnavailable("there is no NVIDIA driver: ", "libcuda.so.1"),
		},
		{Name: "probe_no_gpu", Faults: "no_device=1", Run: testUnavailable("finds no GPU: cuInit: CUDA_ERROR_NO_DEVICE")},
		{
			Name: "probe_no_encoder_library", Without: cudatest.Encoder,
			Run: testUnavailable("libnvidia-encode.so.1", "cuda:0 (Stand-in 0)"),
		},
		{Name: "probe_no_nvenc", Faults: "no_nvenc=1", Run: testUnavailable("cuda:0 (Stand-in 0) has no NVENC")},
		{
			Name: "probe_old_driver", Faults: "nvenc_version=161",
			Run: testUnavailable("too old: it knows NVENC up to version 10.1"),
		},
	}...))
}
