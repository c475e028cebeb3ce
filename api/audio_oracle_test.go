package api_test

import (
	"bytes"
	"cmp"
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
	path := temporary(t, "real.mp3")
	command(t, nil, "-v", "error", "-i", filepath.Join(string(dir), "testdata", "video.mp4"), "-vn", path)
	rate, err := strconv.Atoi(mediatest.Probe(t, path).Streams[0].SampleRate)
	require.NoError(t, err)
	sine := make([]float32, 44100)
	for i := range sine {
		sine[i] = float32(0.5 * math.Sin(2*math.Pi*440*float64(i)/44100))
	}
	return map[string]clip{"real": {mediatest.Sound(t, path, 0), rate}, "sine": {[][]float32{sine}, 44100}}
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

// flacBlocks are the blocks that FFmpeg's encoder of FLAC chooses by itself, in samples, for each
// rate: the longest that a subset of the format allows within 105 ms (select_blocksize in
// flacenc.c). The command of FFmpeg 9 does not let it choose: it sets frame_size to the length of
// whatever comes first out of its demuxer and filters (enc_open in ffmpeg_enc.c), which is 4096 for
// raw sound and for wav, 667 for the same resampled to 8 kHz, and no more than 47, throughout, for
// an mp3 whose first frame is priming for the rest. Nobody wants these; told what the encoder would
// choose, the command writes what we write.
var flacBlocks = map[int]int{8000: 576, 32000: 2304, 44100: 4608, 48000: 4608}

// TestSoundAgainstTheCommand compares sound that avloom encodes with what the ffmpeg command makes
// of the same samples. By default it runs a third of the cases, in which every two of the bit rate
// and container, the number of channels and the sample rate meet.
func TestSoundAgainstTheCommand(t *testing.T) {
	mediatest.NoLeaks(t)
	targets := []struct {
		extension string
		bitRate   int64
	}{{"mp3", 0}, {"mp3", 44100}, {"mp3", 999_999_999}, {"wav", 0}, {"flac", 0}}
	all := mediatest.Long(t)
	noise := mediatest.StderrOf(t, func() {
		t.Run("all", func(t *testing.T) {
			for name, c := range clips(t) {
				for i, target := range targets {
					for channels := range 3 {
						for k, rate := range []int{0, 8000, 32000} {
							if !all && (i+channels+k)%3 != 0 {
								continue
							}
							test := fmt.Sprintf("%s/%s/b%d/c%d/r%d", name, target.extension, target.bitRate, channels, rate)
							t.Run(test, func(t *testing.T) {
								t.Parallel()
								compareSound(t, c, target.bitRate, channels, rate, target.extension)
							})
						}
					}
				}
			}
		})
	})
	require.Empty(t, noise, "in FFmpeg's log")
}

// compareSound encodes a clip with the command and with avloom.
func compareSound(t *testing.T, c clip, bitRate int64, channels, rate int, extension string) {
	t.Helper()
	dir := t.TempDir()
	theirs, ours := filepath.Join(dir, "theirs."+extension), filepath.Join(dir, "ours."+extension)
	args := []string{"-v", "error", "-f", "f32le", "-ar", fmt.Sprint(c.rate), "-ac", fmt.Sprint(len(c.samples)), "-i", "-"}
	for flag, value := range map[string]int64{"-b:a": bitRate, "-ac": int64(channels), "-ar": int64(rate)} {
		if value > 0 {
			args = append(args, flag, fmt.Sprint(value))
		}
	}
	if extension == "flac" {
		args = append(args, "-frame_size", fmt.Sprint(flacBlocks[cmp.Or(rate, c.rate)]))
	}
	command(t, c.interleaved(), append(args, theirs)...)
	encodeSound(t, api.AudioConfig{
		SampleRate: c.rate, NumChannels: len(c.samples), BitRate: bitRate, OutSampleRate: rate, OutNumChannels: channels,
	}, c.samples, ours)
	requireSameSound(t, theirs, ours)
}

func requireSameSound(t *testing.T, theirs, ours string) {
	t.Helper()
	times := func(path string) string {
		return string(
			mediatest.Run(
				t,
				"ffprobe",
				"-v",
				"error",
				"-show_entries",
				"frame=pts,pts_time,nb_samples,channels,duration,duration_time",
				"-of",
				"csv",
				path,
			),
		)
	}
	require.Equal(t, times(theirs), times(ours))
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
