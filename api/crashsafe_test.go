package api_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// boxes returns the paths and contents of the boxes of an mp4 file, in order, down to those that
// contain none.
func boxes(t *testing.T, content []byte) (paths []string, contents [][]byte) {
	t.Helper()
	var walk func(in []byte, above string)
	walk = func(in []byte, above string) {
		for len(in) > 0 {
			size, header := uint64(binary.BigEndian.Uint32(in)), uint64(8)
			if size == 1 {
				size, header = binary.BigEndian.Uint64(in[8:]), 16
			}
			require.GreaterOrEqual(t, uint64(len(in)), size, above)
			name := above + string(in[4:8])
			paths, contents = append(paths, name), append(contents, in[header:size])
			if slices.Contains([]string{"moov", "trak", "edts", "mdia", "minf", "stbl"}, string(in[4:8])) {
				walk(in[header:size], name+".")
			}
			in = in[size:]
		}
	}
	walk(content, "")
	return paths, contents
}

// editLists returns the edit lists of an mp4 file, by track.
func editLists(t *testing.T, path string) (lists [][]byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	paths, contents := boxes(t, content)
	for i, p := range paths {
		if p == "moov.trak.edts.elst" {
			lists = append(lists, contents[i])
		}
	}
	return lists
}

// described is all that ffprobe says of a file, but for where in the file things lie, and the brand
// that says that it began as fragments.
func described(t *testing.T, path string) []string {
	t.Helper()
	out := string(
		mediatest.Run(
			t,
			"ffprobe",
			"-v",
			"error",
			"-show_streams",
			"-show_format",
			"-show_packets",
			"-show_data_hash",
			"md5",
			"-of",
			"compact",
			path,
		),
	)
	var lines []string
	for line := range strings.Lines(out) {
		fields := slices.DeleteFunc(strings.Split(strings.TrimSpace(line), "|"), func(f string) bool {
			name, _, _ := strings.Cut(f, "=")
			return slices.Contains([]string{"pos", "filename", "size", "bit_rate", "tag:compatible_brands"}, name) &&
				!strings.HasPrefix(line, "stream|")
		})
		lines = append(lines, strings.Join(fields, "|"))
	}
	slices.Sort(lines) // ffprobe gives packets in an order that depends on where they lie
	return lines
}

// difference returns the lines that are in one list only.
func difference(a, b []string) []string {
	in := func(list []string) func(string) bool {
		return func(line string) bool { return slices.Contains(list, line) }
	}
	return append(slices.DeleteFunc(slices.Clone(a), in(b)), slices.DeleteFunc(slices.Clone(b), in(a))...)
}

// beside encodes once crash-safe and once not, and returns the paths of the two files.
func beside(t *testing.T, extension string, encode func(t *testing.T, out api.Output)) (safe, plain string) {
	t.Helper()
	safe, plain = temporary(t, "safe."+extension), temporary(t, "plain."+extension)
	encode(t, api.File(safe))
	encode(t, api.File(plain, api.CrashSafe(false)))
	return safe, plain
}

// TestCrashSafeFileIsOrdinary: once it is closed, a file that was crash-safe is what it would have
// been otherwise.
func TestCrashSafeFileIsOrdinary(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	encode := func(video, audio string, frames, samples int, opts ...api.OutputOption) func(*testing.T, api.Output) {
		return func(t *testing.T, out api.Output) {
			t.Helper()
			enc := api.NewEncoder()
			var v *api.VideoStream
			var a *api.AudioStream
			if video != "" {
				v = addVideo(
					t,
					enc,
					api.VideoConfig{Width: numberedWidth, Height: numberedHeight, FrameRate: 30, Codec: video, Threads: 1},
				)
			}
			if audio != "" {
				a = addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: audio})
			}
			for _, o := range opts {
				o(&out)
			}
			require.NoError(t, enc.Open(ctx, out))
			for done := 0; done < max(frames, samples/1600); done += 10 {
				if done < frames {
					addNumbered(t, v, done, min(10, frames-done))
				}
				if done*1600 < samples {
					addTone(t, a, done*1600, min(16000, samples-done*1600))
				}
			}
			require.NoError(t, enc.Close())
		}
	}
	for name, c := range map[string]func(*testing.T, api.Output){
		"mp4 with B-frames":        encode("libx264", "aac", 100, 160000),
		"mov with B-frames":        encode("libx264", "aac", 100, 160000),
		"m4v":                      encode("libx264", "aac", 100, 160000),
		"3gp":                      encode("mpeg4", "aac", 100, 160000),
		"f4v":                      encode("libx264", "aac", 100, 160000),
		"mp4, pictures alone":      encode("libx264", "", 100, 0),
		"m4a, sound alone":         encode("", "aac", 0, 160000),
		"mp4, sound is never fed":  encode("libx264", "aac", 100, 0),
		"mov, pictures never":      encode("libx264", "aac", 0, 160000),
		"mp4, nothing is fed":      encode("libx264", "aac", 0, 0),
		"mp4, one frame":           encode("libx264", "aac", 1, 1),
		"mov with PCM":             encode("libx264", "pcm_s16le", 100, 160000),
		"mov, raw":                 encode("qtrle", "pcm_s24le", 40, 64000),
		"mov, ProRes":              encode("prores_ks", "pcm_s16le", 40, 64000),
		"mp4, AC-3 alone":          encode("", "ac3", 0, 160000),
		"mp4, AC-3 alone, not fed": encode("", "ac3", 0, 0),
		"mp4, AC-3 is never fed":   encode("libx264", "ac3", 100, 0),
		"mp4, AC-3":                encode("libx264", "eac3", 100, 160000),
		"mp4, VP9 and Opus":        encode("libvpx-vp9", "libopus", 60, 96000),
		"mp4, HEVC and MP3":        encode("libx265", "libmp3lame", 60, 96000),
		"mp4, AV1 and FLAC":        encode("libaom-av1", "flac", 12, 19200, api.FormatOptions(map[string]any{"strict": "experimental"})),
		"mov with a timecode":      encode("libx264", "aac", 60, 96000, api.Metadata(map[string]string{"timecode": "01:00:00:00", "title": "x"})),
		"mp4 with a tag of its own": encode("libx264", "aac", 60, 96000, api.Metadata(map[string]string{"title": "x", "own": "y"}),
			api.FormatOptions(map[string]any{"movflags": "use_metadata_tags"})),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extension, _, _ := strings.Cut(strings.ReplaceAll(name, ",", ""), " ")
			safe, plain := beside(t, extension, c)
			require.Empty(t, difference(described(t, plain), described(t, safe)))
			require.Equal(t, editLists(t, plain), editLists(t, safe))
			content, err := os.ReadFile(safe)
			require.NoError(t, err)
			paths, _ := boxes(t, content)
			require.NotContains(t, paths, "moof")
			require.NotContains(t, paths, "moov.mvex")
		})
	}
}

// TestWhatTheCallerSaysOfTheLayout holds: CrashSafe gives way to it.
func TestWhatTheCallerSaysOfTheLayout(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		opts      []api.OutputOption
		fragments bool // in the file, once it is closed
		safe      bool
	}{
		"nothing":                {safe: true},
		"CrashSafe":              {opts: []api.OutputOption{api.CrashSafe(true)}, safe: true},
		"not CrashSafe":          {opts: []api.OutputOption{api.CrashSafe(false)}},
		"Faststart":              {opts: []api.OutputOption{api.Faststart()}},
		"Faststart by movflags":  {opts: []api.OutputOption{api.FormatOptions(map[string]any{"movflags": "+faststart"})}},
		"fragments by movflags":  {opts: []api.OutputOption{api.CrashSafe(true), api.FormatOptions(map[string]any{"movflags": "frag_keyframe+empty_moov"})}, fragments: true},
		"fragments by duration":  {opts: []api.OutputOption{api.FormatOptions(map[string]any{"frag_duration": 100000})}, fragments: true},
		"a flag that is no part": {opts: []api.OutputOption{api.FormatOptions(map[string]any{"movflags": "+use_metadata_tags-write_colr", "flush_packets": 0})}, safe: true},
	} {
		t.Run(name, func(t *testing.T) {
			path := temporary(t, "layout.mp4")
			encodeBoth(t, api.File(path, c.opts...))
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			paths, _ := boxes(t, content)
			require.Equal(t, c.fragments, slices.Contains(paths, "moof"))
			require.Equal(t, c.safe, !c.fragments && bytes.Contains(content, []byte("moof")), "it consisted of fragments")
			requireSecond(t, path)
		})
	}
	enc := api.NewEncoder()
	addVideo(t, enc, numberedVideo())
	var wrong *api.ConfigError
	require.ErrorAs(
		t,
		enc.OpenFile(context.Background(), temporary(t, "both.mp4"), api.CrashSafe(true), api.Faststart()),
		&wrong,
	)
	require.Equal(t, "Faststart", wrong.Field)
	require.NoError(t, enc.Close())
}

// TestAllIsSavedOnceAllStreamsHaveEnded, though nobody closes the encoder yet.
func TestAllIsSavedOnceAllStreamsHaveEnded(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mp4", "mov", "mkv", "webm", "ts"} {
		for _, wait := range []string{"End", "Sync"} {
			t.Run(extension+"/"+wait, func(t *testing.T) {
				path := temporary(t, "ended."+extension)
				enc := api.NewEncoder()
				v, a := addVideo(t, enc, quickVideo("."+extension)), addAudio(t, enc, stereo())
				require.NoError(t, enc.OpenFile(context.Background(), path))
				addNumbered(t, v, 0, 40)
				addTone(t, a, 0, 64000)
				if wait == "Sync" {
					require.NoError(t, enc.Sync(context.Background()))
				} else {
					require.NoError(t, v.End())
					require.NoError(t, a.End())
				}
				require.Eventually(t, func() bool { // End does not wait for the encoders
					encoded, found := packetsEncoded(enc.Stats()), packetsIn(path)
					return found[0] == 40 && found[1] > 0 && found[1] == encoded[1]
				}, time.Minute, 50*time.Millisecond)
				require.NoError(t, enc.Close())
			})
		}
	}
}

// TestEndAfterAFragment: where the last packet of a fragment is shown later than those that follow,
// the file is as long as ever.
func TestEndAfterAFragment(t *testing.T) {
	mediatest.NoLeaks(t)
	for frames := 30; frames < 50; frames++ {
		safe, plain := beside(t, "mp4", func(t *testing.T, out api.Output) {
			enc := api.NewEncoder()
			cfg := numberedVideo()
			cfg.Preset = "medium"
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.Open(context.Background(), out))
			addNumbered(t, v, 0, frames)
			require.NoError(t, enc.Close())
		})
		require.Empty(t, difference(described(t, plain), described(t, safe)), "%d frames", frames)
	}
}

// TestSlowEncoderIsWaitedFor: sound does not go ahead of pictures that an encoder has in hand,
// however long that takes. The first index, which FFmpeg hides among the media at the end, then
// knows where both streams start.
func TestSlowEncoderIsWaitedFor(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height, frames = 640, 360, 20
	var memory api.MemoryFile
	ctx, enc := context.Background(), api.NewEncoder()
	v := addVideo(
		t,
		enc,
		api.VideoConfig{
			Width:       width,
			Height:      height,
			FrameRate:   30,
			Codec:       "libx264",
			Preset:      "slower",
			InputFormat: "gray",
			Threads:     1,
		},
	)
	a := addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(ctx, &memory, "mp4"))
	random, pictures := rand.New(rand.NewPCG(1, 0)), make([]byte, width*height*frames)
	for i := range pictures {
		pictures[i] = byte(random.Uint32())
	}
	var g errgroup.Group
	g.Go(func() error { return v.AddFrames(ctx, api.Frames{Data: pictures, Layout: api.Raw}) })
	g.Go(func() error { return a.AddSamples(ctx, tone(2, 0, 32000)) })
	require.NoError(t, g.Wait())
	require.NoError(t, enc.Close())
	require.Equal(t, 4, bytes.Count(memory.Bytes(), []byte("elst")), "two in each index")
}
