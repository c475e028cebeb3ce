package pipeline

import (
	"time"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Input is one picture on its way into a graph. Its memory was handed over, or it is lent by a
// caller who waits until it has been read, or takes it back. The picture lies in main memory, or on
// the device that encodes it.
type Input struct {
	Format  astiav.PixelFormat
	Planes  [4]unsafe.Pointer // pinned by the lender for as long as the loan lasts
	Strides [4]int            // bytes from one row to the next; negative: the rows lie bottom up
	PTS     int64             // in the time base of the stream's input
	JPEG    bool              // Y, Cb and Cr are those of JPEG (ITU-T T.871); the stream's config does not count
	Phase   [2]int            // JPEG: column and row of the first pixel within the block of the first chroma sample
	Device  DevicePlanes      // instead of Planes
	Loan    *Loan             // of lent memory
	Owned   Frame             // the picture that was handed over; Planes and Strides are its own

	Orders   Orders
	Accepted time.Time // when the program's call handed the picture over
}

// DevicePlanes are the addresses of a picture on a device.
type DevicePlanes struct {
	Planes [3]uintptr // addresses that only the device can read; 0: the picture is not on a device
	Stream uintptr    // the device's queue of work in which the picture is written
}

// OnDevice says whether the picture lies on the device that encodes it.
func (in Input) OnDevice() bool { return in.Device.Planes[0] != 0 }

// Take claims the picture for reading. False: its owner has taken it back. The engine calls Take
// just before it calls the node. When the node has read a lent picture it must call Settle, even if
// it fails or panics, because the owner waits for that.
func (in Input) Take() bool { return in.Loan == nil || in.Loan.take() }

// Settle says that the picture has been read. Memory that was handed over still belongs to the
// node.
func (in Input) Settle() {
	if in.Loan != nil {
		in.Loan.settle()
	}
}

// Withdraw says that the picture will not be read, and frees memory that was handed over.
func (in Input) Withdraw() {
	if in.Loan != nil {
		in.Loan.withdraw()
	}
	in.Owned.Free()
}
