package api_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// observed returns an encoder whose log can be looked at.
func observed(level zapcore.Level) (*api.Encoder, *observer.ObservedLogs) {
	core, logs := observer.New(level)
	return api.NewEncoder(api.WithLogger(zap.New(core))), logs
}

// withoutBuffer is a stream that makes x264 complain of a rate without a buffer.
func withoutBuffer() api.VideoConfig {
	cfg := numberedVideo()
	cfg.ExtraOptions = map[string]any{"maxrate": 100_000}
	return cfg
}

// rateWithoutBuffer is what x264 says to it.
const rateWithoutBuffer = "VBV maxrate specified, but no bufsize, ignored"

// disc is a stream of MPEG-2, about whose buffer the muxer of DVDs has something to say.
func disc() api.VideoConfig {
	cfg := numberedVideo()
	cfg.Codec, cfg.Preset = "mpeg2video", ""
	return cfg
}

func texts(logs *observer.ObservedLogs) []string {
	var all []string
	for _, e := range logs.All() {
		all = append(all, e.Message)
	}
	return all
}

func TestFFmpegsLinesGoToTheirEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	a, logA := observed(zap.WarnLevel)
	b, logB := observed(zap.WarnLevel)
	silent, c := api.NewEncoder(), api.NewEncoder(api.WithLogger(nil))
	addAudio(t, a, stereo())
	for _, v := range []*api.VideoStream{addVideo(t, a, withoutBuffer()), addVideo(t, b, disc()), addVideo(t, silent, withoutBuffer()), addVideo(t, c, disc())} {
		defer func() { require.ErrorIs(t, v.End(), api.ErrClosed) }()
	}
	noise := mediatest.StderrOf(t, func() {
		for enc, format := range map[*api.Encoder]string{a: "mkv", b: "dvd", silent: "mkv", c: "dvd"} {
			require.NoError(t, enc.OpenWriter(ctx, &api.MemoryFile{}, format))
			require.NoError(t, enc.Close())
		}
	})
	require.Empty(t, noise)
	require.Equal(t, []string{rateWithoutBuffer}, texts(logA))
	entry := logA.All()[0]
	require.Equal(t, zap.WarnLevel, entry.Level)
	require.Equal(t, "ffmpeg", entry.LoggerName)
	require.Equal(t, map[string]any{"node": "encode", "stream": int64(1), "from": "libx264"}, entry.ContextMap())
	require.Len(t, logB.All(), 3)
	entry = logB.All()[0]
	require.Regexp(t, "VBV buffer size not set, using default size", entry.Message)
	require.Equal(t, map[string]any{"node": "mux", "from": "dvd"}, entry.ContextMap())
}

// What x264 says at its end, as it is freed, comes before the encoder says that it is closed.
func TestLinesUpToTheEnd(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, logs := observed(zap.InfoLevel)
	v := addVideo(t, enc, numberedVideo())
	require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"))
	addNumbered(t, v, 0, 3)
	require.NoError(t, enc.Close())
	all := logs.All()
	require.Equal(t, "open", all[0].Message)
	require.Regexp(t, "^using cpu capabilities", all[1].Message)
	require.Regexp(t, "^kb/s:", all[len(all)-2].Message)
	require.Equal(t, "closed", all[len(all)-1].Message)
}

// TestNothingIsLoggedAboutAnOpenThatFails: the error says it.
func TestNothingIsLoggedAboutAnOpenThatFails(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, logs := observed(zap.DebugLevel)
	cfg := withoutBuffer()
	cfg.Codec, cfg.ExtraOptions, cfg.Preset = "mpeg2video", map[string]any{"maxrate": 1}, ""
	addVideo(t, enc, cfg)
	noise := mediatest.StderrOf(t, func() {
		require.Error(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"))
	})
	require.Empty(t, noise)
	require.Empty(t, texts(logs))
	require.NoError(t, enc.Close())
}

func TestManyEncodersLogAtOnce(t *testing.T) {
	mediatest.NoLeaks(t)
	var working sync.WaitGroup
	for range 12 {
		working.Go(func() {
			for range 4 {
				enc, logs := observed(zap.InfoLevel)
				v, err := enc.AddVideo(withoutBuffer())
				if err == nil {
					err = enc.OpenWriter(context.Background(), io.Discard, "mkv")
				}
				if err == nil {
					err = v.AddFrames(context.Background(), api.Frames{Data: numbered(0, 2), Layout: api.NHWC})
				}
				if err == nil {
					err = enc.Close()
				}
				said := logs.FilterMessage(rateWithoutBuffer).Len()
				ends := logs.FilterMessageSnippet("kb/s:").Len()
				if err != nil || said != 1 || ends != 1 {
					t.Errorf("%v: %d warnings, %d ends in %v", err, said, ends, texts(logs))
				}
			}
		})
	}
	working.Wait()
}

// TestNothingOnStderr runs a process that encodes with whatever likes to talk, without a logger.
func TestNothingOnStderr(t *testing.T) {
	const alone = "AVLOOM_TEST_STDERR"
	if os.Getenv(alone) == "" {
		var out, stderr bytes.Buffer
		cmd := exec.Command(os.Args[0], "-test.run", "^TestNothingOnStderr$")
		cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), alone+"=1"), &out, &stderr
		require.NoError(t, cmd.Run(), "%s%s", &out, &stderr)
		require.Empty(t, stderr.String())
		require.Equal(t, "PASS\n", out.String())
		return
	}
	for codec, format := range map[string]string{
		"libx264": "mkv", "libx265": "mkv", "libsvtav1": "mkv", "libaom-av1": "mkv", "libvpx-vp9": "webm",
		"mpeg2video": "dvd", "mjpeg": "avi",
	} {
		enc := api.NewEncoder()
		cfg := disc()
		cfg.Codec = codec
		v := addVideo(t, enc, cfg)
		require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, format))
		addNumbered(t, v, 0, 3)
		require.NoError(t, enc.Close(), codec)
	}
	enc := api.NewEncoder()
	addVideo(t, enc, numberedVideo())
	require.Error(t, enc.OpenWriter(context.Background(), io.Discard, "webm"), "which does not carry H.264")
}
