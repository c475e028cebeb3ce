package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// onsetAt returns sound that is silent but for a tone from this second on, half a second long.
func onsetAt(rate, second, odd int) []float32 {
	samples := make([]float32, second*rate+rate/2+odd)
	for i := second * rate; i < len(samples); i++ {
		samples[i] = float32(0.8 * math.Sin(2*math.Pi*1000*float64(i-second*rate)/float64(rate)))
	}
	return samples
}

// onset finds where the tone sets in, in samples.
func onset(samples []float32) int {
	for i, v := range samples {
		if math.Abs(float64(v)) > 0.1 {
			return i
		}
	}
	return -1
}

// TestOnset: what sounds at 2 s is heard at 2 s, as the build's own decoder presents it, and the
// sound is as long as it was, to the sample.
func TestOnset(t *testing.T) {
	mediatest.NoLeaks(t)
	program := filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg")
	all := mediatest.Long(t)
	for i, c := range []struct{ extension, codec string }{
		{"mp4", "aac"},
		{"m4a", "aac"},
		{"mov", "aac"},
		{"mkv", "aac"},
		{"mkv", "libopus"},
		{"webm", "libopus"},
		{"ogg", "libopus"},
		{"opus", "libopus"},
		{"mp4", "libmp3lame"},
		{"mkv", "libmp3lame"},
		{"mp3", "libmp3lame"},
		{"mkv", "ac3"},
		{"mp4", "ac3"},
		{"mkv", "mp2"},
		{"mp4", "mp2"},
		{"ogg", "libvorbis"},
		{"mka", "libvorbis"},
		{"flac", "flac"},
		{"wav", "pcm_s16le"},
		{"m4a", "alac"},
		{"mp4", "libopus"},
	} {
		for j, in := range []int{48000, 44100, 22050} {
			// The last two end in samples that the encoders of MPEG layer 2 and of AC-3 would keep.
			for k, odd := range []int{77, 900, 1200} {
				if !all && (i+j+k)%3 != 0 {
					continue // each rate and each length in every container
				}
				t.Run(fmt.Sprintf("%s/%s/%d/%d", c.extension, c.codec, in, odd), func(t *testing.T) {
					t.Parallel()
					samples := onsetAt(in, 2, odd)
					path := temporary(t, "onset."+c.extension)
					encodeSound(
						t,
						api.AudioConfig{SampleRate: in, OutSampleRate: 48000, NumChannels: 1, Codec: c.codec},
						[][]float32{samples},
						path,
					)
					sound := soundOf(t, program, path, 1)[0]
					require.InDelta(t, 2*48000, onset(sound), 48)
					want := (len(samples)*48000 + in - 1) / in
					if c.extension == "mp4" && c.codec == "libopus" { // the file says so, and FFmpeg's decoder plays on
						require.EqualValues(t, want, mediatest.Probe(t, path).Streams[0].DurationTS)
						return
					}
					if c.codec == "libmp3lame" &&
						c.extension != "mkv" { // whose demuxers cut no more than the last packet, less a decoder's delay of 529
						require.GreaterOrEqual(t, len(sound), want)
						require.Less(t, len(sound), want+529)
						return
					}
					require.Equal(t, want, len(sound))
					require.Greater(t, peak(sound[len(sound)-60:]), 0.1, "it sounds to the end")
				})
			}
		}
	}
}

func peak(samples []float32) (most float64) {
	for _, v := range samples {
		most = max(most, math.Abs(float64(v)))
	}
	return most
}

// TestFlashAndClick: a white picture and a tone that start together are presented together, by the
// clock of the file.
func TestFlashAndClick(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		extension, video, audio string
		within                  float64
	}{
		{"mp4", "libx264", "aac", 0.001},
		{"mov", "libx264", "aac", 0.001},
		{"mkv", "libx264", "aac", 0.001},
		{"mkv", "libx264", "libopus", 0.001},
		{"webm", "libvpx-vp9", "libopus", 0.001},
		{"ts", "libx264", "aac", 0.001},
		{"ts", "mpeg2video", "mp2", 0.001},
		{"flv", "libx264", "aac", 0.002},
		{"mkv", "ffv1", "flac", 0.001},
		{"avi", "mpeg4", "libmp3lame", 0.025}, // which cannot say that a stream starts with priming
	} {
		t.Run(c.extension+"/"+c.video+"/"+c.audio, func(t *testing.T) {
			path := temporary(t, "flash."+c.extension)
			ctx, enc := context.Background(), api.NewEncoder()
			v := addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: c.video, InputFormat: "gray"})
			a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: c.audio})
			require.NoError(t, enc.OpenFile(ctx, path))
			frames := make([]byte, 62*64*64)
			for i := 50 * 64 * 64; i < len(frames); i++ {
				frames[i] = 255
			}
			var g errgroup.Group
			g.Go(func() error { return v.AddFrames(ctx, api.Frames{Data: frames, Layout: api.Raw}) })
			g.Go(func() error { return a.AddSamples(ctx, [][]float32{onsetAt(48000, 2, 0)}) })
			require.NoError(t, g.Wait())
			require.NoError(t, enc.Close())
			require.InDelta(t, flashTime(t, path), clickTime(t, path), c.within)
		})
	}
}

// flashTime is when the first white picture is presented.
func flashTime(t *testing.T, path string) float64 {
	t.Helper()
	times := mediatest.FrameTimes(t, path, 0)
	for i, picture := range mediatest.Pictures(t, path, 0, "gray") {
		if picture[64*32+32] > 128 {
			return times[i]
		}
	}
	t.Fatal("no flash")
	return 0
}

// clickTime is when the tone is presented: its place in the frame that holds it, after that frame's
// time.
func clickTime(t *testing.T, path string) float64 {
	t.Helper()
	program := filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffprobe")
	var out struct {
		Frames []struct {
			Time    json.Number `json:"best_effort_timestamp_time"`
			Samples int         `json:"nb_samples"`
		}
	}
	require.NoError(
		t,
		json.Unmarshal(
			mediatest.Run(t, program, "-v", "error", "-select_streams", "1", "-show_frames", "-of", "json", path),
			&out,
		),
	)
	left := onset(mediatest.Sound(t, path, 1)[0])
	if left >= 0 { // counted by the same decoder
		left = onset(soundOf(t, filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg"), path, 1)[0])
	}
	for _, f := range out.Frames {
		if left < f.Samples {
			at, err := f.Time.Float64()
			require.NoError(t, err)
			return at + float64(left)/48000
		}
		left -= f.Samples
	}
	t.Fatal("no click")
	return 0
}
