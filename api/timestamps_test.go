package api_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestAnHourWithoutDrift checks the time of each of the 107,892 frames of an hour at 29.97 per
// second.
func TestAnHourWithoutDrift(t *testing.T) {
	mediatest.NoLeaks(t)
	const frames, rate = 107_892, 29.97
	black := make([]byte, 16*16*3642) // a small share of all, again and again
	for _, extension := range []string{"mp4", "mkv"} {
		t.Run(extension, func(t *testing.T) {
			path := temporary(t, "hour."+extension)
			ctx, enc := context.Background(), api.NewEncoder()
			v := addVideo(
				t,
				enc,
				api.VideoConfig{
					Width:       16,
					Height:      16,
					FrameRate:   rate,
					Codec:       "mpeg4",
					PixelFormat: "yuv420p",
					InputFormat: "gray",
					Threads:     1,
				},
			)
			require.NoError(t, enc.OpenFile(ctx, path))
			for done := 0; done < frames; {
				n := min(3642, frames-done)
				require.NoError(t, v.AddFrames(ctx, api.Frames{Data: black[:n*256], Layout: api.Raw}))
				done += n
			}
			require.NoError(t, enc.Close())

			within := 0.6 / 2997 // half a tick
			if extension == "mkv" {
				within = 0.00051 // its ticks are milliseconds
			}
			lines := strings.Fields(
				string(mediatest.Run(t, "ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path)),
			)
			require.Len(t, lines, frames)
			for k, line := range lines {
				at, err := strconv.ParseFloat(strings.Trim(line, ","), 64)
				require.NoError(t, err)
				if math.Abs(at-float64(k)/rate) > within {
					require.InDelta(t, float64(k)/rate, at, within, "frame %d", k)
				}
			}
		})
	}
}

// TestOrderOfPackets: with B-frames, decoding times rise and come before presentation, the first
// frame is presented at 0, and the last has its full duration.
func TestOrderOfPackets(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		extension, codec string
		bFrames          bool
	}{
		{"mp4", "libx264", true},
		{"mov", "libx264", true},
		{"mkv", "libx264", true},
		{"ts", "libx264", true},
		{"flv", "libx264", true},
		{"mp4", "libx265", true},
		{"mkv", "mpeg2video", true},
		{"ts", "mpeg2video", true},
		{"avi", "mpeg4", false},
		{"webm", "libvpx-vp9", false},
		{"mp4", "mpeg4", false},
	} {
		t.Run(c.extension+"/"+c.codec, func(t *testing.T) {
			path := temporary(t, "order."+c.extension)
			cfg := numberedVideo()
			cfg.FrameRate, cfg.Codec, cfg.Preset = 25, c.codec, ""
			if c.codec == "mpeg2video" {
				cfg.ExtraOptions = map[string]any{"bf": 2}
			}
			noise := mediatest.StderrOf(t, func() {
				enc := api.NewEncoder()
				v := addVideo(t, enc, cfg)
				require.NoError(t, enc.OpenFile(context.Background(), path))
				addNumbered(t, v, 0, 50)
				require.NoError(t, enc.Close())
			})
			require.Empty(t, noise, "in FFmpeg's log")
			packets := mediatest.Packets(t, path)
			require.Len(t, packets, 50)
			reordered, first, last := false, math.Inf(1), math.Inf(-1)
			for i, p := range packets {
				if math.IsNaN(p.DTS) { // Matroska has none, and ffprobe guesses all but the first
					p.DTS = p.PTS
				}
				require.LessOrEqual(t, p.DTS, p.PTS, "packet %d", i)
				if i > 0 && !math.IsNaN(packets[i-1].DTS) {
					require.Greater(t, p.DTS, packets[i-1].DTS, "packet %d", i)
				}
				reordered = reordered || p.PTS-p.DTS > 0.03 && i > 0
				first, last = min(first, p.PTS), max(last, p.PTS+p.Duration)
			}
			require.Equal(t, c.bFrames, reordered, "the case is what it says")
			times := mediatest.FrameTimes(t, path, 0)
			require.InDelta(t, float64(49)/25, times[49]-times[0], 0.001)
			if c.extension != "ts" &&
				c.extension != "flv" { // in a transport stream time begins anywhere, and flv has no negative times
				require.InDelta(t, 0, times[0], 0.0005, "the first frame")
			}
			if !math.IsNaN(last) && c.extension != "flv" {
				require.InDelta(t, 2, last-first, 0.002, "the last frame has its full duration")
			}
		})
	}
}

// TestEditListsSayWhatIsNegative looks at mp4 without its edit list: nothing is negative that it
// does not shift.
func TestEditListsSayWhatIsNegative(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "edits.mp4")
	encodeBoth(t, api.File(path))
	out := strings.Fields(
		string(
			mediatest.Run(
				t,
				"ffprobe",
				"-v",
				"error",
				"-ignore_editlist",
				"1",
				"-show_entries",
				"packet=pts,dts",
				"-of",
				"csv=p=0",
				path,
			),
		),
	)
	require.Greater(t, len(out), 60)
	for _, line := range out {
		require.NotContains(t, line, "-")
	}
}

// TestNothingFed compares files of streams that were never fed with what the ffmpeg command of the
// same build makes of no input: where a player reads that one, it reads ours.
func TestNothingFed(t *testing.T) {
	mediatest.NoLeaks(t)
	pictures := []string{"-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x64", "-r", "30", "-i", os.DevNull}
	sound := []string{"-f", "f32le", "-ar", "48000", "-ac", "2", "-i", os.DevNull}
	for _, extension := range []string{
		"mp4", "mov", "mkv", "webm", "avi", "flv", "ts", "ogg", "wav", "mp3", "flac", "gif",
	} {
		t.Run(extension, func(t *testing.T) {
			ours, theirs := temporary(t, "ours."+extension), temporary(t, "theirs."+extension)
			ctx, enc := context.Background(), api.NewEncoder()
			args := []string{"-v", "quiet"}
			if extension != "ogg" && extension != "wav" && extension != "mp3" && extension != "flac" {
				addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 30})
				args = append(args, pictures...)
			}
			if extension != "gif" {
				addAudio(t, enc, stereo())
				args = append(args, sound...)
			}
			require.NoError(t, enc.OpenFile(ctx, ours))
			err := enc.Close()
			if extension == "gif" { // there is no such thing as a gif without a picture
				require.ErrorContains(t, err, "of a file without any packets")
				return
			}
			require.NoError(t, err)
			cmd := exec.Command(filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg"), append(args, theirs)...)
			_ = cmd.Run() // that there was nothing may be an error to it
			read := func(path string) (string, error) {
				out, err := exec.Command("ffprobe", "-v", "quiet", "-count_packets", "-show_entries", "stream=codec_name,nb_read_packets", "-of", "csv=p=0", path).
					Output()
				return string(bytes.TrimSpace(out)), err
			}
			want, theirError := read(theirs)
			got, ourError := read(ours)
			if theirError == nil {
				require.NoError(t, ourError)
				require.Equal(t, want, got)
			}
			if extension == "wav" || extension == "flac" || extension == "mp4" || extension == "mov" {
				require.NoError(t, ourError, "readable")
			}
		})
	}
}
