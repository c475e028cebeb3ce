package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestOnFullDropNeverWaits feeds in all ways while the destination takes nothing, so that the
// encoder stands still for good. All calls return, with nil. After that, the frames that were kept
// have exactly their times.
func TestOnFullDropNeverWaits(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, feed := range map[string]func(context.Context, *api.VideoStream, int) error{
		"AddFrames": feedNumbered, "AddImage": feedNumberedImage, "Commit": commitNumbered,
	} {
		t.Run(name, func(t *testing.T) {
			d := openDropping(t, "mp4", numberedVideo())
			d.offerSlowly(3, feed)
			open := d.file.shut()
			d.offerWhileStuck(40, feed)
			open()
			d.offerSlowly(5, feed)
			require.NoError(t, d.enc.Close())
			d.checkCounts()
			path := saved(t, "drops.mp4", d.file.Bytes())
			require.Equal(t, d.kept, numbersOf(mediatest.Pictures(t, path, 0, "gray")))
			d.checkTimes(path, 1.0/30/512)
		})
	}
}

// TestTimesAfterDrops reads the times of the frames that were kept back from all containers that
// carry irregular times, with and without B-frames.
func TestTimesAfterDrops(t *testing.T) {
	for format, tolerance := range map[string]float64{
		"mp4": 1e-4, "mov": 1e-4, "mkv": 0.0011, "ts": 1e-4, "flv": 0.0011, "nut": 1e-4,
	} {
		for _, bFrames := range []int{0, 2} {
			t.Run(fmt.Sprintf("%s/bf=%d", format, bFrames), func(t *testing.T) {
				t.Parallel()
				cfg := numberedVideo()
				cfg.ExtraOptions = map[string]any{"bf": bFrames, "rc-lookahead": 4}
				d := openDropping(t, format, cfg)
				for range 4 {
					d.offerSlowly(6, feedNumbered)
					open := d.file.shut()
					d.offerWhileStuck(7, feedNumbered)
					open()
				}
				d.offerSlowly(3, feedNumbered)
				require.NoError(t, d.enc.Close())
				d.checkCounts()
				path := saved(t, "drops."+format, d.file.Bytes())
				d.checkTimes(path, tolerance)
				require.Equal(t, d.kept, numbersOf(mediatest.Pictures(t, path, 0, "gray")))
			})
		}
	}
}

// TestBatchDropsOneAfterAnother offers a batch to an encoder that stands still: what the queues
// hold is kept, and the rest is dropped. The frames after it have their own times.
func TestBatchDropsOneAfterAnother(t *testing.T) {
	ctx := context.Background()
	d := openDropping(t, "mkv", numberedVideo())
	open := d.file.shut()
	d.offerWhileStuck(1, feedNumbered)
	before := d.dropped()
	require.NoError(t, d.v.AddFrames(ctx, api.Frames{Data: numbered(d.offered, 30), Layout: api.NHWC}))
	require.Equal(t, before+30, d.dropped(), "nothing leaves the queues")
	d.offered += 30
	open()
	d.offerSlowly(3, feedNumbered)
	require.NoError(t, d.v.AddFrames(ctx, api.Frames{}))
	require.NoError(t, d.enc.Close())
	d.checkCounts()
	path := saved(t, "drops.mkv", d.file.Bytes())
	require.Equal(t, d.kept, numbersOf(mediatest.Pictures(t, path, 0, "gray")))
	d.checkTimes(path, 0.0011)
}

// TestDroppedImageCostsNothing offers images whose pixels nobody may ask for.
func TestDroppedImageCostsNothing(t *testing.T) {
	d := openDropping(t, "mkv", numberedVideo())
	open := d.file.shut()
	d.offerWhileStuck(1, feedNumbered)
	img := &countedImage{Image: numberedImage(1)}
	require.NoError(t, d.v.AddImage(t.Context(), img))
	require.Zero(t, img.asked)
	wrong := image.NewRGBA(image.Rect(0, 0, 8, 8))
	_, isConfig := errors.AsType[*api.ConfigError](d.v.AddImage(t.Context(), wrong))
	require.True(t, isConfig, "a wrong image is an error, whether or not it would be dropped")
	open()
	d.offered++
	d.awaitEmpty()
	require.PanicsWithValue(t, "no pixels", func() {
		_ = d.v.AddImage(t.Context(), &countedImage{Image: numberedImage(1), panics: true})
	})
	d.offerSlowly(6, feedNumbered) // more than there are places: the image that panicked holds none
	require.NoError(t, d.enc.Close())
	d.checkCounts()
}

// countedImage counts how many of its pixels are asked for.
type countedImage struct {
	image.Image
	asked  int
	panics bool
}

func (c *countedImage) Opaque() bool { return true }

func (c *countedImage) At(x, y int) color.Color {
	if c.panics {
		panic("no pixels")
	}
	c.asked++
	return c.Image.At(x, y)
}

// TestDropsAreReported checks what the logger, the counters and the bottleneck tell. The logger
// calls the encoder, and has another goroutine feed it.
func TestDropsAreReported(t *testing.T) {
	mediatest.NoLeaks(t)
	core, logs := observer.New(zap.InfoLevel)
	var d *dropping
	var fed atomic.Int64
	hook := zap.Hooks(func(e zapcore.Entry) error {
		if strings.HasPrefix(e.Message, "frames are dropped") {
			_ = d.enc.Stats()
			done := make(chan error)
			go func() { done <- feedNumbered(context.Background(), d.v, 0) }()
			fed.Add(1)
			return <-done
		}
		return nil
	})
	d = openDropping(t, "mkv", numberedVideo(), api.WithLogger(zap.New(core, hook)))
	open := d.file.shut()
	d.offerWhileStuck(1, feedNumbered)
	require.EqualValues(t, 1, fed.Load())
	open()
	dropped := d.dropped()
	require.NoError(t, d.enc.Close())
	begins := logs.FilterMessage("frames are dropped, because the encoder does not keep up").All()
	require.Len(t, begins, 1)
	require.EqualValues(t, 2, begins[0].ContextMap()["waiting"])
	ended := logs.FilterMessage("frames were dropped").All()
	require.Len(t, ended, 1)
	require.Equal(t, dropped, ended[0].ContextMap()["dropped"])
	closed := logs.FilterMessage("closed").All()[0].ContextMap()["stream0"].(map[string]any)
	require.Equal(t, dropped, closed["dropped"])
	s := d.enc.Stats()
	require.Contains(t, s.Bottleneck(), fmt.Sprintf("dropped %d of", dropped))
	require.InDelta(t, float64(d.offered+1)/30, s.Streams[0].Fed.Seconds(), 1e-6)
}

// TestOnFullDropEndsEarly ends calls of an encoder that stands still: by their contexts, the run's
// end and its errors. A frame that is not taken is neither accepted nor dropped.
func TestOnFullDropEndsEarly(t *testing.T) {
	mediatest.NoLeaks(t)
	d := openDropping(t, "mkv", numberedVideo())
	open := d.file.shut()
	d.offerWhileStuck(1, feedNumbered)
	before := d.dropped()
	cause := errors.New("no more")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	err := feedNumbered(ctx, d.v, 0)
	partial, ok := errors.AsType[*api.PartialError](err)
	require.True(t, ok, err)
	require.Zero(t, partial.Accepted)
	require.ErrorIs(t, err, cause)
	require.Equal(t, before, d.dropped())
	require.NoError(t, d.v.End())
	require.ErrorIs(t, feedNumbered(t.Context(), d.v, 0), api.ErrEnded)
	require.Equal(t, before, d.dropped())
	open()
	require.ErrorIs(t, d.enc.Abort(cause), cause)
	require.ErrorIs(t, feedNumbered(t.Context(), d.v, 0), cause)
	require.ErrorIs(t, d.enc.Close(), cause)
}

// TestOnFullDropWithOneThread encodes with one thread of a budget. Its conversion must not wait for
// its encoder.
func TestOnFullDropWithOneThread(t *testing.T) {
	cfg := numberedVideo()
	cfg.Threads = 0
	d := openDropping(t, "mkv", cfg, api.WithThreadBudget(api.NewThreadBudget(1)))
	open := d.file.shut()
	d.offerWhileStuck(5, feedNumbered)
	open()
	require.NoError(t, d.enc.Close())
	d.checkCounts()
}

// TestSyncsDoNotMakeDroppingCallsWait leaves marks of many calls of Sync in the queues of an
// encoder that stands still.
func TestSyncsDoNotMakeDroppingCallsWait(t *testing.T) {
	mediatest.NoLeaks(t)
	d := openDropping(t, "mkv", numberedVideo())
	open := d.file.shut()
	d.offerWhileStuck(1, feedNumbered)
	for range 10 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		require.ErrorIs(t, d.enc.Sync(ctx), context.DeadlineExceeded)
		cancel()
		d.offer(feedNumbered)
	}
	open()
	require.NoError(t, d.enc.Sync(t.Context()))
	d.offerSlowly(2, feedNumbered)
	require.NoError(t, d.enc.Close())
	d.checkCounts()
}

// TestSoundIsNeverDropped feeds pictures and sound while the destination takes nothing for a while.
func TestSoundIsNeverDropped(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := numberedVideo()
	cfg.OnFull = api.OnFullDrop
	d := &dropping{t: t, enc: api.NewEncoder(api.WithQueueDepth(2)), file: newGatedFile()}
	d.v = addVideo(t, d.enc, cfg)
	a := addAudio(t, d.enc, api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: "pcm_s16le"})
	require.NoError(t, d.enc.OpenWriter(t.Context(), d.file, "mkv", api.CrashSafe(true)))
	open := d.file.shut()
	var sound sync.WaitGroup
	sound.Go(func() {
		for k := range 100 {
			require.NoError(t, a.AddSamples(t.Context(), tone(1, k*1600, 1600)))
		}
		require.NoError(t, a.End())
	})
	for d.dropped() < 30 || !d.file.stuck() {
		d.offer(feedNumbered)
	}
	open()
	sound.Wait()
	d.offerSlowly(3, feedNumbered)
	require.NoError(t, d.enc.Close())
	s := d.enc.Stats().Streams
	require.Zero(t, s[1].Dropped)
	require.EqualValues(t, 160000, s[1].Accepted)
	path := saved(t, "drops.mkv", d.file.Bytes())
	require.Len(t, mediatest.Sound(t, path, 1)[0], 160000)
	d.checkTimes(path, 0.0011)
}

// TestOnFullOfAConfig reads OnFull as text, and refuses what is no choice.
func TestOnFullOfAConfig(t *testing.T) {
	var cfg api.VideoConfig
	require.NoError(t, json.Unmarshal([]byte(`{"OnFull": "drop"}`), &cfg))
	require.Equal(t, api.OnFullDrop, cfg.OnFull)
	require.Error(t, json.Unmarshal([]byte(`{"OnFull": "wait"}`), &cfg))
	cfg = numberedVideo()
	cfg.OnFull = 7
	_, err := api.NewEncoder().AddVideo(cfg)
	wrong, ok := errors.AsType[*api.ConfigError](err)
	require.True(t, ok, err)
	require.Equal(t, "OnFull", wrong.Field)
	require.Equal(t, []string{"block", "drop"}, wrong.Supported)
}

// TestOnFullDropNeedsIrregularTimes opens containers that know constant rates only.
func TestOnFullDropNeedsIrregularTimes(t *testing.T) {
	for format, codec := range map[string]string{"avi": "mpeg4", "yuv4mpegpipe": "rawvideo", "h264": "libx264"} {
		enc := api.NewEncoder()
		cfg := numberedVideo()
		cfg.Codec, cfg.OnFull, cfg.Preset = codec, api.OnFullDrop, ""
		addVideo(t, enc, cfg)
		err := enc.OpenWriter(t.Context(), new(api.MemoryFile), format)
		wrong, ok := errors.AsType[*api.ConfigError](err)
		require.True(t, ok, "%s: %v", format, err)
		require.Equal(t, "OnFull", wrong.Field, err)
	}
}

// TestDropsAtAConstantRate sets OutFrameRate, so that a container of constant rate takes the
// stream: where a frame was dropped, the one before is repeated. The queues have the depth 1, and
// the node that repeats keeps a frame for itself.
func TestDropsAtAConstantRate(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"avi", "mp4"} {
		t.Run(format, func(t *testing.T) {
			cfg := numberedVideo()
			cfg.OutFrameRate = cfg.FrameRate
			if format == "avi" { // is written when many bytes have come
				cfg.Codec, cfg.Preset, cfg.Threads = "rawvideo", "", 0
			}
			d := openDropping(t, format, cfg, api.WithQueueDepth(1))
			d.offerSlowly(10, feedNumbered)
			open := d.file.shut()
			for dropped := d.dropped(); d.dropped() < dropped+40 || !d.file.stuck(); {
				d.offer(feedNumbered)
			}
			open()
			for kept := len(d.kept); len(d.kept) < kept+5; {
				d.awaitIdle() // each picture that is dropped makes one repeat more
				d.offer(feedNumbered)
			}
			require.NoError(t, d.enc.Close())
			last := d.kept[len(d.kept)-1]
			var want []int
			for number, i := 0, 0; number <= last; number++ {
				if i+1 < len(d.kept) && d.kept[i+1] == number {
					i++
				}
				want = append(want, d.kept[i])
			}
			path := saved(t, "drops."+format, d.file.Bytes())
			require.Equal(t, want, numbersOf(mediatest.Pictures(t, path, 0, "gray")))
		})
	}
}
