package pipeline

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Input is one picture on its way into a graph. Its memory was handed over, or it is borrowed from somebody who waits until it has been read, or
// takes it back. It lies in main memory, or on the device that encodes it.
type Input struct {
	Format  astiav.PixelFormat
	Planes  [4]unsafe.Pointer // pinned by the lender for as long as the loan lasts
	Strides [4]int            // bytes per row
	JPEG    bool              // Y, Cb and Cr are those of JPEG (ITU-T T.871), whatever the stream's config says of YUV
	Phase   [2]int            // of JPEG: the column and the row of the first pixel within the block of the first chroma sample
	Device  DevicePlanes      // instead of Planes
	Loan    *Loan             // of what is borrowed
	Owned   Frame             // what was handed over, Planes and Strides being its own
}

// DevicePlanes is where a picture on a device lies.
type DevicePlanes struct {
	Planes [3]uintptr // addresses that only the device can read; 0: the picture is not on a device
	Stream uintptr    // the device's queue of work in which the picture is written
}

// OnDevice says whether the picture lies on the device that encodes it.
func (in Input) OnDevice() bool { return in.Device.Planes[0] != 0 }

// Take claims the picture for reading. False: its owner has taken it back. The engine asks this just before it calls the node;
// the node must then call Settle when it has read a picture that is borrowed, even if it fails or panics, for the owner waits for that.
func (in Input) Take() bool { return in.Loan == nil || in.Loan.take() }

// Settle says that the picture has been read. What was handed over is still the node's.
func (in Input) Settle() {
	if in.Loan != nil {
		in.Loan.settle()
	}
}

// Withdraw says that the picture will not be read.
func (in Input) Withdraw() {
	if in.Loan != nil {
		in.Loan.withdraw()
	}
	in.Owned.Free()
}
