package api_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestSilenceBesideVideo feeds sounds of half a second, each at its time, with silence between,
// while another goroutine feeds pictures. The silence is fed long before the pictures are, or long
// after.
func TestSilenceBesideVideo(t *testing.T) {
	mediatest.NoLeaks(t)
	const seconds, rate = 12, 48000
	for _, c := range []struct {
		extension string
		opts      []api.OutputOption
		first     string // the stream that is fed first
	}{
		{"mp4", []api.OutputOption{api.CrashSafe(true)}, "sound"},
		{"mp4", []api.OutputOption{api.CrashSafe(true)}, "video"},
		{"mkv", nil, "sound"},
		{"mkv", nil, "video"},
	} {
		t.Run(c.extension+" "+c.first, func(t *testing.T) {
			t.Parallel()
			path, ctx, enc := temporary(t, "beside."+c.extension), context.Background(), api.NewEncoder()
			v := addVideo(t, enc, numberedVideo())
			cfg := api.AudioConfig{SampleRate: rate, NumChannels: 2, Codec: "flac"}
			a := addAudio(t, enc, cfg)
			require.NoError(t, enc.OpenFile(ctx, path, c.opts...))
			loud := make([]int16, 2*rate/2)
			for i := range loud {
				loud[i] = int16(8000 - 16000*(i/2/20%2))
			}
			sound := func() error {
				for second := range seconds {
					if err := a.SilenceUntil(ctx, time.Duration(second)*time.Second); err != nil {
						return err
					}
					if err := a.AddInt16(ctx, loud); err != nil {
						return err
					}
				}
				return a.SilenceUntil(ctx, seconds*time.Second)
			}
			pictures := func() error {
				for k := range seconds * 30 {
					if err := v.AddFrames(ctx, api.Frames{Data: numbered(k, 1), Layout: api.NHWC}); err != nil {
						return err
					}
				}
				return nil
			}
			both := []func() error{sound, pictures}
			if c.first == "video" {
				both[0], both[1] = both[1], both[0]
			}
			fed := make(chan error, 1)
			go func() { fed <- both[0]() }()
			require.NoError(t, both[1]())
			require.NoError(t, <-fed)
			require.NoError(t, enc.Close())
			require.Equal(t, counting(seconds*30), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
			got := soundOf(t, "ffmpeg", path, 2)
			require.Len(t, got[0], seconds*rate)
			for i, v := range got[1] {
				want := float32(0)
				if i%rate < rate/2 {
					want = float32(loud[2*(i%rate)+1]) / 32768
				}
				if v != want {
					require.Equal(t, want, v, "sample %d", i)
				}
			}
		})
	}
}

// TestAnHourOfSilenceBesideVideo feeds the hour by one call, while pictures come at the same time
// and after it. No picture and no sample is lost.
func TestAnHourOfSilenceBesideVideo(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"mp4", "mkv"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			ctx, enc, path := context.Background(), api.NewEncoder(), temporary(t, "hour."+format)
			v := addVideo(t, enc, numberedVideo())
			a := addAudio(t, enc, api.AudioConfig{SampleRate: 8000, NumChannels: 1, Codec: "flac"})
			require.NoError(t, enc.OpenFile(ctx, path))
			fed := make(chan error, 1)
			go func() { fed <- a.SilenceUntil(ctx, time.Hour) }()
			addNumbered(t, v, 0, 300)
			require.NoError(t, <-fed)
			addNumbered(t, v, 300, 300)
			require.NoError(t, enc.Close())
			require.Equal(t, counting(600), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
			raw := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-c:a", "pcm_s16le", "-")
			require.Len(t, raw, 2*3600*8000)
			require.Empty(t, bytes.Trim(raw, "\x00"))
		})
	}
}
