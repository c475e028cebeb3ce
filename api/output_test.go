package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// encodeBoth encodes a second of pictures and sound to an output.
func encodeBoth(t *testing.T, out api.Output) {
	t.Helper()
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.Open(context.Background(), out))
	require.NoError(t, feedBoth(v, a, 30))
	require.NoError(t, enc.Close())
}

// saved writes the bytes of a file in memory to disk, for other programs to read.
func saved(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := temporary(t, name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func requireSecond(t *testing.T, path string) {
	t.Helper()
	require.Equal(t, counting(30), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
	sound := mediatest.Sound(t, path, 1)
	require.Len(t, sound, 2)
	require.InDelta(t, 48000, len(sound[0]), 1600)
}

func TestWriters(t *testing.T) {
	mediatest.NoLeaks(t)
	file := func(t *testing.T, format string) []byte {
		path := temporary(t, "file")
		encodeBoth(t, api.File(path, api.Format(format)))
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		return content
	}
	for _, format := range []string{"mp4", "mov", "mkv", "mpegts", "nut"} {
		t.Run(format, func(t *testing.T) {
			want := file(t, format)
			requireSecond(t, saved(t, "file."+format, want))

			var memory api.MemoryFile
			encodeBoth(t, api.Writer(&memory, format))
			require.Equal(t, want, memory.Bytes(), "a file and a writer that can seek hold the same")

			var stream bytes.Buffer
			encodeBoth(t, api.Writer(&stream, format))
			path := saved(t, "stream."+format, stream.Bytes())
			requireSecond(t, path)
			if format == "mp4" || format == "mov" {
				require.Contains(t, stream.String(), "moof", "front to back it is fragmented")
				for k, at := range mediatest.FrameTimes(t, path, 0) {
					require.InDelta(t, float64(k)/30, at, 1e-4)
				}
			}
		})
	}
}

func TestWriterThatIsSought(t *testing.T) {
	mediatest.NoLeaks(t)
	t.Run("from its offset", func(t *testing.T) {
		var memory api.MemoryFile
		_, err := memory.Write([]byte("prefix"))
		require.NoError(t, err)
		encodeBoth(t, api.Writer(&memory, "mp4"))
		prefix, rest, found := bytes.Cut(memory.Bytes(), []byte("prefix"))
		require.True(t, found)
		require.Empty(t, prefix)
		requireSecond(t, saved(t, "rest.mp4", rest))
	})
	t.Run("a file that was opened for append cannot be", func(t *testing.T) {
		path := temporary(t, "append.mp4")
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		require.NoError(t, err)
		encodeBoth(t, api.Writer(f, "mp4"))
		require.NoError(t, f.Close(), "the encoder leaves it open")
		requireSecond(t, path)
	})
	t.Run("a pipe cannot be", func(t *testing.T) {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		content := make(chan []byte)
		go func() {
			all, _ := io.ReadAll(r)
			content <- all
		}()
		encodeBoth(t, api.Writer(w, "mp4"))
		require.NoError(t, w.Close())
		requireSecond(t, saved(t, "pipe.mp4", <-content))
		require.NoError(t, r.Close())
	})
}

func TestContainerThatCannotBeStreamed(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	addAudio(t, enc, stereo())
	var config *api.ConfigError
	err := enc.OpenWriter(
		context.Background(),
		io.Discard,
		"mp4",
		api.FormatOptions(map[string]any{"movflags": "faststart"}),
	)
	require.ErrorAs(t, err, &config)
	require.Equal(t, "Format", config.Field)
	require.Contains(t, err.Error(), "front to back")
	require.NoError(t, enc.Close())
}

func TestOutputOptions(t *testing.T) {
	mediatest.NoLeaks(t)
	t.Run("metadata", func(t *testing.T) {
		path := temporary(t, "tagged.mkv")
		encodeBoth(t, api.File(path, api.Metadata(map[string]string{"title": "Für Élise"})))
		tags := mediatest.Probe(t, path).Format.Tags
		require.Contains(t, []string{tags["title"], tags["TITLE"]}, "Für Élise")
	})
	t.Run("faststart", func(t *testing.T) {
		path := temporary(t, "fast.mp4")
		encodeBoth(t, api.File(path, api.Faststart()))
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Less(t, bytes.Index(content, []byte("moov")), bytes.Index(content, []byte("mdat")))
		requireSecond(t, path)
	})
	t.Run("format", func(t *testing.T) {
		path := temporary(t, "unusual.name")
		encodeBoth(t, api.File(path, api.Format("mkv")))
		require.Equal(t, "matroska,webm", mediatest.Probe(t, path).Format.Name)
	})
	t.Run("format options", func(t *testing.T) {
		path := temporary(t, "fragments.mp4")
		encodeBoth(t, api.File(path, api.FormatOptions(map[string]any{"movflags": "frag_keyframe+empty_moov"})))
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(content), "moof")
	})
	t.Run("an option of the muxer among those of the codec", func(t *testing.T) {
		path := temporary(t, "mixed.mp4")
		enc := api.NewEncoder()
		cfg := numberedVideo()
		cfg.ExtraOptions = map[string]any{"movflags": "frag_keyframe+empty_moov", "g": 10.0}
		v := addVideo(t, enc, cfg)
		require.NoError(t, enc.OpenFile(context.Background(), path))
		addNumbered(t, v, 0, 30)
		require.NoError(t, enc.Close())
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, 3, bytes.Count(content, []byte("moof")), "a fragment for each key frame")
	})
}

// TestPathsAreNotURLs: whatever a path looks like, a file of exactly this name is written, also
// where FFmpeg reads it again for faststart, and nobody is called.
func TestPathsAreNotURLs(t *testing.T) {
	mediatest.NoLeaks(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	called := make(chan bool, 1)
	go func() {
		c, err := listener.Accept()
		if err == nil {
			_ = c.Close()
		}
		called <- err == nil
	}()
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("b.mp4", []byte("precious"), 0o600))
	encodeBoth(t, api.File("plain.mp4", api.Faststart()))
	want, err := os.ReadFile("plain.mp4")
	require.NoError(t, err)
	requireSecond(t, "plain.mp4")
	host := listener.Addr().String()
	paths := []string{
		"http://" + host + "/x.mp4", "https://" + host + "/x.mp4", "tcp://" + host + "/x.mp4",
		"rtmp://" + host + "/live/x.mp4", "ftp://u:p@" + host + "/x.mp4",
		"http:x.mp4", "file:b.mp4", "concat:b.mp4|b.mp4", "pipe:1.mp4", "fd:1.mp4", "crypto:b.mp4", "cache:b.mp4",
		"tee:b.mp4", "md5:b.mp4", "async:b.mp4",
		"subfile,,start,0,end,4,,:b.mp4", "data:b.mp4", "-.mp4", "%d.mp4", "a\nb.mp4", "\xff\xfe.mp4", "unix:b.mp4", "-i.mp4",
	}
	for _, path := range paths {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		encodeBoth(t, api.File(path, api.Faststart()))
		content, err := os.ReadFile(path)
		require.NoError(t, err, "a file of exactly this name")
		require.Equal(t, want, content, path)
	}
	for _, path := range []string{"a\x00b.mp4", "http://" + host + "/x.mp4\x00"} {
		enc := api.NewEncoder()
		addAudio(t, enc, stereo())
		var config *api.ConfigError
		require.ErrorAs(t, enc.OpenFile(context.Background(), path), &config)
		require.Equal(t, "path", config.Field)
		require.NoError(t, enc.Close())
	}
	content, err := os.ReadFile("b.mp4")
	require.NoError(t, err)
	require.Equal(t, "precious", string(content), "another file")
	require.NoError(t, listener.Close())
	require.False(t, <-called)
}

func TestSync(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"mp4", "mkv", "mpegts"} {
		t.Run(format, func(t *testing.T) {
			ctx := context.Background()
			var stream bytes.Buffer
			enc := api.NewEncoder()
			cfg := numberedVideo()
			cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
			v, a := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
			require.NoError(t, enc.OpenWriter(ctx, &stream, format))
			for first := 0; first < 60; first += 20 {
				addNumbered(t, v, first, 20)
				addTone(t, a, first*1600, 20*1600)
				require.NoError(t, enc.Sync(ctx))
				// Sync returns after the muxer has written, and nothing more has been fed: the buffer is at
				// rest.
				path := saved(t, "so-far."+format, stream.Bytes())
				require.Equal(t, counting(first+20), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
				require.Equal(t, int64(stream.Len()), enc.Stats().BytesWritten)
			}
			require.NoError(t, enc.Close())
			requireLaw(t, enc.Stats(), true)
		})
	}
}

func TestStreamThatIsNeverFedDoesNotHoldSyncUp(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	path := temporary(t, "silent.mkv")
	enc := api.NewEncoder()
	cfg := numberedVideo()
	cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
	v, _ := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenFile(ctx, path))
	addNumbered(t, v, 0, 10)
	require.NoError(t, enc.Sync(ctx))
	require.Equal(t, counting(10), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
	require.NoError(t, v.End())
	require.NoError(t, enc.Sync(ctx))
	require.NoError(t, enc.Close())
}

func TestMemoryFile(t *testing.T) {
	var m api.MemoryFile
	write := func(s string) {
		n, err := m.Write([]byte(s))
		require.NoError(t, err)
		require.Equal(t, len(s), n)
	}
	seek := func(offset int64, whence int, want int64) {
		at, err := m.Seek(offset, whence)
		require.NoError(t, err)
		require.Equal(t, want, at)
	}
	require.Empty(t, m.Bytes())
	write("hello")
	seek(1, io.SeekStart, 1)
	write("ipp")
	require.Equal(t, "hippo", string(m.Bytes()))
	seek(-1, io.SeekEnd, 4)
	write("y!")
	seek(2, io.SeekCurrent, 8)
	require.Equal(t, "hippy!", string(m.Bytes()), "a seek alone changes nothing")
	write("x")
	require.Equal(t, "hippy!\x00\x00x", string(m.Bytes()))
	for _, bad := range [][2]int64{{-1, io.SeekStart}, {-10, io.SeekEnd}, {0, 9}} {
		_, err := m.Seek(bad[0], int(bad[1]))
		require.Error(t, err)
	}
	seek(0, io.SeekCurrent, 9)
}

// TestMemoryFileFarOut seeks to where there can be no memory.
func TestMemoryFileFarOut(t *testing.T) {
	for _, far := range []int64{1<<30 + 5, 1 << 40, 1 << 62, math.MaxInt64} {
		var m api.MemoryFile
		_, err := m.Write([]byte("kept"))
		require.NoError(t, err)
		at, err := m.Seek(far, io.SeekStart)
		require.NoError(t, err)
		require.Equal(t, far, at)
		n, err := m.Write([]byte("lost"))
		require.ErrorContains(t, err, "avloom: write to memory: ")
		require.Zero(t, n)
		for _, whence := range []int{io.SeekCurrent, io.SeekEnd} {
			_, err = m.Seek(math.MaxInt64, whence)
			require.ErrorContains(t, err, "beyond")
		}
		_, err = m.Seek(math.MinInt64, io.SeekEnd)
		require.ErrorContains(t, err, "before the start")
		_, err = m.Seek(-1, io.SeekEnd)
		require.NoError(t, err)
		_, err = m.Write([]byte("t!"))
		require.NoError(t, err)
		require.Equal(t, "kept!", string(m.Bytes()))
	}
}

func TestConfigsRoundTripThroughJSON(t *testing.T) {
	crf := 18.5
	video := api.VideoConfig{
		Width: 64, Height: 48, FrameRate: 30000.0 / 1001, Codec: "libx264", CRF: &crf, Preset: "fast",
		ExtraOptions: map[string]any{"g": 12.0, "tune": "film"}, OddSize: api.OddSizePad, ColorSpace: "bt709",
	}
	text, err := json.Marshal(video)
	require.NoError(t, err)
	require.Contains(t, string(text), `"OddSize":"pad"`)
	var back api.VideoConfig
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, video, back)

	audio := api.AudioConfig{
		SampleRate:   48000,
		NumChannels:  2,
		BitRate:      128000,
		ExtraOptions: map[string]any{"aac_coder": "fast"},
	}
	text, err = json.Marshal(audio)
	require.NoError(t, err)
	var audioBack api.AudioConfig
	require.NoError(t, json.Unmarshal(text, &audioBack))
	require.Equal(t, audio, audioBack)

	text, err = json.Marshal([]api.Layout{api.NCHW, api.NHWC, api.Raw})
	require.NoError(t, err)
	require.JSONEq(t, `["nchw","nhwc","raw"]`, string(text))
	var layout api.Layout
	require.Error(t, json.Unmarshal([]byte(`"sideways"`), &layout))
	_, err = json.Marshal(api.OddSize(7))
	require.Error(t, err)
}
