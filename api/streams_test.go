package api_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// requireInterleaved checks that the decoding times over all streams rise in the order of the file,
// within so many seconds.
func requireInterleaved(t *testing.T, packets []mediatest.Packet, within float64) {
	t.Helper()
	latest := math.Inf(-1)
	for i, p := range packets {
		require.GreaterOrEqual(t, p.DTS, latest-within, "packet %d of stream %d", i, p.Stream)
		latest = max(latest, p.DTS)
	}
}

func TestFourStreamsFromFourGoroutines(t *testing.T) {
	mediatest.NoLeaks(t)
	const within = 0.001
	for _, extension := range []string{"mp4", "mkv"} {
		t.Run(extension, func(t *testing.T) {
			path := temporary(t, "four."+extension)
			enc := api.NewEncoder(api.WithQueueDepth(3))
			video := []*api.VideoStream{addVideo(t, enc, numberedVideo())}
			audio := []*api.AudioStream{addAudio(t, enc, stereo())}
			half := numberedVideo()
			half.FrameRate = 15
			video = append(video, addVideo(t, enc, half))
			mono := stereo()
			mono.NumChannels = 1
			audio = append(audio, addAudio(t, enc, mono))
			// What is crash-safe does not wait for a stream for longer than half a second, and its fragments
			// of mp4 hold one track after the other.
			require.NoError(t, enc.OpenFile(context.Background(), path, api.CrashSafe(false)))

			const seconds = 4
			var g errgroup.Group
			for i, v := range video {
				frames := 30 * seconds / (i + 1)
				g.Go(func() error { return feedFrames(v, frames, uint64(i)) })
			}
			for i, a := range audio {
				g.Go(func() error { return feedSamples(a, 2-i, 48000*seconds, uint64(i)) })
			}
			require.NoError(t, g.Wait())
			require.NoError(t, enc.Close())
			requireLaw(t, enc.Stats(), true)

			types := []string{}
			file := mediatest.Probe(t, path)
			for i, s := range file.Streams {
				require.Equal(t, i, s.Index)
				types = append(types, s.Type)
			}
			require.Equal(t, []string{"video", "audio", "video", "audio"}, types)
			require.Equal(t, counting(120), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
			require.Equal(t, counting(60), numbersOf(mediatest.Pictures(t, path, 2, "gray")))
			require.Equal(t, 2, file.Streams[1].Channels)
			require.Equal(t, 1, file.Streams[3].Channels)
			for _, stream := range []int{1, 3} {
				require.InDelta(t, 48000*seconds, len(mediatest.Sound(t, path, stream)[0]), 1024)
			}
			requireInterleaved(t, mediatest.Packets(t, path), within)
		})
	}
}

// feedFrames adds numbered frames in batches of random size.
func feedFrames(v *api.VideoStream, total int, seed uint64) error {
	random := rand.New(rand.NewPCG(seed, 1))
	for done := 0; done < total; {
		n := min(random.IntN(8), total-done)
		if err := v.AddFrames(context.Background(), api.Frames{Data: numbered(done, n), Layout: api.NHWC}); err != nil {
			return err
		}
		done += n
	}
	return v.End()
}

// feedSamples adds a tone in chunks of random length.
func feedSamples(a *api.AudioStream, channels, total int, seed uint64) error {
	random := rand.New(rand.NewPCG(seed, 2))
	for done := 0; done < total; {
		n := min(random.IntN(9000), total-done)
		if err := a.AddSamples(context.Background(), tone(channels, done, n)); err != nil {
			return err
		}
		done += n
	}
	return a.End()
}

func TestOneStreamAfterTheOther(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "after.mp4")
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(
		t,
		enc.OpenFile(context.Background(), path, api.CrashSafe(false)),
	) // which would not wait for the sound
	const seconds = 60
	for first := 0; first < 30*seconds; first += 30 {
		addNumbered(t, v, first, 30)
	}
	for first := 0; first < 48000*seconds; first += 48000 {
		addTone(t, a, first, 48000)
	}
	require.NoError(t, enc.Close())

	require.Equal(t, counting(30*seconds), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
	require.InDelta(t, 48000*seconds, len(mediatest.Sound(t, path, 1)[0]), 1024)
	requireInterleaved(t, mediatest.Packets(t, path), 1)
}

func TestUnevenStreams(t *testing.T) {
	mediatest.NoLeaks(t)
	cases := map[string]struct {
		feed            func(t *testing.T, v *api.VideoStream, a *api.AudioStream)
		frames, samples int
	}{
		"sound is never fed": {frames: 90, feed: func(t *testing.T, v *api.VideoStream, _ *api.AudioStream) {
			addNumbered(t, v, 0, 90)
		}},
		"pictures are never fed": {samples: 96000, feed: func(t *testing.T, _ *api.VideoStream, a *api.AudioStream) {
			addTone(t, a, 0, 96000)
		}},
		"sound ends early": {frames: 90, samples: 24000, feed: func(t *testing.T, v *api.VideoStream, a *api.AudioStream) {
			addTone(t, a, 0, 24000)
			require.NoError(t, a.End())
			addNumbered(t, v, 0, 90)
		}},
		"sound starts late": {frames: 450, samples: 48000, feed: func(t *testing.T, v *api.VideoStream, a *api.AudioStream) {
			addNumbered(t, v, 0, 450)
			addTone(t, a, 0, 48000)
		}},
		"one frame, one sample": {frames: 1, samples: 1, feed: func(t *testing.T, v *api.VideoStream, a *api.AudioStream) {
			addNumbered(t, v, 0, 1)
			addTone(t, a, 0, 1)
		}},
	}
	for name, c := range cases {
		for _, extension := range []string{"mp4", "mkv", "mov"} {
			t.Run(name+"/"+extension, func(t *testing.T) {
				path := temporary(t, "uneven."+extension)
				enc := api.NewEncoder()
				v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
				require.NoError(t, enc.OpenFile(context.Background(), path))
				c.feed(t, v, a)
				require.NoError(t, enc.Close())
				requireLaw(t, enc.Stats(), true)
				requireUneven(t, path, c.frames, c.samples)
			})
		}
	}
}

// requireUneven checks a file that may lack the data of one of its streams. The index of mp4 and
// mov leaves such a stream out; that of matroska keeps it.
func requireUneven(t *testing.T, path string, frames, samples int) {
	t.Helper()
	streams := map[string]int{}
	for _, s := range mediatest.Probe(t, path).Streams {
		streams[s.Type] = s.Index
	}
	if frames > 0 {
		require.Contains(t, streams, "video")
		require.Equal(t, counting(frames), numbersOf(mediatest.Pictures(t, path, streams["video"], "gray")))
	}
	if samples > 0 {
		require.Contains(t, streams, "audio")
		require.InDelta(t, samples, len(mediatest.Sound(t, path, streams["audio"])[0]), 1024)
	}
}

func TestNothingIsFed(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mp4", "mkv", "mov"} {
		t.Run(extension, func(t *testing.T) {
			path := temporary(t, "empty."+extension)
			enc := api.NewEncoder()
			addVideo(t, enc, numberedVideo())
			addAudio(t, enc, stereo())
			require.NoError(t, enc.OpenFile(context.Background(), path))
			require.NoError(t, enc.Close())
			if extension == "mkv" { // FFmpeg's demuxer does not open a file without clusters
				out := string(mediatest.Run(t, "mkvinfo", path))
				require.Contains(t, out, "V_MPEG4/ISO/AVC")
				require.Contains(t, out, "Tags", "the whole file is read")
				require.NotContains(t, out, "Error")
				return
			}
			mediatest.Probe(t, path)
		})
	}
}

func TestFrameTimes(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, rate := range []float64{30, 29.97, 30000.0 / 1001, 23.976, 59.94, 0.5, 1000} {
		t.Run(strconv.FormatFloat(rate, 'g', 8, 64), func(t *testing.T) {
			path := temporary(t, "times.mp4")
			enc := api.NewEncoder()
			cfg := numberedVideo()
			cfg.FrameRate = rate
			cfg.Preset = "medium" // with B-frames
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenFile(context.Background(), path))
			addNumbered(t, v, 0, 50)
			require.NoError(t, enc.Close())

			s := mediatest.Probe(t, path).Streams[0]
			require.Equal(t, "50", s.NbFrames)
			duration, err := strconv.ParseFloat(s.Duration, 64)
			require.NoError(t, err)
			require.InDelta(t, 50/rate, duration, 1e-3, "the last frame has its full duration")
			for k, at := range mediatest.FrameTimes(t, path, 0) {
				require.InDelta(t, float64(k)/rate, at, 1e-4, "frame %d", k)
			}
		})
	}
}

func TestSoundDoesNotDependOnChunks(t *testing.T) {
	mediatest.NoLeaks(t)
	cases := map[string]api.AudioConfig{
		"aac":       {SampleRate: 48000, NumChannels: 2},
		"resampled": {SampleRate: 48000, NumChannels: 2, OutSampleRate: 32000, OutNumChannels: 1, Codec: "pcm_f32le"},
		"upsampled": {SampleRate: 22050, NumChannels: 2, OutSampleRate: 48000, Codec: "pcm_s16le"},
		"flac":      {SampleRate: 48000, NumChannels: 2, Codec: "flac"},
	}
	for name, cfg := range cases {
		t.Run(name, func(t *testing.T) {
			encode := func(chunk func() int) []byte {
				var file api.MemoryFile
				enc := api.NewEncoder()
				a := addAudio(t, enc, cfg)
				require.NoError(t, enc.OpenWriter(context.Background(), &file, "mkv"))
				for done := 0; done < 50000; {
					n := min(chunk(), 50000-done)
					addTone(t, a, done, n)
					done += n
				}
				require.NoError(t, enc.Close())
				return file.Bytes()
			}
			random := rand.New(rand.NewPCG(7, 7))
			whole := encode(func() int { return 50000 })
			require.NotEmpty(t, whole)
			require.Equal(t, whole, encode(func() int { return 480 }))
			require.Equal(t, whole, encode(func() int { return random.IntN(5000) }))
		})
	}
}
