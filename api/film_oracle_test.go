package api_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// requireFilm compares a film with one encoder for each chunk, whose pictures it has, and with one
// encode of the whole, whose times it has.
func requireFilm(t *testing.T, c filmCase, film string) {
	t.Helper()
	dir := t.TempDir()
	decoded, complaints := filmHashes(t, film)
	of, complaintsOf := filmHashes(t, c.encodeChunks(t, dir)...)
	require.Len(t, decoded[0], c.frames)
	require.Equal(t, slices.Concat(of...), decoded[0], "the pictures are those of one encoder for each chunk")
	require.Subset(t, complaintsOf, complaints, "the decoder warns of nothing new")
	whole := filepath.Join(dir, "whole."+c.container)
	c.encodeWhole(t, whole)
	facts := filmFacts(t, film)
	require.Equal(t, filmFacts(t, whole), facts)
	if !slices.Contains([]string{"mkv", "webm"}, c.container) { // which have no decoding times
		requireRisingDTS(t, facts)
	}
	if c.container == "mp4" || c.container == "mov" {
		require.Equal(t, editLists(t, whole), editLists(t, film))
	}
	requireSameInfo(t, c, whole, film)
}

// requireSameInfo compares what mediainfo and mkvinfo say of two files. Mediainfo takes the delay
// of MPEG video from its time codes, which begin anew with each chunk.
func requireSameInfo(t *testing.T, c filmCase, whole, film string) {
	t.Helper()
	form := "--Inform=Video;%Format% %Duration% %FrameCount% %FrameRate% %FrameRate_Mode% %Width% %Height% %Delay%|"
	if strings.HasPrefix(c.codec, "mpeg") {
		form = strings.ReplaceAll(form, "%Delay%", "")
	}
	said := strings.Split(string(mediatest.Run(t, "mediainfo", form, whole, film)), "|")
	if len(said) > 1 { // mediainfo knows the container
		require.Equal(t, strings.TrimSpace(said[0]), strings.TrimSpace(said[1]))
	}
	if c.container == "mkv" || c.container == "webm" {
		require.Equal(t, mkvInfo(t, whole), mkvInfo(t, film))
	}
}

// mkvInfo returns what mkvinfo says of the head of a file, but for sizes and places.
func mkvInfo(t *testing.T, path string) (lines []string) {
	t.Helper()
	for line := range strings.Lines(string(mediatest.Run(t, "mkvinfo", path))) {
		if !slices.ContainsFunc([]string{"size ", "Seek position", "BitsPS", "NUMBER_OF_BYTES"},
			func(s string) bool { return strings.Contains(line, s) }) {
			lines = append(lines, line)
		}
	}
	return lines
}

// filmHashes decodes videos with the system's ffmpeg. It returns the hashes of the frames of each,
// and what the decoder complains of.
func filmHashes(t *testing.T, paths ...string) (hashes [][]string, complaints []string) {
	t.Helper()
	dir := t.TempDir()
	args := []string{"-v", "warning"}
	for _, path := range paths {
		args = append(args, "-i", path)
	}
	for i := range paths {
		args = append(args, "-map", fmt.Sprintf("%d:v:0", i), "-fps_mode", "passthrough", "-f", "framemd5",
			filepath.Join(dir, fmt.Sprint(i)))
	}
	for line := range strings.Lines(saidBy(t, "ffmpeg", args...)) {
		if !strings.Contains(line, "Guessed Channel Layout") { // of sound, which is not decoded
			complaints = append(complaints, regexp.MustCompile(` @ 0x[0-9a-f]+|/[^ :]+`).ReplaceAllString(line, ""))
		}
	}
	for i := range paths {
		content, err := os.ReadFile(filepath.Join(dir, fmt.Sprint(i)))
		require.NoError(t, err)
		hashes = append(hashes, hashesIn(string(content)))
	}
	return hashes, complaints
}

// hashesIn returns the last column of what the muxer framemd5 writes.
func hashesIn(text string) (hashes []string) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			hashes = append(hashes, strings.TrimSpace(line[strings.LastIndex(line, ",")+1:]))
		}
	}
	return hashes
}

// filmNumbers reads the numbers of a film's pictures, of whatever size they are.
func filmNumbers(t *testing.T, path string) (numbers []int) {
	t.Helper()
	size := fmt.Sprintf("%d:%d", numberedWidth, numberedHeight)
	raw := mediatest.Run(t, "ffmpeg", "-v", "error", "-noautorotate", "-i", path, "-map", "0:v:0",
		"-fps_mode", "passthrough", "-vf", "scale="+size+":flags=neighbor,format=gray", "-f", "rawvideo", "-")
	for size := numberedWidth * numberedHeight; len(raw) >= size; raw = raw[size:] {
		numbers = append(numbers, numberOf(raw[:size]))
	}
	return numbers
}

// filmFacts are the times of all packets and the header, as FFmpeg 9's ffprobe reads them. Packets
// of video have the size of one encode only by chance.
func filmFacts(t *testing.T, path string) []string {
	t.Helper()
	const entries = "packet=stream_index,pts,dts,duration,flags:" +
		"format=format_name,nb_streams,start_time,duration:format_tags:stream_tags:stream_disposition:" +
		"stream=index,codec_name,codec_tag_string,profile,level,width,height,has_b_frames,pix_fmt,field_order," +
		"sample_aspect_ratio,color_range,color_space,chroma_location,extradata_hash,r_frame_rate,avg_frame_rate," +
		"time_base,start_pts,start_time,duration_ts,duration,nb_frames,initial_padding"
	out := ffprobe9(t, "-show_data_hash", "md5", "-show_entries", entries, "-of", "compact", path)
	facts := strings.Split(strings.TrimSpace(out), "\n")
	// The muxer interleaves by time; packets of one stream are in their order.
	return sortedStably(facts)
}

// sortedStably moves the lines of packets of each stream together.
func sortedStably(lines []string) (sorted []string) {
	of := map[string][]string{}
	for _, line := range lines {
		key := ""
		if strings.HasPrefix(line, "packet|stream_index=") {
			key = line[:len("packet|stream_index=0")]
		}
		of[key] = append(of[key], line)
	}
	for _, key := range []string{"", "packet|stream_index=0", "packet|stream_index=1"} {
		sorted = append(sorted, of[key]...)
	}
	return sorted
}

// ffprobe9 returns what the ffprobe of the FFmpeg that avloom is linked with says.
func ffprobe9(t *testing.T, args ...string) string {
	t.Helper()
	program := filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffprobe")
	out, err := exec.Command(program, append([]string{"-v", "warning"}, args...)...).CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// requireRisingDTS checks that no packet of video has the decoding time of the one before, and that
// none is decoded after it is shown.
func requireRisingDTS(t *testing.T, facts []string) {
	t.Helper()
	last := int64(-1 << 62)
	for _, line := range facts {
		var pts, dts int64
		if _, err := fmt.Sscanf(line, "packet|stream_index=0|pts=%d|dts=%d|", &pts, &dts); err != nil {
			continue
		}
		require.Greater(t, dts, last, "DTS")
		require.GreaterOrEqual(t, pts, dts)
		last = dts
	}
}
