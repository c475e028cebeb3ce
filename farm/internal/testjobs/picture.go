package testjobs

import (
	"context"
	"math"
	"time"

	"github.com/avloom/avloom/api"
)

// picture returns frame k in rgb24: it follows from seed and k alone. Its lower half is noise, so
// that frames of another clip, or in another order, give other bytes.
func picture(seed, k, size int) []byte {
	p := make([]byte, size*size*3)
	state := uint32(seed*7919+k*104729) | 1
	for i := range p {
		row := i / (size * 3)
		if row < size/2 {
			p[i] = byte(i%size*3 + k*5 + seed*11)
			continue
		}
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		p[i] = byte(state)
	}
	return p
}

// feed adds n frames from the given one.
func feed(ctx context.Context, v *api.VideoStream, seed, size, from, n int, delay time.Duration) error {
	for k := from; k < from+n; k++ {
		if err := wait(ctx, delay); err != nil {
			return err
		}
		if err := v.AddFrames(ctx, api.Frames{Data: picture(seed, k, size), Layout: api.Raw}); err != nil {
			return err
		}
	}
	return nil
}

// wait returns early if ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// tone feeds a tone of the given length, in pieces of a tenth of a second.
func tone(ctx context.Context, a *api.AudioStream, seed int, length time.Duration) error {
	total := int(length.Seconds() * sampleRate)
	for from := 0; from < total; from += sampleRate / 10 {
		n := min(sampleRate/10, total-from)
		piece := make([]float32, n)
		for i := range piece {
			at := float64(from+i) / sampleRate
			piece[i] = float32(0.3 * math.Sin(2*math.Pi*(220+float64(seed))*at))
		}
		if err := a.AddSamples(ctx, [][]float32{piece}); err != nil {
			return err
		}
	}
	return nil
}

const (
	frameRate  = 30
	sampleRate = 48000
)
