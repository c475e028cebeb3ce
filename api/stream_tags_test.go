package api_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/container"
)

// streamTagWorlds are tags that people give to streams, keys that FFmpeg's muxers look for, and one
// that nobody uses, with values that are told apart.
var streamTagWorlds = map[string]string{
	"language": "ger", "title": "value title.", "handler_name": "value handler.", "timecode": "01:02:03:04",
	"artist": "value artist.", "comment": "value comment.", "reel_name": "value reel.", "vendor_id": "FFMP",
	"creation_time": "2021-03-04T05:06:07.000000Z", "encoder": "value encoder.", "own": "value own.",
	"role": "main", "file_package_name": "value package.", "data_type": "value data.", "duration": "00:00:09.000",
	"stereo_mode": "left_right", "alpha_mode": "1", "rotate": "90", "filename": "value file.",
	"mimetype": "value type.", "disposition": "comment", "r_frame_rate": "7/1", "SA3D": "ambisonic 1",
	"encoding_tool": "value tool.",
}

// unseenOfStreams are tags that are in the file, though ffprobe does not show them.
var unseenOfStreams = map[string][]string{}

// TestEveryStreamTagIsKeptOrRefused walks all containers: of all tags of a stream, each is refused
// or in the stream.
func TestEveryStreamTagIsKeptOrRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range astiavx.Containers() {
		if c.NoFile || unreadable[c.Name] != "" || unavailable[c.Name] != "" ||
			c.VideoCodec == astiav.CodecIDNone && c.AudioCodec == astiav.CodecIDNone {
			continue
		}
		for _, kind := range []astiav.MediaType{astiav.MediaTypeVideo, astiav.MediaTypeAudio} {
			t.Run(c.Name+"/"+kind.String(), func(t *testing.T) {
				t.Parallel()
				requireStreamTagsKept(t, c, kind)
			})
		}
	}
}

// requireStreamTagsKept encodes with all tags of a stream that are not refused, and once more with
// each that is not found then, alone.
func requireStreamTagsKept(t *testing.T, c astiavx.Container, kind astiav.MediaType) {
	t.Helper()
	kept := map[string]string{}
	for key, value := range streamTagWorlds {
		tag := map[string]string{key: value}
		if container.CheckStreamTags(c.Name, nil, kind, tag, nil) == nil {
			kept[key] = value
		}
	}
	if len(kept) == 0 {
		return
	}
	exists := true
	tagsOf := func(tags map[string]string) string {
		ofVideo, ofAudio := words{}, words{metadata: tags}
		if kind == astiav.MediaTypeVideo {
			ofVideo, ofAudio = ofAudio, ofVideo
		}
		path := temporary(t, "tagged."+append(c.Extensions, "x")[0])
		options := api.FormatOptions(particulars[c.Name].options)
		video, audio, err := encodeWords(t, c, api.File(path, api.Format(c.Name), options), ofVideo, ofAudio)
		require.NoError(t, err)
		exists = kind == astiav.MediaTypeVideo && video || kind == astiav.MediaTypeAudio && audio
		return strings.Join(streamTagsBy(t, ourProbe(), path, kind.String()), "\n")
	}
	together := tagsOf(kept)
	for key, value := range kept {
		if !exists || slices.Contains(unseenOfStreams[c.Name], key) || strings.Contains(together, value) {
			continue
		}
		assert.Contains(t, tagsOf(map[string]string{key: value}), value, "%s: %s", c.Name, key)
	}
}

// ourProbe is the ffprobe of the build that avloom is linked with.
func ourProbe() string { return filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffprobe") }

// streamTagsBy returns what a ffprobe says about the tags of the streams of a kind, as "key=value"
// with the key in small letters.
func streamTagsBy(t *testing.T, probe, path, kind string) (tags []string) {
	t.Helper()
	for _, s := range streamsBy(t, probe, path) {
		if s.Type != kind {
			continue
		}
		for key, value := range s.Tags {
			tags = append(tags, strings.ToLower(key)+"="+value)
		}
	}
	return tags
}

// probedStream is what a ffprobe says about a stream.
type probedStream struct {
	Type        string            `json:"codec_type"`
	Tags        map[string]string `json:"tags"`
	Disposition map[string]int    `json:"disposition"`
}

// dispositions returns the words of the disposition in the order of the alphabet.
func (s probedStream) dispositions() (words []string) {
	for word, set := range s.Disposition {
		if set == 1 {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return words
}

// streamsBy returns what a ffprobe says about the streams of a file.
func streamsBy(t *testing.T, probe, path string) []probedStream {
	t.Helper()
	var file struct {
		Streams []probedStream `json:"streams"`
	}
	out := mediatest.Run(t, probe, "-v", "error", "-show_streams", "-of", "json", path)
	require.NoError(t, json.Unmarshal(out, &file))
	return file.Streams
}
