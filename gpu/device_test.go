package gpu_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
)

const (
	width  = 162
	height = 98
)

// open opens device 0 for pictures of this size, until the end of the test.
func open(t *testing.T) *gpu.Device {
	t.Helper()
	d, err := gpu.Open(gpu.Config{Width: width, Height: height, OutWidth: width, OutHeight: height})
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d
}

func newFrame(t *testing.T) *astiav.Frame {
	t.Helper()
	f := astiavx.NewFrame()
	t.Cleanup(func() { astiavx.FreeFrame(f) })
	return f
}

// hostFrame is a picture in the host's memory that is filled with noise.
func hostFrame(t *testing.T, d *gpu.Device, seed uint64) *astiav.Frame {
	t.Helper()
	f := newFrame(t)
	require.NoError(t, d.Host(f))
	rnd := rand.New(rand.NewPCG(seed, seed))
	for _, row := range rows(f) {
		for i := range row {
			row[i] = byte(rnd.Uint32())
		}
	}
	return f
}

// rows are the bytes of a picture of NV12 in the host's memory, without padding.
func rows(f *astiav.Frame) [][]byte {
	var all [][]byte
	strides := f.Linesize()
	for i, n := range []int{f.Height(), (f.Height() + 1) / 2} {
		plane := unsafe.Slice((*byte)(astiavx.Plane(f, i)), n*strides[i])
		for y := range n {
			all = append(all, plane[y*strides[i]:][:f.Width()+f.Width()%2*i])
		}
	}
	return all
}

// download returns the bytes of a picture on the device.
func download(t *testing.T, d *gpu.Device, f *astiav.Frame) []byte {
	t.Helper()
	host := newFrame(t)
	require.NoError(t, d.Host(host))
	require.NoError(t, d.Download(host, f))
	return bytes.Join(rows(host), nil)
}

func testUpload(t *testing.T) {
	mediatest.NoLeaks(t)
	d := open(t)
	for i := range uint64(5) {
		src, dst := hostFrame(t, d, i), newFrame(t)
		require.NoError(t, d.Upload(dst, src))
		require.Equal(t, astiav.PixelFormatCuda, dst.PixelFormat())
		require.Equal(t, bytes.Join(rows(src), nil), download(t, d, dst))
		require.NoError(t, d.AwaitUpload())
	}
	require.NoError(t, d.AwaitUpload(), "there is nothing to wait for")
	for i := range uint64(2) {
		require.NoError(t, d.Upload(newFrame(t), hostFrame(t, d, i)))
	}
	require.ErrorContains(t, d.Upload(newFrame(t), hostFrame(t, d, 9)), "2 uploads are running")
	require.NoError(t, d.AwaitUpload())
	require.NoError(t, d.AwaitUpload())
}

// testFailingCopy has the first plane of the second picture refused.
func testFailingCopy(t *testing.T) {
	mediatest.NoLeaks(t)
	d := open(t)
	require.NoError(t, d.Upload(newFrame(t), hostFrame(t, d, 1)))
	err := d.Upload(newFrame(t), hostFrame(t, d, 2))
	require.EqualError(t, err, "cuda:0 (Stand-in 0): upload: cuMemcpy2DAsync: CUDA_ERROR_1 (an error of the stand-in)")
	cause, ok := errors.AsType[*gpu.Error](err)
	require.True(t, ok)
	assert.Equal(t, 1, cause.Code)
	require.NoError(t, d.AwaitUpload())
}

// testLateFailure has a copy fail after it was accepted.
func testLateFailure(t *testing.T) {
	mediatest.NoLeaks(t)
	d := open(t)
	require.NoError(t, d.Upload(newFrame(t), hostFrame(t, d, 1)))
	require.ErrorContains(t, d.AwaitUpload(), "upload: cuEventSynchronize: CUDA_ERROR_LAUNCH_FAILED")
}

// testOrderOfClosing closes the device while pictures of all kinds are in use: the memory of each
// must outlive it, or the stand-in has no context to free it in.
func testOrderOfClosing(t *testing.T) {
	mediatest.NoLeaks(t)
	d, err := gpu.Open(gpu.Config{Width: width, Height: height, OutWidth: width, OutHeight: height})
	require.NoError(t, err)
	src, dst := astiavx.NewFrame(), astiavx.NewFrame()
	require.NoError(t, d.Host(src))
	require.NoError(t, d.Upload(dst, src))
	require.Same(t, d, d.Retain())
	d.Close()
	require.True(t, d.TryRetain())
	d.Close()
	d.Close()
	require.False(t, d.TryRetain(), "nobody uses it any more")
	clear(rows(src)[0])
	astiavx.FreeFrame(src)
	astiavx.FreeFrame(dst)
}

func testContexts(t *testing.T) {
	mediatest.NoLeaks(t)
	own := cudatest.Own(t, 1)
	cfg := gpu.Config{Index: 1, Context: own.Context(), Width: width, Height: height, OutWidth: width, OutHeight: height}
	d, err := gpu.Open(cfg)
	require.NoError(t, err)
	require.Equal(t, "cuda:1 (Stand-in 1)", d.String())
	src, dst := hostFrame(t, d, 1), newFrame(t)
	require.NoError(t, d.Upload(dst, src))
	require.Equal(t, bytes.Join(rows(src), nil), download(t, d, dst))
	memory := own.Alloc(t, 100)
	assert.True(t, d.Holds(memory, 100))
	assert.False(t, d.Holds(memory, 101), "beyond what was allocated")
	assert.False(t, d.Holds(memory, math.MaxInt), "beyond all memory")
	assert.False(t, d.Holds(memory, -1), "a size that has wrapped around")
	assert.False(t, d.Holds(math.MaxUint-10, 100), "beyond all addresses")
	assert.False(t, d.Holds(uintptr(unsafe.Pointer(&cfg)), 1), "the host's memory")
	d.Close()

	cfg.Index = 0
	_, err = gpu.Open(cfg)
	require.ErrorIs(t, err, gpu.ErrContext)
	require.ErrorContains(t, err, "it belongs to cuda:1, not to cuda:0")

	_, err = gpu.Open(gpu.Config{Index: 2, OutWidth: 2, OutHeight: 2})
	require.ErrorIs(t, err, gpu.ErrUnavailable)
	require.EqualError(t, err,
		"avloom: no usable GPU: there is no device cuda:2: the NVIDIA driver knows 2, counted from 0")
}

// testNoMemory has the third allocation fail.
func testNoMemory(t *testing.T) {
	mediatest.NoLeaks(t)
	d := open(t)
	err := d.Reserve(3)
	require.EqualError(t, err, "cuda:0 (Stand-in 0): allocate a picture of 162×98 in its memory: Cannot allocate memory")
	require.NoError(t, d.Reserve(2), "what was reserved is there again")
	require.ErrorContains(t, d.Host(newFrame(t)), "pinned memory")
}

func testProbe(t *testing.T) {
	mediatest.NoLeaks(t)
	require.NoError(t, gpu.Probe(0))
	d := open(t)
	names, err := d.Encoders()
	require.NoError(t, err)
	require.Equal(t, []string{"h264_nvenc", "hevc_nvenc", "av1_nvenc"}, names)
}

// testUnavailable says that the probe finds no GPU, and all of these words in the reason.
func testUnavailable(words ...string) func(t *testing.T) {
	return func(t *testing.T) {
		mediatest.NoLeaks(t)
		err := gpu.Probe(0)
		require.ErrorIs(t, err, gpu.ErrUnavailable)
		for _, w := range words {
			require.ErrorContains(t, err, w)
		}
	}
}

func TestParseDevice(t *testing.T) {
	for name, want := range map[string]int{"cuda": 0, "cuda:0": 0, "cuda:17": 17} {
		index, ok := gpu.ParseDevice(name)
		assert.True(t, ok, name)
		assert.Equal(t, want, index, name)
	}
	for _, name := range []string{"", "cpu", "cuda:", "cuda:x", "cuda:-1", "cuda1", "CUDA"} {
		_, ok := gpu.ParseDevice(name)
		assert.False(t, ok, name)
	}
}
