package gpu

//#include "driver.h"
//static void *host_alloc(void) { return (void *)gpu_host_alloc; }
//static void *host_free(void) { return (void *)gpu_host_free; }
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// newHostPool returns a pool of pictures in pinned main memory.
func newHostPool(d *Device) (*astiavx.PicturePool, error) {
	return astiavx.NewPicturePoolIn(astiavx.Memory{
		Device: d.av, Alloc: C.host_alloc(), Free: C.host_free(), Opaque: unsafe.Pointer(d.lane),
	}, astiav.PixelFormatNv12, d.cfg.OutWidth, d.cfg.OutHeight)
}

// Host gives a frame without a buffer a picture in pinned main memory, which the device reads
// directly. The content is undefined.
func (d *Device) Host(f *astiav.Frame) error {
	if err := d.host.Get(f); err != nil {
		return fmt.Errorf("%s: pinned memory: %w", d, err)
	}
	return nil
}
