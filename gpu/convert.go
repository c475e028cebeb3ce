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

// kernels are those of a lane, which are loaded when the first picture needs them.
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

// Convert gives dst, which has no buffer, a picture on the device, and fills it from one that is there already: planar R, G and B (gbrp, whose
// planes come in that order), rgb24 or nv12, of the size that Open was told. It waits for what the picture's stream had been given to do, and
// returns when the picture has been read.
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
	for i := range p.src { // of which planes and channels are which
		from, offset := i, 0
		switch in.Format {
		case astiav.PixelFormatGbrp:
			from = (i + 2) % 3 // G, B, R
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

func address(f *astiav.Frame, plane int) C.ulonglong {
	return C.ulonglong(uintptr(astiavx.Plane(f, plane)))
}

// Holds says whether the device can read the bytes from this address on: whether the first and the last of them are in its memory, and in this
// context.
func (d *Device) Holds(from uintptr, n int) bool {
	last := from + uintptr(max(n, 1)) - 1
	if n < 0 || last < from {
		return false // there are no such addresses
	}
	for _, p := range []uintptr{from, last} {
		var device C.int
		if C.gpu_where(d.lane, C.uintptr_t(p), &device) != C.GPU_ADDRESS_DEVICE || int(device) != d.cfg.Index {
			return false
		}
	}
	return true
}
