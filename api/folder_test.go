package api_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// folderCase is what a folder gets.
type folderCase struct {
	name, index  string
	video, audio string // codecs; "": there is no such stream
	options      map[string]any
}

var folderCases = []folderCase{
	{name: "HLS h264 aac", index: "index.m3u8", video: "libx264", audio: "aac"},
	{name: "HLS ts h264 aac", index: "index.m3u8", video: "libx264", audio: "aac", options: mpegts},
	{name: "DASH h264 aac", index: "manifest.mpd", video: "libx264", audio: "aac"},
	{name: "DASH vp9 opus", index: "manifest.mpd", video: "libvpx-vp9", audio: "libopus"},
	{name: "HLS sound", index: "sound.m3u8", audio: "aac"},
	{name: "HLS pictures", index: "pictures.m3u8", video: "libx264"},
	{name: "DASH sound", index: "sound.mpd", audio: "libopus"},
	{name: "HLS hevc", index: "index.m3u8", video: "libx265", audio: "aac"},
	{name: "HLS ts hevc mp3", index: "index.m3u8", video: "libx265", audio: "libmp3lame", options: mpegts},
	{name: "HLS av1 opus", index: "index.m3u8", video: "libsvtav1", audio: "libopus"},
	{name: "HLS ac3", index: "index.m3u8", video: "libx264", audio: "ac3"},
	{name: "HLS flac", index: "index.m3u8", video: "libx264", audio: "flac"},
	{name: "HLS ts mpeg4 mp2", index: "index.m3u8", video: "mpeg4", audio: "mp2", options: mpegts},
	{name: "DASH av1 opus", index: "manifest.mpd", video: "libaom-av1", audio: "libopus"},
	{name: "DASH hevc", index: "manifest.mpd", video: "libx265", audio: "aac"},
}

var mpegts = map[string]any{"hls_segment_type": "mpegts"}

const segment = 500 * time.Millisecond

// write writes two and a bit seconds into the folder, and the same packets into a single file.
func (c folderCase) write(t *testing.T, dir string, opts ...api.OutputOption) (index, single string) {
	t.Helper()
	enc := api.NewEncoder()
	var v *api.VideoStream
	var a *api.AudioStream
	if c.video != "" {
		cfg := numberedVideo()
		cfg.Codec, cfg.KeyInterval = c.video, 15
		if !strings.HasPrefix(c.video, "libx26") {
			cfg.Preset = ""
		}
		if c.video == "libaom-av1" {
			cfg.ExtraOptions = map[string]any{"cpu-used": 8, "usage": "realtime"}
		}
		if c.video == "libx264" {
			cfg.ExtraOptions = map[string]any{"bf": 2} // pictures that are decoded before they are shown
		}
		if c.video == "libx265" {
			cfg.ExtraOptions = map[string]any{"x265-params": "open-gop=0:min-keyint=1"}
		}
		v = addVideo(t, enc, cfg)
	}
	if c.audio != "" {
		cfg := stereo()
		cfg.Codec = c.audio
		a = addAudio(t, enc, cfg)
	}
	single = filepath.Join(t.TempDir(), "single.mkv")
	opts = append([]api.OutputOption{api.SegmentEvery(segment), api.FormatOptions(c.options)}, opts...)
	require.NoError(t, enc.Open(context.Background(), api.Folder(dir, c.index, opts...), api.File(single)))
	for i := range folderFrames {
		if v != nil {
			addNumbered(t, v, i, 1)
		}
		if a != nil {
			addTone(t, a, i*1600, 1600)
		}
	}
	require.NoError(t, enc.Close())
	requireLaw(t, enc.Stats(), true)
	return filepath.Join(dir, c.index), single
}

// folderFrames are no whole number of segments.
const folderFrames = 67

// TestFolderHoldsWhatAFileHolds: every frame and every sample is in the segments once.
func TestFolderHoldsWhatAFileHolds(t *testing.T) {
	mediatest.NoLeaks(t)
	for i, c := range folderCases {
		if i >= 6 && !mediatest.Long(t) {
			break
		}
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			index, single := c.write(t, dir)
			stream := 0
			if c.video != "" {
				requirePicturesOf(t, single, index)
				stream = 1
			}
			switch c.audio {
			case "":
			case "ac3": // whose decoder adds noise, another one where the priming is cut
				require.Equal(t, soundHashes(t, single), soundHashes(t, index))
			default:
				requireSoundOf(t, single, index, stream)
			}
			requireNoTemporaryFiles(t, dir)
			requireComplete(t, index)
		})
	}
}

// requirePicturesOf compares the pictures of two files, and how far apart they are.
func requirePicturesOf(t *testing.T, single, index string) {
	t.Helper()
	want, got := mediatest.Pictures(t, single, 0, "gray"), mediatest.Pictures(t, index, 0, "gray")
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i], got[i], "picture %d", i)
	}
	times := mediatest.FrameTimes(t, index, 0)
	require.Len(t, times, folderFrames)
	for i, at := range times {
		require.InDelta(t, float64(i)/30, at-times[0], 1e-4)
	}
}

// requireSoundOf compares the sound of two files. MPEG-TS does not say what is priming and padding,
// and fragmented mp4 does not say it of padding.
func requireSoundOf(t *testing.T, single, index string, stream int) {
	t.Helper()
	want, got := mediatest.Sound(t, single, stream), mediatest.Sound(t, index, stream)
	for c := range want {
		extra := len(got[c]) - len(want[c])
		require.GreaterOrEqual(t, extra, 0)
		require.LessOrEqual(t, extra, 2*longestPriming)
		begins := func(first int) bool { return slices.Equal(want[c], got[c][first:first+len(want[c])]) }
		first := 0
		for first <= extra && !begins(first) {
			first++
		}
		require.LessOrEqual(t, first, min(extra, longestPriming), "the samples are not there in one piece")
	}
}

// soundHashes returns hashes of the packets of sound.
func soundHashes(t *testing.T, path string) (hashes []string) {
	t.Helper()
	all := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-c", "copy", "-f", "framemd5", "-")
	for line := range strings.Lines(string(all)) {
		if !strings.HasPrefix(line, "#") {
			hashes = append(hashes, strings.TrimSpace(strings.Split(line, ",")[5]))
		}
	}
	require.NotEmpty(t, hashes)
	return hashes
}

// longestPriming is more than any of the codecs adds to either end.
const longestPriming = 2400

func requireNoTemporaryFiles(t *testing.T, dir string) {
	t.Helper()
	for _, name := range filesIn(t, dir) {
		require.False(t, strings.HasPrefix(name, "."), name)
	}
}

// TestSegmentsAreExact: each segment but the last has the frames of SegmentEvery.
func TestSegmentsAreExact(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range folderCases[:3] {
		t.Run(c.name, func(t *testing.T) {
			index, _ := c.write(t, t.TempDir())
			var durations []float64
			if strings.HasSuffix(index, "mpd") {
				durations = readManifest(t, index).durations(0)
			} else {
				durations = readPlaylist(t, index).durations
			}
			require.Len(t, durations, 5)
			for _, d := range durations[:4] {
				require.InDelta(t, 0.5, d, 1e-6)
			}
			require.InDelta(t, 7.0/30, durations[4], 1e-5)
		})
	}
}

// TestSegmentKeep: the window and the files in the folder are the last ones.
func TestSegmentKeep(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range folderCases[:4] {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			stranger := filepath.Join(dir, "index-00000.txt")
			require.NoError(t, os.WriteFile(stranger, []byte("kept"), 0o600))
			index, _ := c.write(t, dir, api.SegmentKeep(2))
			require.Equal(t, "kept", string(read(t, stranger)))
			require.NoError(t, os.Remove(stranger))
			requireComplete(t, index)
			perStream := map[string]int{}
			for _, name := range named(t, index) {
				if !strings.Contains(name, "init") {
					perStream[name[:strings.LastIndex(name, "-")]]++
				}
			}
			for stream, n := range perStream {
				require.Equal(t, 2, n, stream)
			}
			require.NotEmpty(t, mediatest.Pictures(t, index, 0, "gray"))
		})
	}
}

// TestFolderTags: tags are in the first file of HLS, and the title in the manifest of DASH.
func TestFolderTags(t *testing.T) {
	mediatest.NoLeaks(t)
	tags := map[string]string{"title": "A & B"}
	dir := t.TempDir()
	folderCases[0].write(t, dir, api.Metadata(tags))
	require.Equal(t, "A & B", mediatest.Probe(t, filepath.Join(dir, "index-init.mp4")).Format.Tags["title"])
	dir = t.TempDir()
	folderCases[1].write(t, dir, api.Metadata(map[string]string{"title": "A & B", "service_provider": "C"}))
	said := string(mediatest.Run(t, "ffprobe", "-v", "error", "-show_programs", filepath.Join(dir, "index-00000.ts")))
	require.Contains(t, said, "service_name=A & B")
	require.Contains(t, said, "service_provider=C")
	index, _ := folderCases[2].write(t, t.TempDir(), api.Metadata(tags))
	require.Contains(t, string(read(t, index)), "<Title>A &amp; B</Title>")
}
