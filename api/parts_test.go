package api_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// partsCase is a recording in parts.
type partsCase struct {
	extension string
	video     *api.VideoConfig // nil: sound alone
	cameras   int              // more streams of pictures
	audio     string           // "": no sound
	every     time.Duration    // 0: a second
	padded    bool             // the last part does not say how much of its last packet is padding
	long      bool             // for mediatest.Long
}

func (c partsCase) name() string {
	name := c.extension
	if c.video != nil {
		name += " " + c.video.Codec
	}
	if c.cameras > 0 {
		name += " cameras"
	}
	if c.every != 0 {
		name += " " + c.every.String()
	}
	return name + " " + c.audio
}

func (c partsCase) length() time.Duration {
	if c.every == 0 {
		return time.Second
	}
	return c.every
}

// partsVideo is a stream of numbered pictures by this encoder.
func partsVideo(codec string, options map[string]any) *api.VideoConfig {
	cfg := numberedVideo()
	cfg.Codec, cfg.Preset, cfg.ExtraOptions = codec, "", options
	return &cfg
}

func partsCases() []partsCase {
	bFrames := partsVideo("libx264", map[string]any{"preset": "veryfast", "bf": 3})
	ntsc := partsVideo("libx264", map[string]any{"preset": "veryfast"})
	ntsc.FrameRate = 30000.0 / 1001
	vp9 := partsVideo("libvpx-vp9", map[string]any{"cpu-used": 8, "deadline": "realtime"})
	svt := partsVideo("libsvtav1", map[string]any{"preset": 12})
	x265 := partsVideo("libx265", map[string]any{"preset": "ultrafast", "x265-params": "log-level=none"})
	for _, v := range []*api.VideoConfig{x265, svt} {
		v.Width, v.Height = 2*numberedWidth, 2*numberedHeight
	}
	return []partsCase{
		{extension: "mp4", video: bFrames, audio: "aac"},
		{extension: "mkv", video: bFrames, audio: "libopus"},
		{extension: "ts", video: x265, audio: "aac"},
		{extension: "webm", video: vp9, audio: "libopus"},
		{extension: "mp4", video: svt, audio: "aac"},
		{extension: "mp4", video: ntsc, audio: "aac", every: 1001 * time.Millisecond},
		{extension: "mkv", video: ntsc, cameras: 1, audio: "libopus", every: 2002 * time.Millisecond, long: true},
		{extension: "mov", video: bFrames, cameras: 1, audio: "aac"},
		{extension: "mp4", video: bFrames, long: true},
		{extension: "avi", video: partsVideo("mjpeg", nil), audio: "libmp3lame"},
		{extension: "flv", video: bFrames, audio: "aac", long: true},
		{extension: "flac", audio: "flac"},
		{extension: "wav", audio: "pcm_s16le"},
		{extension: "mp3", audio: "libmp3lame", padded: true},
		{extension: "ogg", audio: "libopus"},
		{extension: "m4a", audio: "aac", every: 1234567891},
		{extension: "mka", audio: "libvorbis", long: true},
		{extension: "caf", audio: "pcm_s16le", long: true},
		{extension: "aac", audio: "aac", long: true},
	}
}

// partsSeconds is how long the recordings last. The last part is shorter.
const partsSeconds = 3.4

// recordInParts records in a folder. whole is a file with everything, of the same encoders; "":
// none.
func recordInParts(t *testing.T, c partsCase, dir, whole string, feed func(record partsRecord)) {
	t.Helper()
	enc := api.NewEncoder()
	r := partsRecord{T: t}
	rate := 30.0
	if c.video != nil {
		rate = c.video.FrameRate
		for range 1 + c.cameras {
			r.videos = append(r.videos, addVideo(t, enc, *c.video))
		}
		r.width, r.height = c.video.Width, c.video.Height
	}
	if c.audio != "" {
		r.audio = addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: c.audio})
	}
	r.pictures, r.samples = int(partsSeconds*rate), int(partsSeconds*48000)
	outputs := []api.Output{api.Folder(dir, "part-%03d."+c.extension, api.SegmentEvery(c.length()))}
	if whole != "" {
		outputs = append(outputs, api.File(whole))
	}
	require.NoError(t, enc.Open(context.Background(), outputs...))
	feed(r)
	require.NoError(t, enc.Close())
}

// partsRecord feeds a recording.
type partsRecord struct {
	*testing.T
	videos            []*api.VideoStream
	audio             *api.AudioStream
	width, height     int
	pictures, samples int // of the whole recording
}

// addPictures feeds pictures from number from up to, but not including, number to.
func (r partsRecord) addPictures(from, to int) {
	for _, v := range r.videos {
		for k := from; k < to; k++ {
			data := enlarged(k, 1, r.width, r.height)
			require.NoError(r, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.NHWC}))
		}
	}
}

// addSamples feeds samples from number from up to, but not including, number to.
func (r partsRecord) addSamples(from, to int) {
	if r.audio != nil {
		require.NoError(r, r.audio.AddSamples(context.Background(), tone(2, from, to-from)))
	}
}

// together feeds sound and pictures in turns, in so many steps.
func (r partsRecord) together(steps int) {
	for k := range steps {
		r.addPictures(k*r.pictures/steps, (k+1)*r.pictures/steps)
		r.addSamples(k*r.samples/steps, (k+1)*r.samples/steps)
	}
}

// partsIn returns the paths of the parts in a folder, in order.
func partsIn(t *testing.T, dir, extension string) []string {
	t.Helper()
	var parts []string
	for k := 0; ; k++ {
		path := filepath.Join(dir, fmt.Sprintf("part-%03d.%s", k, extension))
		if _, err := os.Stat(path); err != nil {
			all, err := filepath.Glob(filepath.Join(dir, "part-*"))
			require.NoError(t, err)
			require.Len(t, parts, len(all), "the numbers are those from 0 on")
			return parts
		}
		parts = append(parts, path)
	}
}

// joined returns the input of the system's ffmpeg that plays files one after another.
func joined(t *testing.T, parts []string) []string {
	t.Helper()
	list := ""
	for _, p := range parts {
		list += "file '" + p + "'\n"
	}
	path := temporary(t, "list.txt")
	require.NoError(t, os.WriteFile(path, []byte(list), 0o600))
	return []string{"-f", "concat", "-safe", "0", "-i", path}
}

// frameHashes returns the checksums of all frames of a stream of pictures.
func frameHashes(t *testing.T, input []string, stream int) (hashes []string) {
	t.Helper()
	args := append([]string{"-v", "error"}, input...)
	args = append(args, "-map", "0:"+strconv.Itoa(stream), "-fps_mode", "passthrough", "-f", "framemd5", "-")
	for line := range strings.Lines(string(mediatest.Run(t, "ffmpeg", args...))) {
		if fields := strings.Split(line, ","); !strings.HasPrefix(line, "#") {
			hashes = append(hashes, strings.TrimSpace(fields[len(fields)-1]))
		}
	}
	return hashes
}

// samplesOf returns the samples of a stream of sound as bytes.
func samplesOf(t *testing.T, input []string, stream int) string {
	t.Helper()
	args := append([]string{"-v", "error"}, input...)
	return string(mediatest.Run(t, "ffmpeg", append(args, "-map", "0:"+strconv.Itoa(stream), "-f", "f32le", "-c:a", "pcm_f32le", "-")...))
}

// All parts together have the frames and the samples of a single file of the same encoders, each
// once and in order, and each part plays by itself.
func TestPartsAreTheWhole(t *testing.T) {
	mediatest.NoLeaks(t)
	long := mediatest.Long(t)
	t.Run("cases", func(t *testing.T) {
		for _, c := range partsCases() {
			if c.long && !long {
				continue
			}
			t.Run(c.name(), func(t *testing.T) {
				t.Parallel()
				dir, whole := t.TempDir(), temporary(t, "whole."+c.extension)
				recordInParts(t, c, dir, whole, func(r partsRecord) { r.together(40) })
				parts := partsIn(t, dir, c.extension)
				require.Len(t, parts, int(time.Duration(partsSeconds*float64(time.Second))/c.length())+1)
				together, single := joined(t, parts), []string{"-i", whole}
				streams := 0
				if c.video != nil {
					for streams < 1+c.cameras {
						want := frameHashes(t, single, streams)
						require.Len(t, want, int(partsSeconds*c.video.FrameRate))
						require.Equal(t, want, frameHashes(t, together, streams))
						streams++
					}
				}
				if c.audio != "" {
					want, got := samplesOf(t, single, streams), samplesOf(t, together, streams)
					if c.padded {
						got = got[:min(len(got), len(want))]
					}
					require.Equal(t, len(want), len(got))
					require.True(t, want == got, "the samples are those of the whole")
				}
				requirePartsPlay(t, c, parts, long)
			})
		}
	})
}

// requirePartsPlay checks that parts play by themselves, from their beginning, for as long as they
// should: one in the middle and the last one, or all for mediatest.Long.
func requirePartsPlay(t *testing.T, c partsCase, parts []string, all bool) {
	t.Helper()
	const packet = 0.12 // of sound, at most
	for k, path := range parts {
		if !all && k != 1 && k != len(parts)-1 {
			continue
		}
		lasts := min(c.length().Seconds(), partsSeconds-float64(k)*c.length().Seconds())
		f := mediatest.Probe(t, path)
		duration, err := strconv.ParseFloat(f.Format.Duration, 64)
		require.NoError(t, err)
		require.InDelta(t, lasts, duration, packet, "%s", path)
		if c.video == nil {
			continue
		}
		packets := mediatest.Packets(t, path)
		begin := map[int]float64{}
		for _, p := range packets {
			if _, begun := begin[p.Stream]; !begun && f.Streams[p.Stream].Type == "video" {
				require.True(t, p.Key, "%s begins with a key frame", path)
				begin[p.Stream] = p.PTS
			}
		}
		require.Less(t, begin[0], 0.2)
		first := int(float64(k)*c.length().Seconds()*c.video.FrameRate + 0.5)
		numbers := numbersOf(mediatest.Pictures(t, path, 0, "gray"))
		if c.video.Width != numberedWidth {
			numbers = numbersIn(t, path)
		}
		require.Equal(t, first, numbers[0])
		require.Equal(t, first+len(numbers)-1, numbers[len(numbers)-1])
		require.Empty(t, saidBy(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-"))
	}
}
