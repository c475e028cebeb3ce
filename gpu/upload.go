package gpu

//#include "driver.h"
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// mostUploads is how many uploads can be started and not awaited: one runs, the other waits for it.
const mostUploads = 2

// uploads is a ring of events for the copies that were started and not awaited.
type uploads struct {
	events         [mostUploads]unsafe.Pointer
	started, ended int
}

// free frees the events. Their copies may still run; the lane waits for them before it is freed.
func (u *uploads) free(lane *C.struct_gpu_lane) {
	for _, e := range u.events {
		C.gpu_free_event(lane, e)
	}
}

// Upload gives dst, a frame without a buffer, a picture on the device, and starts to copy src
// there. src is NV12 of the same size in main memory. The caller may give dst to an encoder at
// once, and must keep src unchanged until AwaitUpload has waited for this upload. Two uploads can
// run at a time.
func (d *Device) Upload(dst, src *astiav.Frame) error {
	u := &d.uploads
	if u.started-u.ended == mostUploads {
		return fmt.Errorf("%s: %d uploads are running", d, mostUploads)
	}
	if err := d.get(dst); err != nil {
		return err
	}
	copying := d.copying(dst, src)
	if err := check(C.gpu_upload(d.lane, &copying, &u.events[u.started%mostUploads])); err != nil {
		return fmt.Errorf("%s: upload: %w", d, err)
	}
	u.started++
	return nil
}

// AwaitUpload waits for the oldest upload that it has not waited for, if there is one. It returns
// the error of any work that the device did before.
func (d *Device) AwaitUpload() error {
	u := &d.uploads
	if u.started == u.ended {
		return nil
	}
	event := u.events[u.ended%mostUploads]
	u.ended++
	if err := check(C.gpu_await(d.lane, event)); err != nil {
		return fmt.Errorf("%s: upload: %w", d, err)
	}
	return nil
}

// Download copies a picture on the device to dst, which is NV12 of the same size in main memory,
// and waits for the copy.
func (d *Device) Download(dst, src *astiav.Frame) error {
	copying := d.copying(dst, src)
	if err := check(C.gpu_download(d.lane, &copying)); err != nil {
		return fmt.Errorf("%s: download: %w", d, err)
	}
	return nil
}

// copying describes the copy of a whole picture.
func (d *Device) copying(dst, src *astiav.Frame) C.struct_gpu_copy {
	var c C.struct_gpu_copy
	from, to := src.Linesize(), dst.Linesize()
	for i := range c.src {
		c.src[i], c.src_pitch[i] = C.uintptr_t(uintptr(astiavx.Plane(src, i))), C.int(from[i])
		c.dst[i], c.dst_pitch[i] = C.uintptr_t(uintptr(astiavx.Plane(dst, i))), C.int(to[i])
		c.bytes[i], c.rows[i] = C.int(d.cfg.OutWidth), C.int(d.cfg.OutHeight>>i)
	}
	return c
}
