package api_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestSilenceIsNoticedBesideASlowStream: pictures every five seconds have ten seconds of patience,
// and sound half a second. Once sound has stopped, a picture is at the destination within the
// patience with the sound.
func TestSilenceIsNoticedBesideASlowStream(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"mpegts", "matroska", "mp4"} {
		t.Run(format, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				enc, w := api.NewEncoder(), &tape{start: time.Now()}
				v := addVideo(
					t,
					enc,
					api.VideoConfig{Width: 64, Height: 64, FrameRate: 0.2, Codec: "mpeg4", InputFormat: "gray", Threads: 1},
				)
				a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2})
				require.NoError(t, enc.OpenWriter(t.Context(), w, format))
				picture := func(n int) {
					require.NoError(t, v.AddFrames(t.Context(), api.Frames{Data: livePictures(particular{}, n, 1), Layout: api.Raw}))
				}
				picture(0)
				for k := range liveRate {
					require.NoError(t, a.AddSamples(t.Context(), tone(2, k*samplesPerTick, samplesPerTick)))
					time.Sleep(liveTick)
				}
				time.Sleep(4 * time.Second)
				synctest.Wait()
				before := w.Len()
				picture(1)
				time.Sleep(500 * time.Millisecond)
				synctest.Wait()
				require.Greater(t, w.Len(), before)
				require.NoError(t, enc.Close())
			})
		})
	}
}
