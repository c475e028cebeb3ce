package api_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// forced are the numbers of the frames before which the tests ask for a key frame.
var forced = []int{7, 17, 18, 31}

// encodeForced encodes moving pictures without scene changes, and asks for key frames.
func encodeForced(t *testing.T, path string, cfg api.VideoConfig) {
	t.Helper()
	const frames = 45
	cfg.Width, cfg.Height, cfg.FrameRate, cfg.Threads = grainyWidth, grainyHeight, 25, 2
	data := grainy(frames)
	encodeStream(t, api.File(path), cfg, func(v *api.VideoStream) {
		for k := range frames {
			if slices.Contains(forced, k) {
				require.NoError(t, v.ForceKeyFrame())
			}
			const size = 3 * grainyWidth * grainyHeight
			picture := api.Frames{Data: data[k*size : (k+1)*size], Layout: api.NHWC}
			require.NoError(t, v.AddFrames(context.Background(), picture))
		}
	})
}

// TestForceKeyFrame asks each kind of encoder for key frames: with B-frames, frames that the
// encoder looks ahead at, frames that are not shown, and none of these.
func TestForceKeyFrame(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		codec, container string
		options          map[string]any
	}{
		"x264":               {"libx264", "mp4", map[string]any{"preset": "veryfast", "sc_threshold": 0}},
		"x264 without delay": {"libx264", "mkv", map[string]any{"preset": "ultrafast", "tune": "zerolatency"}},
		"x264, open GOPs":    {"libx264", "mkv", map[string]any{"preset": "veryfast", "x264-params": "open-gop=1:scenecut=0"}},
		"x264rgb":            {"libx264rgb", "mkv", map[string]any{"preset": "veryfast", "sc_threshold": 0}},
		"x265":               {"libx265", "mp4", map[string]any{"preset": "ultrafast", "x265-params": "scenecut=0"}},
		"VP8":                {"libvpx", "webm", map[string]any{"cpu-used": 8, "auto-alt-ref": 1, "lag-in-frames": 16}},
		"VP9":                {"libvpx-vp9", "webm", map[string]any{"cpu-used": 8, "auto-alt-ref": 1, "lag-in-frames": 20}},
		"AV1 in real time":   {"libaom-av1", "mp4", map[string]any{"cpu-used": 8, "usage": "realtime"}},
		"AV1, no lookahead":  {"libaom-av1", "mkv", map[string]any{"cpu-used": 8, "lag-in-frames": 0}},
		"AV1":                {"libaom-av1", "mkv", map[string]any{"cpu-used": 8}},
		"MPEG-4":             {"mpeg4", "mp4", map[string]any{"sc_threshold": 1000000000}},
		"MPEG-4, B-frames":   {"mpeg4", "mkv", map[string]any{"bf": 2, "sc_threshold": 1000000000, "flags": "+cgop"}},
		"MPEG-2":             {"mpeg2video", "mkv", map[string]any{"sc_threshold": 1000000000}},
		"MPEG-2, B-frames":   {"mpeg2video", "ts", map[string]any{"bf": 2}},
		"MPEG-1":             {"mpeg1video", "nut", nil},
		"H.263":              {"h263p", "nut", nil},
		"Sorenson":           {"flv", "flv", nil},
		"WMV":                {"wmv2", "nut", nil},
		"RealVideo":          {"rv20", "rm", nil},
		"only key frames":    {"mjpeg", "mkv", nil},
		"VC-2":               {"vc2", "nut", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := temporary(t, "forced."+c.container)
			encodeForced(t, path, api.VideoConfig{Codec: c.codec, ExtraOptions: c.options})
			keys, frames := keyFrames(t, path)
			require.Equal(t, 45, frames)
			require.Subset(t, keys, forced)
			switch {
			case c.codec == "mjpeg" || c.codec == "vc2":
				require.Len(t, keys, frames)
			case c.options["lag-in-frames"] == 0: // libaom repeats a forced key frame
			default:
				require.Less(t, len(keys), frames/4, "%v", keys)
			}
			if slices.Contains(probed, c.codec) {
				require.Subset(t, decodedKeyFrames(t, path), forced)
			}
		})
	}
}

// TestForceKeyFrameOfEveryEncoder asks every software encoder. Each takes it, or says that it
// cannot.
func TestForceKeyFrameOfEveryEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	refusing := map[string]string{ // with a container of each
		"apng": "apng", "gif": "gif", "libwebp_anim": "webp", "rpza": "mov", "libsvtav1": "mp4", "ffv1": "mkv",
		"snow": "nut", "svq1": "mov", "cinepak": "avi", "flashsv": "flv", "flashsv2": "flv", "qtrle": "mov", "zmbv": "avi",
		"msvideo1": "avi",
	}
	for codec, container := range refusing {
		t.Run(codec, func(t *testing.T) {
			cfg := api.VideoConfig{
				Width: 64, Height: 64, FrameRate: 25, Codec: codec, ExtraOptions: map[string]any{"strict": "experimental"},
			}
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenFile(context.Background(), filepath.Join(t.TempDir(), "forced."+container)))
			err := v.ForceKeyFrame()
			requireField(t, err, "Codec")
			require.ErrorContains(t, err, "libx264")
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: enlarged(0, 2, 64, 64), Layout: api.NHWC}))
			require.NoError(t, enc.Close())
		})
	}
}

// TestForceKeyFrameWhereItIsTurnedOff: an option that makes forced key frames useless is named, and
// an interval of one frame needs no orders.
func TestForceKeyFrameWhereItIsTurnedOff(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		cfg   api.VideoConfig
		field string
	}{
		"x265 without IDR":   {api.VideoConfig{Codec: "libx265", ExtraOptions: map[string]any{"forced-idr": 0}}, "ExtraOptions[forced-idr]"},
		"SVT-AV1, keys only": {api.VideoConfig{Codec: "libsvtav1", KeyInterval: 1, Preset: "12"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.cfg.Width, c.cfg.Height, c.cfg.FrameRate = 64, 64, 25
			enc := api.NewEncoder()
			v := addVideo(t, enc, c.cfg)
			require.NoError(t, enc.OpenFile(context.Background(), temporary(t, "off.mkv")))
			err := v.ForceKeyFrame()
			if c.field == "" {
				require.NoError(t, err)
			} else {
				requireField(t, err, c.field)
			}
			require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
		})
	}
}

// TestForceKeyFrameStates: the errors of an encoder that does not take frames come first.
func TestForceKeyFrameStates(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("given up")
	for _, codec := range []string{"libx264", "ffv1"} {
		cfg := numberedVideo()
		cfg.Codec, cfg.Preset = codec, ""
		enc := api.NewEncoder()
		v, other := addVideo(t, enc, cfg), addVideo(t, enc, cfg)
		require.ErrorIs(t, v.ForceKeyFrame(), api.ErrNotOpen)
		require.NoError(t, enc.OpenFile(context.Background(), temporary(t, "states.mkv")))
		require.NoError(t, v.End())
		require.ErrorIs(t, v.ForceKeyFrame(), api.ErrEnded)
		require.NotErrorIs(t, other.ForceKeyFrame(), api.ErrEnded)
		require.NoError(t, enc.Close())
		require.ErrorIs(t, v.ForceKeyFrame(), api.ErrClosed)
		enc = api.NewEncoder()
		v = addVideo(t, enc, cfg)
		require.NoError(t, enc.OpenFile(context.Background(), temporary(t, "states.mkv")))
		require.ErrorIs(t, enc.Abort(cause), cause)
		require.ErrorIs(t, v.ForceKeyFrame(), cause)
	}
}

// forcing is a stream without frames that look ahead, so that only forced frames are key frames.
func forcing() api.VideoConfig {
	cfg := numberedVideo()
	cfg.Codec = "libx264"
	cfg.ExtraOptions = map[string]any{"tune": "zerolatency", "sc_threshold": 0}
	return cfg
}

// TestForceKeyFrameInEachWayOfFeeding: the order reaches the frame in whatever way it is fed, and
// is given once.
func TestForceKeyFrameInEachWayOfFeeding(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, feed := range map[string]func(ctx context.Context, v *api.VideoStream, number int) error{
		"AddFrames": feedNumbered, "AddImage": feedNumberedImage, "Commit": commitNumbered,
	} {
		t.Run(name, func(t *testing.T) {
			path := temporary(t, "ways.mkv")
			encodeStream(t, api.File(path), forcing(), func(v *api.VideoStream) {
				for k := range 12 {
					if k == 4 || k == 9 {
						require.NoError(t, v.ForceKeyFrame())
						require.NoError(t, v.ForceKeyFrame())
					}
					require.NoError(t, feed(context.Background(), v, k))
				}
			})
			keys, _ := keyFrames(t, path)
			require.Equal(t, []int{0, 4, 9}, keys)
		})
	}
}

// TestForceKeyFrameOfAFrameThatIsLeftOut: at a lower rate, the next frame that is encoded is the
// key frame.
func TestForceKeyFrameOfAFrameThatIsLeftOut(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := forcing()
	cfg.FrameRate, cfg.OutFrameRate = 40, 10
	path := temporary(t, "left out.mkv")
	encodeStream(t, api.File(path), cfg, func(v *api.VideoStream) {
		for k := range 40 {
			if k == 10 || k == 25 {
				require.NoError(t, v.ForceKeyFrame())
			}
			require.NoError(t, feedNumbered(context.Background(), v, k))
		}
	})
	keys, frames := keyFrames(t, path)
	require.Equal(t, 10, frames)
	require.Equal(t, []int{0, 3, 6}, keys) // instants 3 and 6 show the frames 13 and 25, or later ones
}

// TestForceKeyFrameOfAFrameThatIsDropped: the next frame that is accepted is the key frame.
func TestForceKeyFrameOfAFrameThatIsDropped(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := forcing()
	d := openDropping(t, "mkv", cfg)
	d.offerSlowly(5, feedNumbered)
	open := d.file.shut()
	d.offerWhileStuck(3, feedNumbered)
	require.NoError(t, d.v.ForceKeyFrame())
	d.offer(feedNumbered)
	kept := len(d.kept)
	require.NotEqual(t, d.offered-1, d.kept[kept-1], "the frame was dropped")
	open()
	d.awaitIdle()
	d.offerSlowly(3, feedNumbered)
	require.NoError(t, d.enc.Close())
	path := temporary(t, "dropped.mkv")
	require.NoError(t, os.WriteFile(path, d.file.Bytes(), 0o644))
	keys, _ := keyFrames(t, path)
	require.Equal(t, []int{0, kept}, keys)
}

// TestForceKeyFrameFromManyGoroutines: while a call feeds frames. Each order makes at most one key
// frame.
func TestForceKeyFrameFromManyGoroutines(t *testing.T) {
	mediatest.NoLeaks(t)
	const callers, orders, frames = 4, 5, 200
	path := temporary(t, "many.mkv")
	encodeStream(t, api.File(path), forcing(), func(v *api.VideoStream) {
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for range orders {
					assert.NoError(t, v.ForceKeyFrame())
				}
			})
		}
		data := numbered(0, frames)
		require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.NHWC}))
		wg.Wait()
		require.NoError(t, v.ForceKeyFrame())
		require.NoError(t, feedNumbered(context.Background(), v, 1))
	})
	keys, n := keyFrames(t, path)
	require.Equal(t, frames+1, n)
	require.LessOrEqual(t, len(keys), callers*orders+2)
	require.Contains(t, keys, frames)
}

// TestX265EncodesClosedGOPs: unless the caller asks for open ones. x265 writes its settings into
// the stream.
func TestX265EncodesClosedGOPs(t *testing.T) {
	mediatest.NoLeaks(t)
	for setting, options := range map[string]map[string]any{
		" no-open-gop ": nil,
		" open-gop ":    {"x265-params": "open-gop=1"},
		" open-gop  ":   {"flags": "-cgop"},
	} {
		path := temporary(t, "gops.mkv")
		cfg := api.VideoConfig{Codec: "libx265", Preset: "ultrafast", ExtraOptions: options}
		encodeForced(t, path, cfg)
		written, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.Contains(written, []byte(strings.TrimRight(setting, " "))), setting)
	}
}
