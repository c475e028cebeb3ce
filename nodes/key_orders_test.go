package nodes

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// encodedKeys encodes pictures with x264, whose first one is its only key frame otherwise, and
// returns the times of the key frames. before is called before each picture.
func encodedKeys(t *testing.T, times []int64, before func(e *Encode[pipeline.Frame], pts int64, f *pipeline.Frame)) (keys []int64) {
	t.Helper()
	pool, err := astiavx.NewPicturePool(astiav.PixelFormatYuv420P, testEncoderWidth, testEncoderHeight)
	require.NoError(t, err)
	defer pool.Free()
	options := map[string]string{"preset": "veryfast", "sc_threshold": "0", "g": "1000", "forced-idr": "1"}
	e := NewEncode[pipeline.Frame]("libx264", openPictures(t, "libx264", options))
	defer e.Close()
	var packets []pipeline.Packet
	for _, pts := range times {
		f := movingPicture(t, pool, pts)
		before(e, pts, &f)
		require.NoError(t, e.Process(context.Background(), f, collect(&packets)))
	}
	require.NoError(t, e.Flush(context.Background(), collect(&packets)))
	for _, p := range packets {
		if p.Flags().Has(astiav.PacketFlagKey) {
			keys = append(keys, p.Pts())
		}
		p.Free()
	}
	return keys
}

// numbers returns 0, 1, …, n-1.
func numbers(n int64) (all []int64) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// TestKeysOnDemand: by a request, by an order that the picture carries, and after a long pause.
func TestKeysOnDemand(t *testing.T) {
	mediatest.NoLeaks(t)
	afterPause := int64(30*60*6) + 40
	times := append(numbers(40), afterPause, afterPause+1)
	keys := encodedKeys(t, times, func(e *Encode[pipeline.Frame], pts int64, f *pipeline.Frame) {
		switch pts {
		case 5:
			e.RequestKey()
			e.RequestKey()
		case 17, 18:
			f.Orders.Key = true
		case afterPause + 1:
			e.RequestKey()
		}
	})
	require.Equal(t, []int64{0, 5, 17, 18, afterPause, afterPause + 1}, keys)
}

// TestKeyGrids: each picture of each grid is a key frame, from when the grid is added until it is
// removed.
func TestKeyGrids(t *testing.T) {
	mediatest.NoLeaks(t)
	keys := encodedKeys(t, numbers(60), func(e *Encode[pipeline.Frame], pts int64, _ *pipeline.Frame) {
		switch pts {
		case 0:
			e.AddKeyGrid(10)
			e.AddKeyGrid(10)
			e.RemoveKeyGrid(7)
		case 15:
			e.AddKeyGrid(12)
			e.RemoveKeyGrid(10)
		case 41:
			e.RemoveKeyGrid(10)
		}
	})
	require.Equal(t, []int64{0, 10, 20, 24, 30, 36, 40, 48}, keys)
}

// TestKeyGridOfDroppedPictures: where the picture of a grid was dropped, the next one is a key
// frame.
func TestKeyGridOfDroppedPictures(t *testing.T) {
	mediatest.NoLeaks(t)
	dropped := []int64{10, 20, 21, 22, 39, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60}
	kept := slices.DeleteFunc(numbers(75), func(pts int64) bool { return slices.Contains(dropped, pts) })
	keys := encodedKeys(t, kept, func(e *Encode[pipeline.Frame], pts int64, _ *pipeline.Frame) {
		if pts == 5 {
			e.AddKeyGrid(10)
		}
	})
	require.Equal(t, []int64{0, 11, 23, 30, 40, 61, 70}, keys)
}

// TestKeyRequestsFromManyGoroutines: none is lost, and each makes one key frame at most.
func TestKeyRequestsFromManyGoroutines(t *testing.T) {
	mediatest.NoLeaks(t)
	var wg sync.WaitGroup
	keys := encodedKeys(t, numbers(100), func(e *Encode[pipeline.Frame], pts int64, _ *pipeline.Frame) {
		switch pts {
		case 10:
			for range 8 {
				wg.Go(e.RequestKey)
			}
		case 60:
			wg.Wait()
			e.RequestKey()
		}
	})
	require.Contains(t, keys, int64(60))
	require.LessOrEqual(t, len(keys), 1+8+1)
}

// TestRateKeepsOrders: the next picture that is emitted has the orders of those that were left out,
// and its repeats have none.
func TestRateKeepsOrders(t *testing.T) {
	mediatest.NoLeaks(t)
	pool, err := astiavx.NewPicturePool(astiav.PixelFormatGray8, 16, 16)
	require.NoError(t, err)
	defer pool.Free()
	r := NewRate(RateConfig{Base: astiav.NewRational(1, 40), Duration: 1, Rate: astiav.NewRational(10, 1)})
	defer r.Close()
	key := pipeline.Orders{Key: true}
	orders := map[int64]pipeline.Orders{0: {BitRate: 7}, 10: key, 11: {BitRate: 1}, 12: {BitRate: 2}, 100: key}
	var out []pipeline.Frame
	for _, pts := range append(numbers(24), 100, 140) {
		f := pipeline.NewFrame()
		require.NoError(t, pool.Get(f.Frame))
		f.SetPts(pts)
		f.Orders = orders[pts]
		require.NoError(t, r.Process(context.Background(), f, collect(&out)))
	}
	require.NoError(t, r.Flush(context.Background(), collect(&out)))
	got := map[int64]pipeline.Orders{}
	for _, f := range out {
		if f.Orders != (pipeline.Orders{}) {
			got[f.Pts()] = f.Orders
		}
		f.Free()
	}
	require.Equal(t, map[int64]pipeline.Orders{0: {BitRate: 7}, 3: {Key: true, BitRate: 2}, 25: key}, got)
}
