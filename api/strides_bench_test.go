package api_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// BenchmarkStrides encodes 1080p frames with libx264 at ultrafast, whose rows are packed, at
// multiples of 256 bytes, and bottom up, in turn. "padded" and "bottomup" are the speeds in
// proportion to packed rows: the medians of the ratios within a turn.
//
//	go test ./api -run '^$' -bench Strides -benchtime 9x
func BenchmarkStrides(b *testing.B) {
	const width, height, frames = 1920, 1080, 60
	row, random := 3*width, rand.New(rand.NewPCG(1, 2))
	padded := (row + 255) &^ 255
	if padded == row {
		padded += 256
	}
	memory := make([]byte, padded*height)
	for i := range memory {
		memory[i] = byte(i/64 + random.IntN(16))
	}
	ways := []api.Frames{
		{Data: memory[:row*height], Layout: api.NHWC},
		{Data: memory, Layout: api.NHWC, Strides: []int{padded}},
		{Data: memory[:row*height], Layout: api.NHWC, BottomUp: true},
	}
	ratios := make([][]float64, len(ways))
	for range b.N {
		var took [3]time.Duration
		for i, f := range ways {
			begin := time.Now()
			encodeRepeatedly(b, width, height, frames, f)
			took[i] = time.Since(begin)
			ratios[i] = append(ratios[i], took[0].Seconds()/took[i].Seconds())
		}
	}
	for i, unit := range []string{"", "padded", "bottomup"} {
		if i > 0 {
			slices.Sort(ratios[i])
			b.ReportMetric(ratios[i][len(ratios[i])/2], unit)
		}
	}
}

// encodeRepeatedly encodes the same frame so many times.
func encodeRepeatedly(b *testing.B, width, height, frames int, f api.Frames) {
	b.Helper()
	ctx, enc := context.Background(), api.NewEncoder()
	defer enc.Abort(nil)
	v, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, Codec: "libx264", Preset: "ultrafast",
	})
	require.NoError(b, err)
	require.NoError(b, enc.OpenWriter(ctx, discard{}, "mkv"))
	for range frames {
		require.NoError(b, v.AddFrames(ctx, f))
	}
	require.NoError(b, enc.Close())
}
