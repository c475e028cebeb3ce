package api_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// carriesRow is a container in the table of what containers carry.
type carriesRow struct {
	name   string // as people call it, which is its extension too, unless folder is set
	video  string // the encoder of pictures; "": it has none
	audio  string // the encoder of sound; "": it has none
	folder string // the name of the index of a folder; "": a file
	common bool   // it is in short runs too, and refusals name it
}

// carriesRows are the containers of the table.
var carriesRows = []carriesRow{
	{name: "mp4", video: "libx264", audio: "aac", common: true},
	{name: "mov", video: "libx264", audio: "aac", common: true},
	{name: "m4a", audio: "aac"},
	{name: "mkv", video: "libx264", audio: "aac", common: true},
	{name: "webm", video: "libvpx", audio: "libopus", common: true},
	{name: "ts", video: "libx264", audio: "aac", common: true},
	{name: "avi", video: "libx264", audio: "libmp3lame", common: true},
	{name: "flv", video: "libx264", audio: "aac"},
	{name: "3gp", video: "libx264", audio: "aac"},
	{name: "asf", video: "msmpeg4", audio: "wmav2"},
	{name: "nut", video: "libx264", audio: "aac"},
	{name: "mxf", video: "libx264", audio: "pcm_s16le"},
	{name: "HLS", video: "libx264", audio: "aac", folder: "index.m3u8"},
	{name: "DASH", video: "libx264", audio: "aac", folder: "manifest.mpd"},
	{name: "gif", video: "gif"},
	{name: "mp3", audio: "libmp3lame"},
	{name: "flac", audio: "flac"},
	{name: "ogg", audio: "libvorbis"},
	{name: "opus", audio: "libopus"},
	{name: "wav", audio: "pcm_s16le"},
}

// videoConfig returns the stream of pictures; nil if the container has none.
func (r carriesRow) videoConfig() *api.VideoConfig {
	if r.video == "" {
		return nil
	}
	c := &api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: r.video, InputFormat: "gray", Threads: 1}
	if r.video == "libx264" {
		c.Preset = "ultrafast"
	}
	return c
}

// audioConfig returns the stream of sound; nil if the container has none.
func (r carriesRow) audioConfig() *api.AudioConfig {
	if r.audio == "" {
		return nil
	}
	return &api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: r.audio}
}

// output returns an output, and the file to read then.
func (r carriesRow) output(t *testing.T, options []api.OutputOption) (out api.Output, path string) {
	t.Helper()
	if r.folder != "" {
		dir := t.TempDir()
		return api.Folder(dir, r.folder, options...), filepath.Join(dir, r.folder)
	}
	path = temporary(t, "carries."+r.name)
	return api.File(path, options...), path
}

// files returns the file. Of HLS and DASH it also returns what players join from their files: all
// of HLS, and each stream of DASH.
func (r carriesRow) files(t *testing.T, path string) []string {
	t.Helper()
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	switch r.name {
	case "HLS":
		return []string{path, joinSegments(t, stem+"-")}
	case "DASH":
		return []string{path, joinSegments(t, stem+"-0-"), joinSegments(t, stem+"-1-")}
	}
	return []string{path}
}

// joinSegments joins the header and the segments whose names begin so to a file.
func joinSegments(t *testing.T, begin string) (joined string) {
	t.Helper()
	parts, err := filepath.Glob(begin + "*.m4s")
	require.NoError(t, err)
	joined = temporary(t, "joined.mp4")
	for _, part := range append([]string{begin + "init.mp4"}, parts...) {
		content, err := os.ReadFile(part)
		require.NoError(t, err)
		appendFile(t, joined, content)
	}
	return joined
}

// appendFile appends to a file, or creates it.
func appendFile(t *testing.T, path string, content []byte) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = file.Write(content)
	require.NoError(t, errors.Join(err, file.Close()))
}
