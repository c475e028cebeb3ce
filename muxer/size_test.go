package muxer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// holes is a sparse file: silence takes no room on the disk.
type holes struct {
	*os.File
	zeros [512 << 10]byte
}

func (h *holes) Write(p []byte) (int, error) {
	if len(p) < 64<<10 || !bytes.Equal(p, h.zeros[:len(p)]) {
		return h.File.Write(p)
	}
	at, err := h.Seek(int64(len(p)), io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	if info, err := h.Stat(); err != nil || info.Size() >= at {
		return len(p), err
	}
	return len(p), h.Truncate(at)
}

// The sound of these tests: 8 channels of 16 bits, in packets of 32 MiB.
const (
	soundRate    = 48000
	bytesOfBlock = 16
	packetBytes  = 32 << 20
)

// writeSilence writes packets of silence, and finishes the file unless a write failed.
func writeSilence(t *testing.T, format, codec string, packets int, options map[string]string) (path string, err error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "large."+format)
	file, err := os.Create(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	stream := openCodec(t, codec, func(cc *astiav.CodecContext) {
		cc.SetSampleRate(soundRate)
		cc.SetSampleFormat(astiav.SampleFormatS16)
		cc.SetChannelLayout(astiav.ChannelLayout7Point1)
		cc.SetTimeBase(astiav.NewRational(1, soundRate))
	})
	cfg := Config{Format: format, Streams: []Stream{stream}, Options: options}
	m, err := New(cfg, destination.NewWriter(&holes{File: file}))
	require.NoError(t, err)
	defer m.Close()
	silence := pipeline.NewPacket()
	defer silence.Free()
	require.NoError(t, silence.FromData(make([]byte, packetBytes)))
	for k := range int64(packets) {
		p, err := silence.Ref()
		require.NoError(t, err)
		p.SetPts(k * packetBytes / bytesOfBlock)
		p.SetDts(p.Pts())
		p.SetDuration(packetBytes / bytesOfBlock)
		if err := m.Consume(context.Background(), 0, p); err != nil {
			return path, err
		}
	}
	require.NoError(t, m.EndInput(context.Background(), 0))
	return path, m.Flush(context.Background())
}

// samplesIn returns the number of samples in a file according to libsndfile, which trusts the
// header.
func samplesIn(t *testing.T, path string) int64 {
	t.Helper()
	found := regexp.MustCompile(`(?m)^Frames\s*:\s*(\d+)$`).FindSubmatch(mediatest.Run(t, "sndfile-info", path))
	require.NotNil(t, found)
	n, err := strconv.ParseInt(string(found[1]), 10, 64)
	require.NoError(t, err)
	return n
}

// Other readers see all samples of a file above 4 GiB, if the container can signal its size.
func TestSoundAboveFourGiB(t *testing.T) {
	mediatest.NoLeaks(t)
	const packets = 4<<30/packetBytes + 2
	for format, codec := range map[string]string{
		"wav": "pcm_s16le", "w64": "pcm_s16le", "caf": "pcm_s16le", "au": "pcm_s16be",
	} {
		t.Run(format, func(t *testing.T) {
			path, err := writeSilence(t, format, codec, packets, nil)
			require.NoError(t, err)
			require.Equal(t, int64(packets)*packetBytes/bytesOfBlock, samplesIn(t, path))
			duration := mediatest.Run(t, "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path)
			seconds, err := strconv.ParseFloat(strings.TrimSpace(string(duration)), 64)
			require.NoError(t, err)
			require.InDelta(t, float64(packets)*packetBytes/bytesOfBlock/soundRate, seconds, 0.001)
		})
	}
}

// A container with too few bits for its size ends before its limit. The file is whole, and the
// error says so.
func TestSizeLimits(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		format, codec string
		options       map[string]string
	}{
		{"aiff", "pcm_s16be", nil},
		{"wav", "pcm_s16le", map[string]string{"rf64": "never"}},
	} {
		t.Run(c.format, func(t *testing.T) {
			path, err := writeSilence(t, c.format, c.codec, 1000, c.options)
			var size *container.SizeError
			require.ErrorAs(t, err, &size)
			require.Equal(t, &container.SizeError{Format: c.format, Most: 1<<32 - 1}, size)
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.Less(t, info.Size(), int64(1<<32))
			want := int64(4<<30/packetBytes-1) * packetBytes / bytesOfBlock
			require.Equal(t, want, samplesIn(t, path), "all packets that fit")
			require.Equal(t, fmt.Sprintln(want), string(mediatest.Run(t, "soxi", "-s", path)))
		})
	}
}
