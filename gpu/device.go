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

// Config names a device, and describes the pictures. Sizes are in pixels.
type Config struct {
	Index int // of the device, from 0
	// Context is a CUcontext of the device, which must outlive the Device; 0: the device's primary
	// context.
	Context             uintptr
	Width, Height       int           // of the pictures that Convert reads
	OutWidth, OutHeight int           // of the pictures that are encoded; both even
	Color               rgbyuv.Config // of the pictures that Convert makes; Input and Output are ignored
}

// Device is the share that one video stream has of a CUDA device. Several goroutines may call its
// methods at once, except for Upload and AwaitUpload, which one goroutine calls.
type Device struct {
	cfg     Config
	name    string
	lane    *C.struct_gpu_lane
	av      *astiavx.HardwareDevice // owns the lane, and frees it
	frames  *astiavx.HardwareFrames
	host    *astiavx.PicturePool
	uploads uploads
	kernels kernels
	users   atomic.Int32
}

// Open opens a device for one user, who calls Close. Its error wraps ErrUnavailable if there is no
// driver or no such device, and ErrContext if the context is not one of the device. It does not
// check whether the device has an encoder: see Encoders.
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
	lane := unsafe.Pointer(d.lane)
	d.av, err = astiavx.NewCUDADevice(unsafe.Pointer(d.lane.context), unsafe.Pointer(d.lane.stream), C.closer(), lane)
	if err != nil {
		C.gpu_close(lane)
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

// checkContext checks whether the configured context belongs to the device.
func (d *Device) checkContext() error {
	if d.cfg.Context == 0 {
		return nil
	}
	var owner C.int
	if err := check(C.gpu_context_device(C.uintptr_t(d.cfg.Context), &owner)); err != nil {
		return fmt.Errorf("%w: %w", ErrContext, err)
	}
	if int(owner) != d.cfg.Index {
		return fmt.Errorf("%w: it belongs to %s, not to %s", ErrContext, deviceName(int(owner)), deviceName(d.cfg.Index))
	}
	return nil
}

func (d *Device) makePools() (err error) {
	d.frames, err = astiavx.NewHardwareFrames(d.av, astiav.PixelFormatNv12, d.cfg.OutWidth, d.cfg.OutHeight)
	if err != nil {
		return err
	}
	d.host, err = newHostPool(d)
	return err
}

// Retain adds a user, who calls Close, too. It returns the device.
func (d *Device) Retain() *Device {
	d.users.Add(1)
	return d
}

// TryRetain is Retain for a caller that does not know whether the device has a user left; false: it
// has none.
func (d *Device) TryRetain() bool {
	for n := d.users.Load(); n > 0; n = d.users.Load() {
		if d.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
	return false
}

// Close ends one use of the device. The last Close frees everything that no picture and no encoder
// uses; the last of those frees the rest.
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

// String returns the name of the device and that of the GPU.
func (d *Device) String() string { return fmt.Sprintf("%s (%s)", deviceName(d.cfg.Index), d.name) }

// Attach makes an encoder that is not open yet take its pictures from this device.
func (d *Device) Attach(codec *astiav.CodecContext) { d.frames.Attach(codec) }

// Reserve allocates n pictures on the device, and returns an error if its memory is too small. The
// device keeps the memory for the pictures to come.
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

// get gives a frame without a buffer a picture on the device.
func (d *Device) get(f *astiav.Frame) error {
	if err := d.frames.Get(f); err != nil {
		return fmt.Errorf("%s: allocate a picture of %d×%d in its memory: %w", d, d.cfg.OutWidth, d.cfg.OutHeight, err)
	}
	return nil
}
