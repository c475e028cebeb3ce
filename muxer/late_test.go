package muxer

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/destination"
)

// write writes the packets of a recording from a moment on, to a file or to what cannot seek.
func (r *recording) write(t *testing.T, cfg Config, path string, seek bool, from float64) {
	t.Helper()
	cfg.Streams = r.streams
	file, err := os.Create(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	dst := destination.NewWriter(file)
	if !seek {
		dst = destination.NewWriter(struct{ io.Writer }{file})
	}
	m, err := New(cfg, dst)
	require.NoError(t, err)
	defer m.Close()
	feedAll(t, m, r.from(from))
	end(t, m)
}

// decoded is what a decoder makes of a file.
type decoded struct {
	sums         []string  // of the pictures
	sound        []float32 // of the first channel
	complaints   string
	shown, heard float64 // when the first picture and the first sound come
}

// decode decodes a file with the system's ffmpeg.
func (r *recording) decode(t *testing.T, path string) (d decoded) {
	t.Helper()
	sound := filepath.Join(t.TempDir(), "sound")
	args := []string{"-v", "error", "-i", path}
	for _, s := range r.streams {
		if s.FrameRate.Num() > 0 {
			args = append(args, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-")
		} else {
			args = append(args, "-map", "0:a", "-ac", "1", "-f", "f32le", sound)
		}
	}
	var complaints, sums bytes.Buffer
	cmd := exec.Command("ffmpeg", args...)
	cmd.Stdout, cmd.Stderr = &sums, &complaints
	require.NoError(t, cmd.Run(), "%s", &complaints)
	d.complaints = complaints.String()
	for line := range strings.Lines(sums.String()) {
		if !strings.HasPrefix(line, "#") {
			d.sums = append(d.sums, line[strings.LastIndex(line, ",")+1:])
		}
	}
	if raw, err := os.ReadFile(sound); err == nil {
		for ; len(raw) >= 4; raw = raw[4:] {
			d.sound = append(d.sound, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
		}
	}
	d.readTimes(t, path)
	return d
}

// readTimes reads when the first picture and the first sound come.
func (d *decoded) readTimes(t *testing.T, path string) {
	t.Helper()
	var out struct {
		Frames []struct {
			Kind string `json:"media_type"`
			PTS  string `json:"pts_time"`
			Best string `json:"best_effort_timestamp_time"`
		} `json:"frames"`
	}
	const fields = "frame=media_type,pts_time,best_effort_timestamp_time"
	report := mediatest.Run(t, "ffprobe", "-v", "error", "-show_entries", fields, "-of", "json", path)
	require.NoError(t, json.Unmarshal(report, &out))
	d.shown, d.heard = math.Inf(1), math.Inf(1)
	for _, f := range out.Frames {
		at, err := strconv.ParseFloat(cmp.Or(f.PTS, f.Best), 64)
		if err != nil {
			continue
		}
		if f.Kind == "video" {
			d.shown = min(d.shown, at)
		} else {
			d.heard = min(d.heard, at)
		}
	}
}

// find returns where in a sound a part of another one lies, near a place.
func find(part, whole []float32, near int) (at int, difference float64) {
	difference = math.Inf(1)
	for i := max(0, near-5000); i < near+5000 && i+len(part) <= len(whole); i++ {
		sum := 0.0
		for k := 0; k < len(part) && sum < difference; k++ {
			d := float64(part[k] - whole[i+k])
			sum += d * d
		}
		if sum < difference {
			at, difference = i, sum
		}
	}
	return at, difference
}

// lateCase is a recording, and an output that joins it.
type lateCase struct {
	format, video, options, audio string
	seek, safe                    bool
	tick                          float64 // of the container's times, in seconds
}

var lateCases = []lateCase{
	{"mp4", "libx264", "bf=2", "aac", true, true, 0},
	{"mp4", "libx264", "bf=2", "aac", false, false, 0},
	{"matroska", "libx264", "bf=2", "libopus", true, true, 1e-3},
	{"mpegts", "libx264", "bf=2", "aac", false, false, 1. / 90000},
	{"flv", "libx264", "bf=2", "aac", false, false, 1e-3},
	{"nut", "mpeg4", "bf=2", "libmp3lame", true, false, 0},
	{"ogg", "", "", "libopus", false, false, 0},
}

// Long tests also run these.
var moreLateCases = []lateCase{
	{"mp3", "", "", "libmp3lame", true, false, 0},
	{"avi", "mpeg4", "", "libmp3lame", true, false, 0.024},
	{"webm", "libvpx-vp9", "auto-alt-ref=1 lag-in-frames=10 cpu-used=8", "libopus", true, true, 1e-3},
	{"wav", "", "", "pcm_s16le", true, false, 0},
	{"mp4", "libx264", "bf=2", "aac", true, false, 0},
	{"mov", "libx264", "bf=2", "pcm_s16le", true, true, 0},
	{"mp4", "libx265", "x265-params=open-gop=1:keyint=25:min-keyint=25:log-level=none", "libopus", true, true, 0},
	{"mp4", "libaom-av1", "cpu-used=8", "flac", true, true, 0},
	{"matroska", "libx264", "bf=2", "aac", true, false, 1e-3},
	{"matroska", "libx264", "bf=2", "flac", false, false, 1e-3},
	{"matroska", "libx264", "bf=0", "libvorbis", true, true, 1e-3},
	{"webm", "libvpx", "cpu-used=8", "libvorbis", false, false, 1e-3},
	{"mpegts", "libx264", "bf=2", "aac", true, false, 1. / 90000},
	{"mpegts", "libx264", "bf=0", "libopus", false, false, 1. / 90000},
	{"mpegts", "libx265", "x265-params=keyint=25:min-keyint=25:log-level=none", "libmp3lame", false, false, 1. / 90000},
	{"flv", "libx264", "bf=0", "aac", true, false, 1e-3},
	{"nut", "libx264", "bf=2", "aac", true, false, 0},
	{"ogg", "libvpx", "cpu-used=8", "libvorbis", true, false, 0},
	{"ogg", "", "", "libvorbis", true, false, 0},
	{"opus", "", "", "libopus", true, false, 0},
	{"flac", "", "", "flac", true, false, 0},
	{"adts", "", "", "aac", true, false, 0},
	{"ipod", "", "", "aac", true, false, 0},
	{"h264", "libx264", "bf=2", "", true, false, 0},
	{"asf", "mpeg4", "", "libmp3lame", true, false, 1e-3},
	{"mpeg", "mpeg2video", "bf=2", "mp2", true, false, 1. / 90000},
}

// An output that joins in the middle has the pictures from a key frame on, and the sound beside
// them, from time 0 on. Nothing in it needs what came before.
func TestLate(t *testing.T) {
	cases := lateCases
	if mediatest.Long(t) {
		cases = append(cases, moreLateCases...)
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s %s %s %v %v", c.format, c.video, c.audio, c.seek, c.safe), func(t *testing.T) {
			mediatest.NoLeaks(t)
			c.test(t)
		})
	}
}

func (c lateCase) test(t *testing.T) {
	r := record(t, c.video, c.options, c.audio)
	dir := t.TempDir()
	wholePath, latePath := filepath.Join(dir, "whole."+c.format), filepath.Join(dir, "late."+c.format)
	r.write(t, Config{Format: c.format}, wholePath, true, -10)
	r.write(t, Config{Format: c.format, Late: true, CrashSafe: c.safe}, latePath, c.seek, 1.9)
	whole, late := r.decode(t, wholePath), r.decode(t, latePath)
	require.Empty(t, late.complaints)
	missing := len(whole.sums) - len(late.sums)
	if c.video != "" {
		require.Len(t, whole.sums, lateFrames)
		require.GreaterOrEqual(t, missing, 48)
		require.LessOrEqual(t, missing, 75, "it begins at the next key frame")
		require.Equal(t, whole.sums[missing:], late.sums)
	}
	if c.audio != "" {
		c.testSound(t, whole, late, float64(missing)/25)
	}
	if c.audio == "libopus" && c.video == "" {
		first := r.from(1.9)[0].Pts()
		require.EqualValues(t, first, len(whole.sound)-len(late.sound), "a decoder skips nothing at the beginning")
	}
	if c.format == "matroska" {
		require.NotContains(t, string(mediatest.Run(t, "mkvinfo", latePath)), "Codec-inherent delay")
	}
	if c.format == "flac" {
		require.Zero(t, late.heard, "frames are numbered from 0")
	}
	if c.format != "mp4" { // whose edit lists ffprobe ignores if there are fragments
		require.GreaterOrEqual(t, min(late.shown, late.heard), 0.0)
	}
}

// testSound finds the sound of the late output in the whole recording.
func (c lateCase) testSound(t *testing.T, whole, late decoded, begins float64) {
	const (
		after = 10000 // samples, by which decoders of sound have recovered
		part  = 4000
	)
	if c.video == "" {
		whole.shown, late.shown = 0, 0
	}
	near := len(whole.sound) - len(late.sound) + after
	at, difference := find(late.sound[after:after+part], whole.sound, near)
	require.Less(t, difference, 1e-3)
	require.InDelta(t, len(whole.sound), at-after+len(late.sound), 700, "it lasts to the end, but for padding")
	if c.video == "" {
		require.InDelta(t, 1.9, float64(at-after)/lateRate, 0.1)
		return
	}
	should := float64(at)/lateRate + whole.heard - whole.shown - begins
	require.InDelta(t, should, late.heard-late.shown+float64(after)/lateRate, c.tick+1e-6)
	require.InDelta(t, min(whole.shown, whole.heard), min(late.shown, late.heard), 0.1)
	require.InDelta(t, late.shown, late.heard, 0.1, "sound and pictures begin together")
}
