package api_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/internal/mediatest"
)

// openNumbered opens a stream of numbered pictures into memory.
func openNumbered(
	t *testing.T,
	cfg api.VideoConfig,
	opts ...api.Option,
) (*api.Encoder, *api.VideoStream, *api.MemoryFile) {
	t.Helper()
	file := new(api.MemoryFile)
	enc := api.NewEncoder(opts...)
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenWriter(context.Background(), file, "mkv"))
	return enc, v, file
}

// drawPlane copies rows of a plane without padding into a plane of a picture.
func drawPlane(to []byte, stride int, from []byte, row int) {
	for y := 0; y*row < len(from); y++ {
		copy(to[y*stride:], from[y*row:(y+1)*row])
	}
}

// commitNumbered acquires a picture, draws it, and commits it.
func commitNumbered(ctx context.Context, v *api.VideoStream, number int) error {
	p, err := v.Acquire(ctx)
	if err != nil {
		return err
	}
	drawPlane(p.Pix, p.Stride, numbered(number, 1), 3*numberedWidth)
	return v.Commit(ctx, p)
}

func TestCommittedPicturesGiveEqualFiles(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	enc, v, want := openNumbered(t, numberedVideo())
	addNumbered(t, v, 0, 20)
	require.NoError(t, enc.Close())
	enc, v, got := openNumbered(t, numberedVideo())
	for k := range 20 {
		require.NoError(t, commitNumbered(ctx, v, k))
	}
	require.NoError(t, enc.Close())
	requireLaw(t, enc.Stats(), true)
	require.Equal(t, want.Bytes(), got.Bytes())
}

// TestPicturesInTheEncodersFormat draws planes of 4:2:0, which are encoded as they are, or padded
// or cropped.
func TestPicturesInTheEncodersFormat(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	for name, odd := range map[string]api.OddSize{"even": api.OddSizeError, "padded": api.OddSizePad, "cropped": api.OddSizeCrop} {
		t.Run(name, func(t *testing.T) {
			cfg := api.VideoConfig{
				Width:       66,
				Height:      34,
				FrameRate:   25,
				Codec:       "ffv1",
				InputFormat: "yuv420p",
				PixelFormat: "yuv420p",
				OddSize:     odd,
			}
			if odd != api.OddSizeError {
				cfg.Width, cfg.Height = 67, 35
			}
			luma := bytes.Repeat([]byte{1, 50, 200}, cfg.Width*cfg.Height)[:cfg.Width*cfg.Height]
			half := (cfg.Width + 1) / 2
			cb := bytes.Repeat([]byte{16, 90, 240, 128, 9}, half*(cfg.Height+1))[:half*((cfg.Height+1)/2)]
			cr := bytes.Repeat([]byte{77, 3}, half*(cfg.Height+1))[:len(cb)]
			enc, v, want := openNumbered(t, cfg)
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: bytes.Join([][]byte{luma, cb, cr}, nil), Layout: api.Raw}))
			require.NoError(t, enc.Close())

			enc, v, got := openNumbered(t, cfg)
			p, err := v.Acquire(ctx)
			require.NoError(t, err)
			for i, plane := range [][]byte{luma, cb, cr} {
				pix, stride := p.Plane(i)
				drawPlane(pix, stride, plane, []int{cfg.Width, half, half}[i])
			}
			none, stride := p.Plane(3)
			require.Nil(t, none)
			require.Zero(t, stride)
			require.NoError(t, v.Commit(ctx, p))
			require.NoError(t, enc.Close())
			require.Equal(t, want.Bytes(), got.Bytes())
		})
	}
}

func TestPicturesOutOfTurn(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	enc := api.NewEncoder(api.WithQueueDepth(3))
	v, other := addVideo(t, enc, numberedVideo()), addVideo(t, enc, numberedVideo())
	_, err := v.Acquire(ctx)
	require.ErrorIs(t, err, api.ErrNotOpen)
	require.NoError(t, enc.OpenWriter(ctx, new(api.MemoryFile), "mkv"))
	acquire := func() *api.Picture {
		p, err := v.Acquire(ctx)
		require.NoError(t, err)
		return p
	}
	var config *api.ConfigError
	a, b, c := acquire(), acquire(), acquire()
	_, err = v.Acquire(ctx)
	require.ErrorIs(t, err, api.ErrPicturesLent)
	require.ErrorAs(t, other.Commit(ctx, a), &config)
	require.ErrorAs(t, v.Commit(ctx, nil), &config)
	require.ErrorAs(t, v.Commit(ctx, new(api.Picture)), &config)
	require.NotNil(t, a.Pix, "another stream leaves it alone")
	require.NoError(t, v.Commit(ctx, a))
	require.Nil(t, a.Pix)
	require.ErrorAs(t, v.Commit(ctx, a), &config)
	a.Discard()
	b.Discard()
	b.Discard()
	require.Nil(t, b.Pix)
	require.ErrorAs(t, v.Commit(ctx, b), &config)
	c.PTS = 1
	require.ErrorAs(t, v.Commit(ctx, c), &config)
	require.Nil(t, c.Pix, "consumed, also when it fails")

	ended, cancel := context.WithCancel(ctx)
	d := acquire()
	cancel()
	var partial *api.PartialError
	require.ErrorAs(t, v.Commit(ended, d), &partial)
	require.Nil(t, d.Pix)
	e := acquire()
	require.NoError(t, v.End())
	_, err = v.Acquire(ctx)
	require.ErrorIs(t, err, api.ErrEnded)
	require.ErrorIs(t, v.Commit(ctx, e), api.ErrEnded)
	require.NoError(t, enc.Close())
	require.Equal(t, int64(1), enc.Stats().Edges[0].Sent)
}

// TestPicturesOutliveTheEncoder draws into pictures when the encoder is gone.
func TestPicturesOutliveTheEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	lost := errors.New("lost interest")
	for name, c := range map[string]struct {
		end  func(*api.Encoder) error
		want error
	}{
		"close": {(*api.Encoder).Close, api.ErrClosed},
		"abort": {func(e *api.Encoder) error { _ = e.Abort(lost); return nil }, lost},
	} {
		t.Run(name, func(t *testing.T) {
			enc, v, _ := openNumbered(t, numberedVideo())
			p, err := v.Acquire(ctx)
			require.NoError(t, err)
			q, err := v.Acquire(ctx)
			require.NoError(t, err)
			require.NoError(t, commitNumbered(ctx, v, 1))
			require.NoError(t, c.end(enc))
			for i := range p.Pix {
				p.Pix[i], q.Pix[i] = 1, 2
			}
			require.ErrorIs(t, v.Commit(ctx, p), c.want)
			require.Nil(t, p.Pix)
			q.Discard()
			_, err = v.Acquire(ctx)
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestPicturesFromSeveralGoroutines(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	enc, v, _ := openNumbered(t, numberedVideo(), api.WithQueueDepth(8))
	var g errgroup.Group
	for i := range 8 {
		g.Go(func() error {
			for k := range 50 {
				p, err := v.Acquire(ctx)
				if err != nil {
					return err
				}
				p.Pix[0] = byte(k)
				if (i+k)%3 == 0 {
					p.Discard()
				} else if err := v.Commit(ctx, p); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, g.Wait())
	require.NoError(t, enc.Close())
	requireLaw(t, enc.Stats(), true)
}

// TestMemoryOfDroppedPictures drops pictures and keeps slices of their pixels, which stay the
// caller's alone: while others draw, and when the encoder is gone.
func TestMemoryOfDroppedPictures(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	lost := live.LostCount()
	core, logs := observer.New(zap.WarnLevel)
	enc, v, _ := openNumbered(t, numberedVideo(), api.WithQueueDepth(3), api.WithLogger(zap.New(core)))
	var kept [2][]byte
	for i := range kept {
		p, err := v.Acquire(ctx)
		require.NoError(t, err)
		kept[i] = p.Pix
	}
	unreturned := func() int { return int(enc.Stats().Streams[0].Unreturned) }
	collectUntil(t, "counted", func() bool { return unreturned() == len(kept) && len(ownWarnings(logs)) == len(kept) })
	require.Contains(t, ownWarnings(logs)[0].Message, "without Commit or Discard")
	require.EqualValues(t, 0, ownWarnings(logs)[0].ContextMap()["stream"])
	require.Equal(t, lost+len(kept), live.LostCount())

	fill := func(value byte) {
		for i := range kept {
			for k := range kept[i] {
				kept[i][k] = value + byte(i)
			}
		}
	}
	fill(1)
	for k := range 100 { // there is room for one more at a time
		require.NoError(t, commitNumbered(ctx, v, k))
	}
	p, err := v.Acquire(ctx)
	require.NoError(t, err)
	_, err = v.Acquire(ctx)
	require.ErrorIs(t, err, api.ErrPicturesLent)
	require.ErrorContains(t, err, "2 pictures of stream 0 were dropped")
	p.Discard()
	for i := range kept {
		require.Equal(t, bytes.Repeat([]byte{1 + byte(i)}, len(kept[i])), kept[i], "somebody else has drawn into it")
	}
	require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
	fill(3)
	require.Equal(t, len(kept), unreturned(), "also when it is over")
}
