package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestOwnTimesAfterDrops drops frames that carry their own times, 10 to 50 ms apart. A dropped
// frame has had its time: the next one must be later. It moves no other frame.
func TestOwnTimesAfterDrops(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"mp4", "mkv"} {
		t.Run(format, func(t *testing.T) {
			cfg := numberedVideo()
			cfg.VariableRate = true
			d := openDropping(t, format, cfg)
			at := func(number int) time.Duration {
				return time.Duration(number)*30*time.Millisecond + time.Duration(number*7%20)*time.Millisecond
			}
			feed := func(ctx context.Context, v *api.VideoStream, number int) error {
				switch number % 2 {
				case 0:
					return v.AddImageAt(ctx, numberedImage(number), at(number))
				default:
					data := numbered(number, 1)
					return v.AddFrames(ctx, api.Frames{Data: data, Layout: api.NHWC, PTS: []time.Duration{at(number)}})
				}
			}
			d.offerSlowly(5, feed)
			open := d.file.shut()
			d.offerWhileStuck(10, feed)
			dropped := d.dropped()
			err := d.v.AddImageAt(t.Context(), numberedImage(0), at(d.offered-1))
			requireField(t, err, "pts")
			// A nanosecond after the dropped one is in its tick, and is dropped as well, not moved.
			require.NoError(t, d.v.AddImageAt(t.Context(), numberedImage(0), at(d.offered-1)+1))
			require.Equal(t, dropped+1, d.dropped())
			open()
			d.offerSlowly(5, feed)
			require.NoError(t, d.enc.Close())
			require.Zero(t, d.enc.Stats().Streams[0].Moved)
			path := saved(t, "drops."+format, d.file.Bytes())
			times := mediatest.FrameTimes(t, path, 0)
			require.Len(t, times, len(d.kept))
			for i, number := range d.kept {
				require.InDelta(t, at(number).Seconds(), times[i], 0.0011, "frame %d", number)
			}
			require.Equal(t, d.kept, numbersOf(mediatest.Pictures(t, path, 0, "gray")))
		})
	}
}
