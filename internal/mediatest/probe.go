package mediatest

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// File is ffprobe's report on a file.
type File struct {
	Format struct {
		Name     string            `json:"format_name"`
		Duration string            `json:"duration"`
		Tags     map[string]string `json:"tags"`
	} `json:"format"`
	Streams []Stream `json:"streams"`
}

// Stream is ffprobe's report on a stream. Numbers that may be missing are text, as ffprobe prints
// them.
type Stream struct {
	Index          int    `json:"index"`
	Type           string `json:"codec_type"`
	Codec          string `json:"codec_name"`
	Profile        string `json:"profile"`
	Width          int    `json:"width"`
	Height         int    `json:"height"`
	PixelFormat    string `json:"pix_fmt"`
	ColorSpace     string `json:"color_space"`
	ColorRange     string `json:"color_range"`
	ColorPrimaries string `json:"color_primaries"`
	ColorTransfer  string `json:"color_transfer"`
	ChromaLocation string `json:"chroma_location"`
	FrameRate      string `json:"r_frame_rate"`
	AvgFrameRate   string `json:"avg_frame_rate"`
	TimeBase       string `json:"time_base"`
	StartTime      string `json:"start_time"`
	Duration       string `json:"duration"`
	DurationTS     int64  `json:"duration_ts"`
	NbFrames       string `json:"nb_frames"`
	NbReadFrames   string `json:"nb_read_frames"`
	NbReadPackets  string `json:"nb_read_packets"`
	SampleFormat   string `json:"sample_fmt"`
	SampleRate     string `json:"sample_rate"`
	Channels       int    `json:"channels"`
	BitRate        string `json:"bit_rate"`
}

// Packet is ffprobe's report on a packet. Times are in seconds; NaN: the file has no such time.
type Packet struct {
	Stream             int
	PTS, DTS, Duration float64
	Size, Position     int64
	Key                bool
}

// Probe returns the report of the system's ffprobe on a file. ffprobe decodes the frames to count
// them.
func Probe(t testing.TB, path string) File {
	t.Helper()
	var f File
	parse(t, &f, "ffprobe", "-v", "error", "-count_frames", "-count_packets", "-show_format", "-show_streams",
		"-of", "json", path)
	return f
}

// Packets returns the packets of a file in the order of their positions.
func Packets(t testing.TB, path string) []Packet {
	t.Helper()
	var out struct {
		Packets []struct {
			Stream   int    `json:"stream_index"`
			PTS      string `json:"pts_time"`
			DTS      string `json:"dts_time"`
			Duration string `json:"duration_time"`
			Size     string `json:"size"`
			Position string `json:"pos"`
			Flags    string `json:"flags"`
		} `json:"packets"`
	}
	parse(t, &out, "ffprobe", "-v", "error", "-show_packets", "-of", "json", path)
	packets := make([]Packet, len(out.Packets))
	for i, p := range out.Packets {
		packets[i] = Packet{
			Stream: p.Stream, PTS: seconds(p.PTS), DTS: seconds(p.DTS), Duration: seconds(p.Duration),
			Size: whole(p.Size), Position: whole(p.Position), Key: len(p.Flags) > 0 && p.Flags[0] == 'K',
		}
	}
	// Demuxers may return packets in another order; that of mp4 does.
	slices.SortStableFunc(packets, func(a, b Packet) int { return cmp.Compare(a.Position, b.Position) })
	return packets
}

// FrameTimes returns the presentation times of the frames of a stream, in seconds, in the order of
// the decoder.
func FrameTimes(t testing.TB, path string, stream int) []float64 {
	t.Helper()
	var out struct {
		Frames []struct {
			PTS string `json:"pts_time"`
			// The name in Debian 12's ffprobe if the container has no times.
			Best string `json:"best_effort_timestamp_time"`
		} `json:"frames"`
	}
	parse(t, &out, "ffprobe", "-v", "error", "-select_streams", strconv.Itoa(stream), "-show_frames", "-of", "json", path)
	times := make([]float64, len(out.Frames))
	for i, f := range out.Frames {
		if times[i] = seconds(f.PTS); math.IsNaN(times[i]) {
			times[i] = seconds(f.Best)
		}
	}
	return times
}

// Pictures decodes a video stream with the system's ffmpeg into frames of this pixel format,
// without padding.
func Pictures(t testing.TB, path string, stream int, pixelFormat string) [][]byte {
	t.Helper()
	s := Probe(t, path).Streams[stream]
	raw := Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:"+strconv.Itoa(stream), "-fps_mode", "passthrough",
		"-f", "rawvideo", "-pix_fmt", pixelFormat, "-sws_flags", "accurate_rnd+full_chroma_int+full_chroma_inp+bitexact", "-")
	frames := int(whole(s.NbReadFrames))
	if frames == 0 {
		return nil
	}
	size := len(raw) / frames
	require.Equal(t, frames*size, len(raw), "decoded bytes are a whole number of frames")
	pictures := make([][]byte, frames)
	for i := range pictures {
		pictures[i] = raw[i*size : (i+1)*size]
	}
	return pictures
}

// Sound decodes an audio stream with the system's ffmpeg into samples[channel][sample].
func Sound(t testing.TB, path string, stream int) [][]float32 {
	t.Helper()
	channels := Probe(t, path).Streams[stream].Channels
	raw := Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:"+strconv.Itoa(stream),
		"-f", "f32le", "-c:a", "pcm_f32le", "-")
	samples := make([][]float32, channels)
	for c := range samples {
		samples[c] = make([]float32, len(raw)/4/channels)
		for i := range samples[c] {
			samples[c][i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*(i*channels+c):]))
		}
	}
	return samples
}

// PSNR returns the peak signal-to-noise ratio between two pictures of 8 bits, in decibels:
// 10·log10(255²/mean squared error).
func PSNR(a, b []byte) float64 {
	var sum float64
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(a))/sum)
}

// Run runs a program and returns its output. If the program fails, the test fails with what the
// program wrote to stderr.
func Run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	_, err := exec.LookPath(name)
	require.NoError(t, err, "the tests need %s, which \"make test\" installs", name)
	var complaints bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	require.NoError(t, err, "%s %v: %s", name, args, &complaints)
	return out
}

func parse(t testing.TB, to any, name string, args ...string) {
	t.Helper()
	require.NoError(t, json.Unmarshal(Run(t, name, args...), to))
}

func seconds(s string) float64 {
	var v float64
	if _, err := fmt.Sscan(s, &v); err != nil {
		return math.NaN()
	}
	return v
}

func whole(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return n
}
