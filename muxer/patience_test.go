package muxer

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// The streams of these tests: pictures, 25 a second, and sound with priming.
const (
	pictures = 0
	sound    = 1
)

// openCodec opens an encoder, of which a container needs no more than the description.
func openCodec(t *testing.T, name string, set func(cc *astiav.CodecContext)) Stream {
	t.Helper()
	codec := astiav.FindEncoderByName(name)
	cc := astiav.AllocCodecContext(codec)
	cc.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagGlobalHeader))
	t.Cleanup(cc.Free)
	set(cc)
	require.NoError(t, cc.Open(codec, nil))
	return Stream{Codec: cc}
}

func bothStreams(t *testing.T, audio string) []Stream {
	t.Helper()
	return []Stream{
		openCodec(t, "mpeg4", func(cc *astiav.CodecContext) {
			cc.SetWidth(64)
			cc.SetHeight(64)
			cc.SetPixelFormat(astiav.PixelFormatYuv420P)
			cc.SetTimeBase(astiav.NewRational(1, 25))
		}),
		openCodec(t, audio, func(cc *astiav.CodecContext) {
			cc.SetSampleRate(48000)
			cc.SetSampleFormat(astiav.SampleFormatFltp)
			cc.SetChannelLayout(astiav.ChannelLayoutMono)
			cc.SetTimeBase(astiav.NewRational(1, 48000))
		}),
	}
}

// openMux opens a file of both streams that is to be crash-safe, or not.
func openMux(t *testing.T, format string, safe bool) (m *Mux, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file")
	dst, err := CreateFile(path)
	require.NoError(t, err)
	m, err = New(Config{Format: format, Streams: bothStreams(t, "aac"), CrashSafe: safe}, dst)
	require.NoError(t, err)
	t.Cleanup(m.Close)
	return m, path
}

// consume gives a Mux the packets from and up to these numbers of a stream.
func consume(t *testing.T, m *Mux, stream int, from, to int64) {
	t.Helper()
	duration := []int64{1, 1024}[stream]
	for k := from; k < to; k++ {
		p := packetAt(t, k*duration, 100)
		p.SetDuration(duration)
		p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
		require.NoError(t, m.Consume(t.Context(), stream, p))
	}
}

func tick(t *testing.T, m *Mux, quiet bool) {
	t.Helper()
	require.NoError(t, m.Tick(t.Context(), func(int) bool { return quiet }))
}

// due is how long from now a Mux wants to be called; negative: not.
func due(m *Mux) time.Duration {
	if m.Due().IsZero() {
		return -1
	}
	return time.Until(m.Due())
}

func found(t *testing.T, path string, stream int) (times []float64) {
	t.Helper()
	for _, p := range mediatest.Packets(t, path) {
		if p.Stream == stream {
			times = append(times, p.PTS)
		}
	}
	return times
}

func TestPatience(t *testing.T) {
	for _, format := range []string{"mp4", "mov", "matroska"} {
		t.Run(format, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, path := openMux(t, format, true)
				header := m.dst.Written()
				require.EqualValues(t, -1, due(m))
				consume(t, m, pictures, 0, 10)
				time.Sleep(100 * time.Millisecond)
				consume(t, m, pictures, 10, 12)
				require.Equal(t, mostPatience-100*time.Millisecond, due(m), "it counts from the first")
				time.Sleep(mostPatience - 100*time.Millisecond)
				tick(t, m, false)
				require.Equal(t, askAgain, due(m), "the stream is on its way")
				require.Equal(t, header, m.dst.Written())
				time.Sleep(askAgain)
				tick(t, m, true)
				require.Len(t, found(t, path, pictures), 12, "it is not")
				require.EqualValues(t, -1, due(m))

				consume(t, m, pictures, 12, 40)
				require.EqualValues(t, -1, due(m), "nobody waits for it any more")
				require.GreaterOrEqual(t, len(found(t, path, pictures)), 25, "half a second at a time")
				consume(t, m, sound, 0, 3)
				require.Equal(t, mostPatience, due(m), "once it sends, they wait for each other again")
				time.Sleep(mostPatience)
				tick(t, m, true)
				require.Len(t, found(t, path, pictures), 40)
				require.Len(t, found(t, path, sound), 3)
				require.NoError(t, m.Flush(t.Context()))
			})
		})
	}
}

// TestIndexDoesNotWaitForever for a stream that has ended without a packet, which the interleaver does not wait for.
func TestIndexDoesNotWaitForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, path := openMux(t, "mp4", true)
		header := m.dst.Written()
		require.NoError(t, m.EndInput(t.Context(), sound))
		require.EqualValues(t, -1, due(m))
		consume(t, m, pictures, 0, 40)
		require.Equal(t, header, m.dst.Written(), "FFmpeg waits")
		require.Equal(t, mostPatience, due(m))
		time.Sleep(mostPatience)
		tick(t, m, false)
		require.Len(t, found(t, path, pictures), 40)
		require.EqualValues(t, -1, due(m))
	})
}

func TestOnlyACrashSafeFileIsImpatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, format := range []string{"mp4", "avi"} {
			m, _ := openMux(t, format, format != "mp4")
			consume(t, m, pictures, 0, 10)
			require.EqualValues(t, -1, due(m), format)
			m.Close()
		}
	})
}

// TestStreamThatBeginsLate has nothing for the first five seconds of the file, and comes long after they were written.
func TestStreamThatBeginsLate(t *testing.T) {
	for _, format := range []string{"mp4", "mov", "matroska"} {
		t.Run(format, func(t *testing.T) {
			write := func(safe bool) (path string) {
				m, path := openMux(t, format, safe)
				consume(t, m, pictures, 0, 150)
				if safe {
					tick(t, m, true)
				}
				consume(t, m, sound, 234, 300) // 4.992 s
				require.NoError(t, m.Flush(t.Context()))
				return path
			}
			safe, plain := write(true), write(false)
			for stream := range 2 {
				require.Equal(t, found(t, plain, stream), found(t, safe, stream))
			}
			require.InDelta(t, 4.992, found(t, safe, sound)[0]-found(t, safe, pictures)[0], 0.001)
		})
	}
}

func TestWhatCanBeCrashSafe(t *testing.T) {
	for _, c := range []struct {
		format, audio  string
		options        map[string]string
		streams        int
		seekable, want bool
	}{
		{"mp4", "aac", nil, 2, true, true},
		{"mp4", "aac", nil, 2, false, false},
		{"ipod", "aac", nil, 2, true, true},
		{"ismv", "aac", nil, 2, true, false},
		{"avif", "aac", nil, 1, true, false},
		{"mp4", "ac3", nil, 2, true, false},
		{"mp4", "ac3", nil, 1, true, true},
		{"matroska", "ac3", nil, 2, true, true},
		{"webm", "aac", nil, 2, false, true},
		{"mpegts", "ac3", nil, 2, false, true},
		{"avi", "aac", nil, 2, true, false},
		{"mp4", "aac", map[string]string{"movflags": "+use_metadata_tags-write_colr"}, 2, true, true},
		{"mp4", "aac", map[string]string{"movflags": "faststart"}, 2, true, false},
		{"mp4", "aac", map[string]string{"movflags": "write_colr-frag_keyframe"}, 2, true, false},
		{"mp4", "aac", map[string]string{"frag_size": "1"}, 2, true, false},
		{"mp4", "aac", map[string]string{"flush_packets": "0"}, 2, true, true},
	} {
		streams := bothStreams(t, c.audio)[2-c.streams:]
		got := safeguards(Config{Format: c.format, Options: c.options, Streams: streams}, c.seekable)
		require.Equal(t, c.want, got != nil, "%+v", c)
	}
}

func TestSafeguardsGiveWay(t *testing.T) {
	cfg := Config{
		Format: "mp4", CrashSafe: true, Streams: bothStreams(t, "aac"), Options: map[string]string{"movflags": "use_metadata_tags", "flush_packets": "0"},
	}
	require.Equal(t, map[string]string{
		"fflags": "+bitexact", "flush_packets": "0", "movflags": "use_metadata_tags+hybrid_fragmented+delay_moov+frag_custom+omit_tfhd_offset",
	}, optionsFor(cfg, true))
	cfg.Format, cfg.Options = "matroska", map[string]string{"cluster_time_limit": "2000"}
	require.Equal(t, map[string]string{"fflags": "+bitexact", "flush_packets": "1", "cluster_time_limit": "2000"}, optionsFor(cfg, true))
}
