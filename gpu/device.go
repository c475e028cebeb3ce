package gpu

//#include "driver.h"
//static void *closer(void) { return (void *)gpu_close; }
import "C"

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/internal/rgbyuv"
)

// Config says which device, and what for.
type Config struct {
	Index               int
	Context             uintptr       // a CUcontext of the device, which must outlive the Device; 0: the device's primary one
	Width, Height       int           // of the pictures that Convert reads
	OutWidth, OutHeight int           // of those that are encoded; both even
	Color               rgbyuv.Config // of those that Convert makes; its input and output do not matter
}

// Device is what one stream of video uses of a CUDA device. Its methods are safe for use by several goroutines at once, but for Upload and
// Settle, which one goroutine calls.
type Device struct {
	cfg     Config
	name    string
	lane    *C.struct_gpu_lane
	av      *astiavx.HardwareDevice // owns the lane
	frames  *astiavx.HardwareFrames
	host    *astiavx.PicturePool
	uploads uploads
	kernels kernels
	users   atomic.Int32
}

// Open opens a device for one user. It wraps ErrUnavailable where there is no driver or no such device, and ErrContext where the context is
// not the device's. Whether the device has an encoder shows only when one is opened: see Encoders.
func Open(cfg Config) (*Device, error) {
	name, err := findDevice(cfg.Index)
	if err != nil {
		return nil, err
	}
	d := &Device{cfg: cfg, name: name}
	if err := d.checkContext(); err != nil {
		return nil, err
	}
	if err := check(C.gpu_open(C.int(cfg.Index), C.uintptr_t(cfg.Context), &d.lane)); err != nil {
		return nil, unavailable("%s: %w", d, err)
	}
	if d.av, err = astiavx.NewCUDADevice(unsafe.Pointer(d.lane.context), unsafe.Pointer(d.lane.stream), C.closer(), unsafe.Pointer(d.lane)); err != nil {
		C.gpu_close(unsafe.Pointer(d.lane))
		return nil, fmt.Errorf("%s: %w", d, err)
	}
	live.New("CUDA device")
	d.users.Store(1)
	if err := d.makePools(); err != nil {
		d.Close()
		return nil, fmt.Errorf("%s: %w", d, err)
	}
	return d, nil
}

func (d *Device) checkContext() error {
	if d.cfg.Context == 0 {
		return nil
	}
	var of C.int
	if err := check(C.gpu_context_device(C.uintptr_t(d.cfg.Context), &of)); err != nil {
		return fmt.Errorf("%w: %w", ErrContext, err)
	}
	if int(of) != d.cfg.Index {
		return fmt.Errorf("%w: it belongs to %s, not to %s", ErrContext, deviceName(int(of)), deviceName(d.cfg.Index))
	}
	return nil
}

func (d *Device) makePools() (err error) {
	if d.frames, err = astiavx.NewHardwareFrames(d.av, astiav.PixelFormatNv12, d.cfg.OutWidth, d.cfg.OutHeight); err != nil {
		return err
	}
	d.host, err = newHostPool(d)
	return err
}

// Retain adds a user, who closes the device as well. It returns the device.
func (d *Device) Retain() *Device {
	d.users.Add(1)
	return d
}

// TryRetain is Retain for who cannot know whether the device is still in use. False: it is not.
func (d *Device) TryRetain() bool {
	for n := d.users.Load(); n > 0; n = d.users.Load() {
		if d.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
	return false
}

// Close ends one use of the device. The last frees what is not in use by pictures or an encoder, which free the rest.
func (d *Device) Close() {
	if d.users.Add(-1) > 0 {
		return
	}
	live.Freed("CUDA device")
	d.uploads.free(d.lane)
	if d.host != nil {
		d.host.Free()
	}
	if d.frames != nil {
		d.frames.Free()
	}
	d.av.Free()
}

// String is the device's name and the GPU's.
func (d *Device) String() string { return fmt.Sprintf("%s (%s)", deviceName(d.cfg.Index), d.name) }

// Attach makes an encoder that is not open yet take its pictures from this device.
func (d *Device) Attach(codec *astiav.CodecContext) { d.frames.Attach(codec) }

// Reserve allocates n pictures on the device, so that a lack of memory shows now.
func (d *Device) Reserve(n int) (err error) {
	frames := make([]*astiav.Frame, 0, n)
	defer func() {
		for _, f := range frames {
			astiavx.FreeFrame(f)
		}
	}()
	for range n {
		f := astiavx.NewFrame()
		frames = append(frames, f)
		if err := d.get(f); err != nil {
			return err
		}
	}
	return nil
}

// get gives f, which has no buffer, a picture on the device.
func (d *Device) get(f *astiav.Frame) error {
	if err := d.frames.Get(f); err != nil {
		return fmt.Errorf("%s: allocate a picture of %d×%d in its memory: %w", d, d.cfg.OutWidth, d.cfg.OutHeight, err)
	}
	return nil
}
