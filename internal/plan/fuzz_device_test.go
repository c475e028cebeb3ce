package plan

import (
	"math"
	"math/big"
	"testing"
)

// FuzzDeviceFrames describes frames on a GPU by any numbers: those that are not refused must lie
// where they say, to the last byte.
func FuzzDeviceFrames(f *testing.F) {
	f.Add(uint16(1919), uint16(1079), uint8(0), 0, 1<<48, uint64(1)<<46)
	f.Add(uint16(1919), uint16(1079), uint8(1), 1<<56, 1, uint64(1)<<46)
	f.Add(uint16(66), uint16(34), uint8(2), math.MaxInt32, 1<<32, uint64(math.MaxUint64-1))
	f.Add(uint16(63), uint16(63), uint8(2), 256, 3, uint64(4096))
	f.Fuzz(func(t *testing.T, width, height uint16, layout uint8, pitch, n int, ptr uint64) {
		p, err := NewVideo(VideoConfig{Width: int(width) + 1, Height: int(height) + 1, FrameRate: 30, Device: "cuda"})
		if err != nil {
			return
		}
		d := DeviceFrames{Ptr: uintptr(ptr), N: n, Pitch: pitch, Layout: Layout(layout % 3)}
		pictures, err := p.DevicePictures(d)
		if err != nil || n == 0 {
			return
		}
		large := func(n int) *big.Int { return big.NewInt(int64(n)) }
		begin := new(big.Int).SetUint64(ptr)
		end := new(big.Int).Add(begin, new(big.Int).Mul(large(pictures.Size), large(pictures.N)))
		if end.BitLen() > 64 {
			t.Fatalf("%+v ends at %v", d, end)
		}
		chroma := (p.Config.Height + 1) / 2
		for i, first := range pictures.Picture(n - 1).Device.Planes {
			rows, stride := p.Config.Height, pictures.First.Strides[i]
			if first == 0 {
				continue
			}
			if d.Layout == Raw && i == 1 {
				rows = chroma
			}
			from := new(big.Int).SetUint64(uint64(first))
			if to := new(big.Int).Add(from, new(big.Int).Mul(large(rows), large(stride))); from.Cmp(begin) < 0 ||
				to.Cmp(end) > 0 ||
				stride > math.MaxInt32 {
				t.Fatalf("%+v: plane %d from %v to %v, beyond %v to %v", d, i, from, to, begin, end)
			}
		}
	})
}
