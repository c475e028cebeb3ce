package api_test

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// keyFrames returns the numbers of the frames whose packets are marked as key frames, in the order
// in which frames are shown, and how many frames there are.
func keyFrames(t *testing.T, path string) (keys []int, frames int) {
	t.Helper()
	packets := mediatest.Packets(t, path)
	slices.SortStableFunc(packets, func(a, b mediatest.Packet) int { return cmp.Compare(a.PTS, b.PTS) })
	for i, p := range packets {
		if p.Key {
			keys = append(keys, i)
		}
	}
	return keys, len(packets)
}

// decodedKeyFrames returns the numbers of the frames that a decoder reports as key frames.
func decodedKeyFrames(t *testing.T, path string) []int {
	t.Helper()
	out := mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=key_frame",
		"-of", "flat", path)
	var keys []int
	n := 0
	for line := range strings.Lines(string(out)) {
		_, value, ok := strings.Cut(line, ".key_frame=")
		if ok && strings.TrimSpace(value) == "1" {
			keys = append(keys, n)
		}
		if ok {
			n++
		}
	}
	return keys
}

// The size of grainy pictures.
const (
	grainyWidth  = 160
	grainyHeight = 96
)

// grainy returns so many pictures, R G B, that move, have grain, and jump to another scene here and
// there.
func grainy(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 0, n*3*grainyWidth*grainyHeight)
	for k := range n {
		scene := float64(k / 31)
		for y := range grainyHeight {
			for x := range grainyWidth {
				wave := math.Sin(float64(x+2*k)/(9+scene)) + math.Cos(float64(y-k)/(5+2*scene))
				for c := range 3 {
					data = append(data, byte(110+30*wave*float64(c+1)/2+float64(random.IntN(32))))
				}
			}
		}
	}
	return data
}

// probed are encoders whose key frames are decoded, too.
var probed = []string{"libx264", "libvpx-vp9", "libaom-av1", "libsvtav1", "mpeg4", "mpeg2video"}

// TestKeyInterval counts the frames from one key frame to the next, for each kind of encoder, in
// video with scene changes.
func TestKeyInterval(t *testing.T) {
	mediatest.NoLeaks(t)
	const most = 90
	pictures := grainy(most)
	fast := map[string]map[string]any{
		"libx264": {"preset": "veryfast"}, "libx265": {"preset": "ultrafast"}, "libsvtav1": {"preset": 12},
		"libaom-av1": {"cpu-used": 8, "usage": "realtime"}, "libvpx-vp9": {"cpu-used": 8, "deadline": "realtime"},
		"libvpx": {"cpu-used": 8, "deadline": "realtime"},
		"snow":   {"strict": "experimental"},
	}
	for codec, container := range map[string]string{
		"libx264": "mp4", "libx265": "mkv", "libvpx-vp9": "webm", "libvpx": "webm", "libaom-av1": "mkv", "libsvtav1": "mp4",
		"mpeg4": "mp4", "mpeg2video": "ts", "mpeg1video": "mkv", "flv": "flv", "msmpeg4": "avi", "wmv2": "avi", "h263p": "nut",
		"rv20": "rm", "snow": "nut", "svq1": "mov", "ffv1": "mkv", "flashsv": "flv", "flashsv2": "flv",
		"qtrle": "mov", "zmbv": "avi", "msvideo1": "avi", "mjpeg": "avi", "prores": "mov", "png": "mkv",
		"rawvideo": "nut",
	} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			for interval, frames := range map[int]int{1: 9, 2: 9, 7: 30, 40: most} {
				if interval == 40 && !mediatest.Long(t) && !slices.Contains(probed, codec) {
					continue
				}
				cfg := api.VideoConfig{
					Width: grainyWidth, Height: grainyHeight, FrameRate: 25, Codec: codec, KeyInterval: interval,
					ExtraOptions: fast[codec], Threads: 2,
				}
				path := temporary(t, "keys."+container)
				enc := api.NewEncoder()
				v := addVideo(t, enc, cfg)
				require.NoError(t, enc.OpenFile(context.Background(), path))
				data := pictures[:frames*3*grainyWidth*grainyHeight]
				require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.NHWC}))
				require.NoError(t, enc.Close())
				requireInterval(t, path, codec, interval, frames)
			}
		})
	}
}

// requireInterval checks that key frames are as near to each other as the interval asks for, and
// are not all frames unless the codec has no others.
func requireInterval(t *testing.T, path, codec string, interval, frames int) {
	t.Helper()
	keys, n := keyFrames(t, path)
	require.Equal(t, frames, n)
	require.NotEmpty(t, keys)
	require.Zero(t, keys[0])
	if slices.Contains(probed, codec) {
		assert.Equal(t, keys, decodedKeyFrames(t, path), codec)
	}
	for i, key := range append(keys, n)[1:] {
		assert.LessOrEqual(t, key-keys[i], interval, "%s of every %d: %v", codec, interval, keys)
	}
	often := []string{"mjpeg", "prores", "png", "rawvideo", "flashsv"} // flashsv: wherever all blocks differ
	if interval > 1 && !slices.Contains(often, codec) {
		assert.LessOrEqual(t, len(keys), n/2+1, "%s of every %d: %v", codec, interval, keys)
	}
}

// TestKeyIntervalOfEveryEncoder asks every software encoder for a key interval. Each takes it, or
// says that it cannot.
func TestKeyIntervalOfEveryEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	_, refusing := askEveryEncoder(t, "KeyInterval", api.VideoConfig{KeyInterval: 5})
	require.Equal(t, []string{"apng", "gif", "libwebp_anim", "rpza", "vnull"}, refusing)
}

// TestKeyIntervalThatEndsTheProcess: libaom ends the process where every second frame is a key
// frame, in its usage "good".
func TestKeyIntervalThatEndsTheProcess(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "libaom-av1", KeyInterval: 2}
	_, err := api.NewEncoder().AddVideo(cfg)
	requireField(t, err, "KeyInterval")
	cfg.ExtraOptions = map[string]any{"usage": "realtime"}
	_, err = api.NewEncoder().AddVideo(cfg)
	require.NoError(t, err)
	cfg.KeyInterval, cfg.ExtraOptions = 0, map[string]any{"g": 2}
	_, err = api.NewEncoder().AddVideo(cfg)
	requireField(t, err, "ExtraOptions[g]")
}
