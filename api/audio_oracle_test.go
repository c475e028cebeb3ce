package api_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// clip is sound for the encoders: samples[channel][sample] at this rate.
type clip struct {
	samples [][]float32
	rate    int
}

func clips(t *testing.T) map[string]clip {
	t.Helper()
	dir := bytes.TrimSpace(mediatest.Run(t, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/asticode/go-astiav"))
	path := filepath.Join(string(dir), "testdata", "video.mp4")
	rate, err := strconv.Atoi(mediatest.Probe(t, path).Streams[1].SampleRate)
	require.NoError(t, err)
	sine := make([]float32, 44100)
	for i := range sine {
		sine[i] = float32(0.5 * math.Sin(2*math.Pi*440*float64(i)/44100))
	}
	return map[string]clip{"real": {mediatest.Sound(t, path, 1), rate}, "sine": {[][]float32{sine}, 44100}}
}

// interleaved returns the samples as the ffmpeg command reads them.
func (c clip) interleaved() []byte {
	var raw []byte
	for i := range c.samples[0] {
		for _, channel := range c.samples {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(channel[i]))
		}
	}
	return raw
}

func TestSoundAgainstTheCommand(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range clips(t) {
		raw := c.interleaved()
		for _, bitRate := range []int64{0, 44100, 999_999_999} {
			for _, channels := range []int{0, 1, 2} {
				for _, rate := range []int{0, 8000, 32000} {
					for _, extension := range []string{"mp3", "wav", "flac"} {
						if bitRate > 0 && extension != "mp3" {
							continue // the others have no bit rate to choose
						}
						t.Run(fmt.Sprintf("%s/%s/b%d/c%d/r%d", name, extension, bitRate, channels, rate), func(t *testing.T) {
							dir := t.TempDir()
							theirs, ours := filepath.Join(dir, "theirs."+extension), filepath.Join(dir, "ours."+extension)
							args := []string{"-v", "error", "-f", "f32le", "-ar", fmt.Sprint(c.rate), "-ac", fmt.Sprint(len(c.samples)), "-i", "-"}
							for flag, value := range map[string]int64{"-b:a": bitRate, "-ac": int64(channels), "-ar": int64(rate)} {
								if value > 0 {
									args = append(args, flag, fmt.Sprint(value))
								}
							}
							command(t, raw, append(args, theirs)...)
							cfg := api.AudioConfig{
								SampleRate: c.rate, NumChannels: len(c.samples), BitRate: bitRate, OutSampleRate: rate, OutNumChannels: channels,
							}
							enc := api.NewEncoder()
							a := addAudio(t, enc, cfg)
							require.NoError(t, enc.OpenFile(context.Background(), ours))
							require.NoError(t, a.AddSamples(context.Background(), c.samples))
							require.NoError(t, enc.Close())
							requireSameSound(t, theirs, ours, extension)
						})
					}
				}
			}
		}
	}
}

func requireSameSound(t *testing.T, theirs, ours, extension string) {
	t.Helper()
	times := func(path string) string {
		return string(mediatest.Run(t, "ffprobe", "-v", "error", "-show_entries", "frame=pts,pts_time,nb_samples,channels,duration,duration_time", "-of", "csv", path))
	}
	if extension != "flac" { // whose encoder the command gives blocks as long as its demuxer's, and we as long as the encoder likes
		require.Equal(t, times(theirs), times(ours))
	}
	want, got := mediatest.Sound(t, theirs, 0), mediatest.Sound(t, ours, 0)
	require.Len(t, got, len(want))
	for i := range want {
		require.Len(t, got[i], len(want[i]))
		for k := range want[i] {
			if d := math.Abs(float64(want[i][k] - got[i][k])); d > 1e-4 {
				require.LessOrEqual(t, d, 1e-4, "channel %d sample %d", i, k)
			}
		}
	}
}
