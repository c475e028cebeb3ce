package api_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/browsertest"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestSubtitlesInChromium lets a browser read a vtt file as the track of a video. It shows each
// text as it was given, at its times.
func TestSubtitlesInChromium(t *testing.T) {
	if !mediatest.Long(t) { // a browser takes seconds
		return
	}
	mediatest.NoLeaks(t)
	cues := []api.Cue{
		cue(0.5, 1.25, "<b>bold</b> & &lt; &amp; \"x\""), cue(1, 2, "two\nlines: 二 <00:00:01.500> a > b"),
		cue(2, 3.125, `{"speed":[1.5,-2],"path":"C:\\new"}`), cue(3.5, 3.75, "NOTE a"), cue(4, 5, "WEBVTT\nSTYLE"),
	}
	dir, ctx, enc := t.TempDir(), context.Background(), api.NewEncoder()
	s, err := enc.AddSubtitles(api.SubtitleConfig{})
	require.NoError(t, err)
	require.NoError(t, enc.OpenFile(ctx, filepath.Join(dir, "a.vtt")))
	for _, c := range cues {
		require.NoError(t, s.AddCue(ctx, c))
	}
	require.NoError(t, enc.Close())
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	page := browsertest.Open(t, server.URL+"/nothing")
	browsertest.Eval[any](page, `document.body.innerHTML = "<video><track src='/a.vtt' default></video>";
		track = document.querySelector("track"), ready = false;
		track.onload = () => { ready = true }; null`)
	page.Await("ready")
	shown := browsertest.Eval[string](page, `JSON.stringify([...track.track.cues].map(c =>
		({Start: Math.round(c.startTime*1e9), End: Math.round(c.endTime*1e9), Text: c.getCueAsHTML().textContent})))`)
	var got []api.Cue
	require.NoError(t, json.Unmarshal([]byte(shown), &got))
	assert.Equal(t, cues, got)
}

// TestSubtitlesInGStreamer lets GStreamer take the text out of files. It hands the text of mkv
// files on as markup of Pango, which escapes as HTML does.
func TestSubtitlesInGStreamer(t *testing.T) {
	mediatest.NoLeaks(t)
	texts := []string{"Größe 5 & 3, 100 %", `two{"a":[1,-2]}`, "x < 2 адын 二"}
	cues := []api.Cue{cue(0.5, 1, texts[0]), cue(1, 1.25, texts[1]), cue(2, 3.5, texts[2])}
	for name, demuxer := range map[string]string{"a.mp4": "qtdemux", "a.mov": "qtdemux", "a.mkv": "matroskademux"} {
		dir := t.TempDir()
		path, taken := filepath.Join(dir, name), filepath.Join(dir, "taken")
		captioned(t, api.File(path), api.SubtitleConfig{}, 4, false, cues...)
		said, err := mediatest.GStreamer(t, "-q", "filesrc", "location="+path, "!", demuxer, "name=d",
			"d.subtitle_0", "!", "queue", "!", "filesink", "location="+taken, "d.video_0", "!", "queue", "!", "fakesink")
		require.NoError(t, err, said)
		content, err := os.ReadFile(taken)
		require.NoError(t, err)
		text := string(content)
		if demuxer == "matroskademux" {
			text = html.UnescapeString(text)
		}
		assert.Equal(t, strings.Join(texts, ""), text, name)
	}
}

// TestSubtitlesWithFaststart moves the index in front of the data. The cues stay what they are.
func TestSubtitlesWithFaststart(t *testing.T) {
	mediatest.NoLeaks(t)
	cues := []api.Cue{cue(0.5, 1, "one"), cue(2, 3.5, "two")}
	for _, name := range []string{"a.mp4", "a.mov"} {
		for _, first := range []bool{true, false} {
			path := filepath.Join(t.TempDir(), name)
			captioned(t, api.File(path, api.Faststart()), api.SubtitleConfig{}, 5, first, cues...)
			assert.Equal(t, cues, cuesIn(t, path, "0"), name)
			assert.Equal(t, "50", mediatest.Probe(t, path).Streams[0].NbReadFrames, name)
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Less(t, strings.Index(string(content), "moov"), strings.Index(string(content), "mdat"), name)
		}
	}
}

// TestLateCue feeds a cue when the pictures are 40 s ahead of it.
func TestLateCue(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, name := range []string{"a.mkv", "a.webm", "a.mp4"} {
		ctx, path, enc := context.Background(), filepath.Join(t.TempDir(), name), api.NewEncoder()
		defer func() { _ = enc.Abort(nil) }()
		codec := map[bool]string{true: "libvpx", false: "mpeg4"}[name == "a.webm"]
		v, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 10, Codec: codec})
		require.NoError(t, err)
		s, err := enc.AddSubtitles(api.SubtitleConfig{})
		require.NoError(t, err)
		require.NoError(t, enc.OpenFile(ctx, path))
		pictures := api.Frames{Data: make([]byte, 410*64*64*3)}
		require.NoError(t, v.AddFrames(ctx, pictures))
		require.NoError(t, enc.Sync(ctx)) // the pictures are in the file
		require.NoError(t, s.AddCue(ctx, cue(1, 2.5, "late")))
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: pictures.Data[:50*64*64*3]}))
		require.NoError(t, s.AddCue(ctx, cue(43, 44, "in time")))
		require.NoError(t, enc.Close())
		assert.Equal(t, []api.Cue{cue(1, 2.5, "late"), cue(43, 44, "in time")}, cuesIn(t, path, "0"), name)
		assert.Equal(t, 460, framesOf(t, path), name)
		if name == "a.mp4" {
			continue
		}
		out, err := exec.Command("mkvinfo", "--ui-language", "en_US", "-v", "-v", path).CombinedOutput()
		require.NoError(t, err, string(out))
		assert.Regexp(t, `track number 2, 1 frame\(s\), timestamp 00:00:01\.000000000`, string(out))
		assert.Regexp(t, `track number 2, 1 frame\(s\), timestamp 00:00:43\.000000000`, string(out))
	}
}
