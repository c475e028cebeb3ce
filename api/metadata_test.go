package api_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
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
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/container"
)

func TestMetadataInContainers(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mp4", "mov", "m4a", "mkv", "flac", "mp3", "ogg", "opus", "wav", "avi"} {
		t.Run(extension, func(t *testing.T) {
			path := temporary(t, "tagged."+extension)
			encodeSound(
				t,
				stereo(),
				tone(2, 0, 4800),
				path,
				api.Metadata(map[string]string{"title": "Für Élise; 100 %=\"ja\"", "artist": "贝多芬"}),
			)
			file := mediatest.Probe(t, path)
			tags := map[string]string{}
			for _, all := range []map[string]string{file.Format.Tags, streamTags(t, path)} { // ogg has them in the stream
				for key, value := range all {
					tags[strings.ToLower(key)] = value
				}
			}
			require.Equal(t, "Für Élise; 100 %=\"ja\"", tags["title"])
			require.Equal(t, "贝多芬", tags["artist"])
		})
	}
}

func streamTags(t *testing.T, path string) map[string]string {
	t.Helper()
	tags := map[string]string{}
	out := mediatest.Run(
		t,
		"ffprobe",
		"-v",
		"error",
		"-select_streams",
		"0",
		"-show_entries",
		"stream_tags",
		"-of",
		"default=nw=1:nk=0",
		path,
	)
	for line := range strings.Lines(string(out)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "TAG:")), "="); ok {
			tags[key] = value
		}
	}
	return tags
}

// TestFragmentsAfterSync reads a fragmented mp4 while it is being written.
func TestFragmentsAfterSync(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, path, copied := context.Background(), temporary(t, "growing.mp4"), temporary(t, "so-far.mp4")
	enc := api.NewEncoder()
	cfg := numberedVideo()
	cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
	v, a := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
	require.NoError(
		t,
		enc.OpenFile(
			ctx,
			path,
			api.FormatOptions(map[string]any{"movflags": "frag_keyframe+empty_moov+delay_moov", "frag_duration": 500000}),
		),
	)
	for first := 0; first < 60; first += 20 {
		addNumbered(t, v, first, 20)
		addTone(t, a, first*1600, 20*1600)
		require.NoError(t, enc.Sync(ctx))
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(copied, content, 0o600))
		require.Equal(t, counting(first+20), numbersOf(mediatest.Pictures(t, copied, 0, "gray")), "what was synced is there")
		require.Greater(t, len(mediatest.Sound(t, copied, 1)[0]), (first+20)*1600-3*1024)
	}
	require.NoError(t, enc.Close())
	require.Equal(t, counting(60), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
}

// TestUnusualNames: a name is taken letter for letter.
func TestUnusualNames(t *testing.T) {
	mediatest.NoLeaks(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{
		"with spaces.mkv", "ünï 漢字 🎬.mp4", "clip%03d.mp4", "clip%d.gif", "-leading.mkv", "a:b.mp4", "http:x.mkv",
		"'quoted'.mkv", "back\\slash.mkv", ".mkv", "two.dots.mkv",
	} {
		enc := api.NewEncoder()
		v := addVideo(t, enc, api.VideoConfig{Width: numberedWidth, Height: numberedHeight, FrameRate: 25})
		require.NoError(t, enc.OpenFile(context.Background(), name), name)
		addNumbered(t, v, 0, 3)
		require.NoError(t, enc.Close(), name)
		_, err := os.Stat(name)
		require.NoError(t, err, name)
		require.NoError(t, os.Rename(name, "read"))
		require.Equal(t, "3", mediatest.Probe(t, "read").Streams[0].NbReadFrames, name)
	}
	for _, name := range []string{"no extension", "wrong.txt", "dot.", "%d", "-"} {
		encodeBoth(t, api.File(name, api.Format("mkv")))
		require.NoError(t, os.Rename(name, "read"))
		requireSecond(t, "read")
	}
}

// TestFaststart: the index comes first, and nothing else changes.
func TestFaststart(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mp4", "mov", "m4v"} {
		path := temporary(t, "fast."+extension)
		encodeBoth(t, api.File(path, api.Faststart()))
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		index, media := bytes.Index(content, []byte("moov")), bytes.Index(content, []byte("mdat"))
		require.Positive(t, index)
		require.Less(t, index, media)
		requireSecond(t, path)
	}
}

// tagWorlds are tags that people use, with values that are told apart, and one that nobody does.
var tagWorlds = strings.Fields(
	"title artist album album_artist author composer performer date creation_time comment description synopsis genre track disc copyright " +
		"language location lyrics grouping keywords publisher encoder encoded_by encoding_tool show episode_id network episode_sort season_number media_type hd_video " +
		"gapless_playback compilation tmpo disc_subtitle make model service_name service_provider company_name product_name product_version reel_name " +
		"material_package_name comment_own originator coding_history timecode duration width framerate stereo_mode IKEY own",
)

// tagValue is what a tag can say.
func tagValue(i int, key string) string {
	switch key {
	case "date":
		return "2021"
	case "creation_time":
		return "2021-03-04T05:06:07.000000Z"
	case "track",
		"disc",
		"episode_sort",
		"season_number",
		"media_type",
		"hd_video",
		"gapless_playback",
		"compilation",
		"tmpo":
		return fmt.Sprint(100 + i)
	case "location":
		return "+12.3456+078.9012/"
	case "timecode":
		return "01:02:03:04"
	}
	return fmt.Sprintf("value %d.", i)
}

// unseen are tags that are in the file, though the ffprobe of the build does not show them.
// TestTagsThatOnlyOthersShow looks for some with mediainfo.
var unseen = map[string][]string{
	"mov": {"keywords"}, "mp4": {"tmpo"}, "ipod": {"tmpo"}, "f4v": {"tmpo"}, "ismv": {"tmpo"}, "psp": {"title"},
	"3gp": {
		"title",
		"artist",
		"author",
		"genre",
		"comment",
		"album",
		"copyright",
		"date",
	}, "3g2": {"title", "artist", "author", "genre", "comment", "album", "copyright", "date"},
	"gxf": {"creation_time", "timecode"}, "dv": {"creation_time"},
}

// TestEveryTagIsKeptOrRefused walks all containers: of all tags, each is refused or in the file.
func TestEveryTagIsKeptOrRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range astiavx.Containers() {
		if c.NoFile || unreadable[c.Name] != "" || unavailable[c.Name] != "" ||
			c.VideoCodec == astiav.CodecIDNone && c.AudioCodec == astiav.CodecIDNone {
			continue
		}
		for _, options := range []map[string]string{nil, {"movflags": "use_metadata_tags"}, {"write_id3v2": "1"}, {"write_apetag": "1"}, {"write_bext": "1"}} {
			if !hasOptions(c, options) {
				continue
			}
			t.Run(c.Name+fmt.Sprint(options), func(t *testing.T) {
				t.Parallel()
				requireTagsKept(t, c, options)
			})
		}
	}
}

func hasOptions(c astiavx.Container, options map[string]string) bool {
	for name := range options {
		if !slices.ContainsFunc(avoption.MuxerOptions(c.Name), func(o astiavx.Option) bool { return o.Name == name }) {
			return false
		}
	}
	return true
}

// requireTagsKept encodes with all tags that are not refused, and once more with each that is not
// found then, alone: some share a place.
func requireTagsKept(t *testing.T, c astiavx.Container, options map[string]string) {
	t.Helper()
	kept := map[string]string{}
	for i, key := range tagWorlds {
		if container.CheckMetadata(c.Name, options, map[string]string{key: tagValue(i, key)}) == nil {
			kept[key] = tagValue(i, key)
		}
	}
	if len(kept) == 0 {
		return
	}
	more := map[string]any{}
	maps.Copy(more, particulars[c.Name].options)
	for name, value := range options {
		more[name] = value
	}
	path := temporary(t, "tagged."+append(c.Extensions, "x")[0])
	tagsOf := func(tags map[string]string) string {
		_, _, err := encodeContainer(t, c, api.File(path, api.Format(c.Name), api.Metadata(tags), api.FormatOptions(more)))
		require.NoError(t, err)
		probe := filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffprobe")
		return string(
			mediatest.Run(
				t,
				probe,
				"-v",
				"error",
				"-show_entries",
				"format_tags:stream_tags:program_tags",
				"-of",
				"default=nw=1:nk=1",
				path,
			),
		)
	}
	together := tagsOf(kept)
	for key, value := range kept {
		if slices.Contains(unseen[c.Name], key) || strings.Contains(together, value) {
			continue
		}
		assert.Contains(t, tagsOf(map[string]string{key: value}), value, "%s: %s", c.Name, key)
	}
}

// TestTagsThatOnlyOthersShow asks mediainfo for what FFmpeg writes and does not read.
func TestTagsThatOnlyOthersShow(t *testing.T) {
	mediatest.NoLeaks(t)
	for extension, tags := range map[string]map[string]string{
		"3gp": {
			"title": "the title", "artist": "the artist", "album": "the album", "copyright": "the copyright",
			"genre": "the genre", "comment": "the comment", "date": "2021",
		},
		"mp4": {"tmpo": "127"},
		"mov": {"keywords": "the keywords"},
	} {
		path := temporary(t, "tagged."+extension)
		encodeSound(
			t,
			api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"},
			tone(2, 0, 4800),
			path,
			api.Metadata(tags),
		)
		seen := string(mediatest.Run(t, "mediainfo", path))
		for key, value := range tags {
			assert.Contains(t, seen, value, "%s: %s", extension, key)
		}
	}
}

// TestTagsThatAreRefused: the error names the tag and what would do, and comes before the
// destination is touched.
func TestTagsThatAreRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		extension, key, value string
		options               map[string]any
		says                  string
		kept                  string
	}{
		{extension: "mp4", key: "own", value: "x", says: "use_metadata_tags", kept: "album_artist"},
		{extension: "mov", key: "own", value: "x", says: "CoverArt", kept: "title"},
		{extension: "m4a", key: "Own", value: "x", says: "none of the usual tags", kept: "title"},
		{extension: "mp4", key: "season_number", value: "300", says: "from 0 to 255"},
		{extension: "mp4", key: "track", value: "first", says: `"3/12"`},
		{extension: "mp4", key: "creation_time", value: "yesterday", says: "needs a time"},
		{extension: "mov", key: "timecode", value: "one", says: "10:00:00:00"},
		{extension: "mkv", key: "creation_time", value: "yesterday", says: "needs a time"},
		{extension: "mkv", key: "duration", value: "5", says: "as a property of the streams"},
		{extension: "mkv", key: "encoder", value: "mine", says: "encoded_by"},
		{extension: "mp4", key: "own", value: "x", options: map[string]any{"movflags": "+faststart"}, says: "use_metadata_tags", kept: "title"},
		{extension: "aiff", key: "artist", value: "x", says: "write_id3v2", kept: "author"},
		{extension: "aac", key: "title", value: "x", says: "write_apetag"},
		{extension: "wav", key: "composer", value: "x", says: "does not keep it", kept: "artist"},
		{extension: "ts", key: "artist", value: "x", says: "does not keep it", kept: "service_name"},
		{extension: "w64", key: "title", value: "x", says: "keeps no tags"},
		{extension: "gif", key: "title", value: "x", says: "keeps no tags"},
	} {
		path := temporary(t, "kept."+c.extension)
		require.NoError(t, os.WriteFile(path, []byte("precious"), 0o600))
		enc := api.NewEncoder()
		if c.extension == "gif" {
			addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25})
		} else {
			addAudio(t, enc, stereo())
		}
		err := enc.OpenFile(
			context.Background(),
			path,
			api.Metadata(map[string]string{c.key: c.value}),
			api.FormatOptions(c.options),
		)
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, "%s: %s", c.extension, c.key)
		require.Equal(t, "Metadata["+c.key+"]", config.Field)
		require.Equal(t, c.value, config.Value)
		require.Contains(t, config.Reason, c.says)
		if c.kept != "" {
			require.Contains(t, config.Supported, c.kept)
		}
		_ = enc.Abort(nil)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "precious", string(content))
	}
}

// TestTagsOfOnesOwn: mp4 and mov keep any tag with use_metadata_tags, also front to back.
func TestTagsOfOnesOwn(t *testing.T) {
	mediatest.NoLeaks(t)
	own := []api.OutputOption{
		api.Metadata(map[string]string{"own": "mine", "title": "x"}),
		api.FormatOptions(map[string]any{"movflags": "use_metadata_tags"}),
	}
	for _, extension := range []string{"mp4", "mov"} {
		path := temporary(t, "own."+extension)
		encodeBoth(t, api.File(path, own...))
		require.Equal(t, "mine", mediatest.Probe(t, path).Format.Tags["own"])
		var stream bytes.Buffer
		encodeBoth(t, api.Writer(&stream, extension, own...))
		require.NoError(t, os.WriteFile(path, stream.Bytes(), 0o600))
		require.Equal(t, "mine", mediatest.Probe(t, path).Format.Tags["own"])
		requireSecond(t, path)
	}
}
