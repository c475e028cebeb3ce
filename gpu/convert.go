package gpu

//#include <stdlib.h>
//#include "driver.h"
import "C"

import (
	_ "embed" // of the kernels
	"fmt"
	"sync"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

//go:generate bash ../scripts/ptx.sh kernel/convert.cu

//go:embed kernel/convert.ptx
var convertPTX string

// kernels loads the kernels of a lane when the first picture needs them.
type kernels struct {
	once sync.Once
	err  error
}

func (k *kernels) load(lane *C.struct_gpu_lane) error {
	k.once.Do(func() {
		text := C.CString(convertPTX)
		defer C.free(unsafe.Pointer(text))
		k.err = check(C.gpu_load_kernels(lane, text))
	})
	return k.err
}

// Convert gives dst, a frame without a buffer, a picture on the device, and fills it from a picture
// on the device: gbrp (planes G, B and R), rgb24 or nv12, of the size that was given to Open. It
// starts when the work that the caller's stream has been given is done, and returns when the source
// has been read.
func (d *Device) Convert(dst *astiav.Frame, in pipeline.Input) error {
	if err := d.kernels.load(d.lane); err != nil {
		return fmt.Errorf("%s: load the conversion: %w", d, err)
	}
	if err := d.get(dst); err != nil {
		return err
	}
	kernel := C.int(C.GPU_RGB)
	if in.Format == astiav.PixelFormatNv12 {
		kernel = C.GPU_NV12
	}
	picture := d.picture(dst, in)
	if err := check(C.gpu_convert(d.lane, kernel, C.uintptr_t(in.Device.Stream), &picture)); err != nil {
		return fmt.Errorf("%s: convert: %w", d, err)
	}
	return nil
}

// picture describes a conversion for the kernels.
func (d *Device) picture(dst *astiav.Frame, in pipeline.Input) C.struct_picture {
	to := dst.Linesize()
	p := C.struct_picture{
		y: address(dst, 0), uv: address(dst, 1), y_pitch: C.int(to[0]), uv_pitch: C.int(to[1]), step: 1,
		width: C.int(min(d.cfg.Width, d.cfg.OutWidth)), height: C.int(min(d.cfg.Height, d.cfg.OutHeight)),
		out_width: C.int(d.cfg.OutWidth), out_height: C.int(d.cfg.OutHeight), siting: C.int(d.cfg.Color.Siting),
	}
	for i := range p.src { // R, G and B; or Y and UV
		from, offset := i, 0
		switch in.Format {
		case astiav.PixelFormatGbrp: // planes G, B and R
			from = (i + 2) % 3
		case astiav.PixelFormatRgb24:
			from, offset, p.step = 0, i, 3
		}
		p.src[i], p.src_pitch[i] = C.ulonglong(in.Device.Planes[from])+C.ulonglong(offset), C.int(in.Strides[from])
	}
	k := d.cfg.Color.FixedPoint()
	for i := range 3 {
		p.cy[i], p.cu[i], p.cv[i] = C.ushort(k.Y[i]), C.ushort(k.U[i]), C.ushort(k.V[i])
	}
	p.y0, p.c0 = C.ushort(k.Y0), C.ushort(k.C0)
	return p
}

// address returns where a plane on the device begins.
func address(f *astiav.Frame, plane int) C.ulonglong {
	return C.ulonglong(uintptr(astiavx.Plane(f, plane)))
}

// Holds returns true if the device can read n bytes from this address on. It checks whether the
// first and the last of them are in the memory of the device and belong to this context.
func (d *Device) Holds(from uintptr, n int) bool {
	last := from + uintptr(max(n, 1)) - 1
	if n < 0 || last < from {
		return false // beyond all addresses
	}
	for _, p := range []uintptr{from, last} {
		var device C.int
		if C.gpu_where(d.lane, C.uintptr_t(p), &device) != C.GPU_ADDRESS_DEVICE || int(device) != d.cfg.Index {
			return false
		}
	}
	return true
}
