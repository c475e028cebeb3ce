package api_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestLateStreamFrontToBack writes mp4 front to back, whose index comes before a stream is fed, if
// it is fed at all. The file is not empty for that, and what comes later is heard and seen when it
// should be: as if both had been fed together.
func TestLateStreamFrontToBack(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, video := range []string{"libx265", "mpeg4"} {
		t.Run(video, func(t *testing.T) {
			t.Parallel()
			want := mediatest.FrameTimes(t, streamLate(t, video, "aac", "together"), 0)
			require.InDeltaSlice(t, want, mediatest.FrameTimes(t, streamLate(t, video, "aac", "pictures are late"), 0), 1e-4)
		})
	}
	for _, codec := range []string{"aac", "libopus", "libmp3lame", "ac3", "eac3"} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			paths := map[string]string{}
			for _, how := range []string{
				"together", "sound is late", "pictures are late", "sound is never fed", "sound has ended",
			} {
				paths[how] = streamLate(t, "libx264", codec, how)
			}
			for how, path := range paths {
				require.Equal(t, counting(60), numbersOf(mediatest.Pictures(t, path, 0, "gray")), how)
				require.InDeltaSlice(t, mediatest.FrameTimes(t, paths["together"], 0), mediatest.FrameTimes(t, path, 0), 1e-4, how)
			}
			want := mediatest.Sound(t, paths["together"], 1)[0]
			for _, how := range []string{"sound is late", "pictures are late"} {
				got, before := mediatest.Sound(t, paths[how], 1)[0], 0
				if how == "sound is late" && strings.HasSuffix(codec, "ac3") { // a packet of silence, which has a time before 0
					before = 1536
					require.Equal(
						t,
						"-0.037333",
						mediatest.Probe(t, paths[how]).Streams[1].StartTime,
					) // 256 samples of priming and 1,536
				}
				require.Len(t, got[before:], len(want), how)
				for i, x := range got[before:] {
					require.InDelta(t, want[i], x, 0.001, "%s: sample %d", how, i) // FFmpeg's decoder of AC-3 dithers
				}
			}
		})
	}
}

// TestLateStreamBehindBFrames writes pictures whose decoding times begin before 0 into containers
// whose own times begin at 0, or whose index comes before the pictures. Whichever stream is late,
// or is never fed, the others lose nothing.
func TestLateStreamBehindBFrames(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"flv", "nut", "mpegts", "mp4", "mov"} {
		for _, codec := range []string{"libx264", "libx265", "libx265 without a pyramid"} {
			for _, late := range []string{"sound", "pictures", "sound is never fed"} {
				t.Run(format+"/"+codec+"/"+late, func(t *testing.T) {
					t.Parallel()
					path := streamBehindBFrames(t, format, codec, late)
					if format == "flv" && codec != "libx264" {
						return // no other program here reads HEVC in FLV; that no packet was refused is seen above
					}
					require.Len(t, mediatest.FrameTimes(t, path, 0), 60)
					if late != "sound is never fed" {
						require.GreaterOrEqual(t, len(mediatest.Sound(t, path, 1)[0]), 96000)
						requireTogether(t, path)
					}
				})
			}
		}
	}
}

// streamBehindBFrames writes two seconds front to back, of which one stream comes late, or never.
func streamBehindBFrames(t *testing.T, format, codec, late string) (path string) {
	t.Helper()
	var stream bytes.Buffer
	enc := api.NewEncoder()
	pictures, sound := numberedVideo(), stereo()
	pictures.Codec, pictures.Preset, sound.Codec = codec, "veryfast", "aac"
	if plain, ok := strings.CutSuffix(codec, " without a pyramid"); ok {
		pictures.Codec, pictures.ExtraOptions = plain, map[string]any{"x265-params": "b-pyramid=0"}
	}
	v, a := addVideo(t, enc, pictures), addAudio(t, enc, sound)
	require.NoError(t, enc.OpenWriter(context.Background(), &stream, format))
	if late == "pictures" {
		addTone(t, a, 0, 96000)
		require.NoError(t, enc.Sync(context.Background()))
	}
	addNumbered(t, v, 0, 60)
	require.NoError(t, enc.Sync(context.Background()))
	if late == "sound" {
		addTone(t, a, 0, 96000)
	}
	require.NoError(t, enc.Close())
	path = temporary(t, "late."+format)
	require.NoError(t, os.WriteFile(path, stream.Bytes(), 0o600))
	return path
}

// requireTogether checks that the first picture is shown when the first sample is heard. Before
// that comes the priming of sound. Rounded to a container's clock, both may be off by a
// millisecond.
func requireTogether(t *testing.T, path string) {
	t.Helper()
	first := map[int]float64{0: math.Inf(1), 1: math.Inf(1)}
	for _, p := range mediatest.Packets(t, path) {
		if p.Size > 0 {
			first[p.Stream] = min(first[p.Stream], p.PTS)
		}
	}
	require.InDelta(t, first[0], first[1]+1024.0/48000, 0.0021)
}

// streamLate writes two seconds of pictures with B-frames, and of sound in this codec, one after
// the other.
func streamLate(t *testing.T, video, codec, how string) (path string) {
	t.Helper()
	var stream bytes.Buffer
	enc := api.NewEncoder()
	pictures, sound := numberedVideo(), stereo()
	pictures.Codec, pictures.Preset, sound.Codec = video, "veryfast", codec
	if video == "mpeg4" {
		pictures.Preset, pictures.ExtraOptions = "", map[string]any{"bf": 2}
	}
	v, a := addVideo(t, enc, pictures), addAudio(t, enc, sound)
	require.NoError(t, enc.OpenWriter(context.Background(), &stream, "mp4"))
	switch how {
	case "sound has ended":
		require.NoError(t, a.End())
	case "together", "pictures are late":
		addTone(t, a, 0, 96000)
	}
	if how == "pictures are late" { // which are not even begun before the sound is written
		require.NoError(t, a.End())
		require.NoError(t, enc.Sync(context.Background()))
	}
	addNumbered(t, v, 0, 60)
	if how == "sound is late" {
		require.NoError(t, v.End())
		require.NoError(t, enc.Sync(context.Background()))
		addTone(t, a, 0, 96000)
	}
	require.NoError(t, enc.Close())
	path = temporary(t, "stream.mp4")
	require.NoError(t, os.WriteFile(path, stream.Bytes(), 0o600))
	return path
}
