package api_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// carriesStreams are the words about a stream.
var carriesStreams = []carriesColumn{
	carriesStreamTag("title of a stream", "audio", "title", "left ear"),
	carriesStreamTag("language of sound", "audio", "language", "ger"),
	carriesStreamTag("language of pictures", "video", "language", "ger"),
	carriesDisposition("default", "main"),
	carriesDisposition("forced", "forced-subtitle"),
	carriesDisposition("comment", "commentary"),
	carriesDisposition("hearing_impaired", "(none)"),
}

// carriesStreamTag is a tag of a stream of a kind, or of the other kind if the container has no
// such stream. The language is asked of its kind alone.
func carriesStreamTag(name, kind, key, value string) carriesColumn {
	return carriesColumn{
		name: name,
		ask: func(c *carriesConfig) bool {
			tags := map[string]string{key: value}
			switch {
			case c.audio != nil && kind == "audio":
				c.audio.Metadata = tags
			case c.video != nil && (kind == "video" || key != "language"):
				c.video.Metadata = tags
			default:
				return false
			}
			return true
		},
		seen: func(t *testing.T, f carriedFile) bool {
			t.Helper()
			if filepath.Ext(f.path) == ".mpd" {
				return inManifest(t, f.path, kind, `lang="`+value+`"`) // ffprobe shows that of sound alone
			}
			if strings.Contains(string(mediatest.Run(t, "mediainfo", f.path)), ": "+value+"\n") {
				return true // the name of a track in mov, which ffprobe 5.1 does not read
			}
			return slices.ContainsFunc(streamsBy(t, "ffprobe", f.path), func(s probedStream) bool {
				isAsked := s.Type == kind || f.audio == nil
				return isAsked && slices.Contains(slices.Collect(maps.Values(s.Tags)), value)
			})
		},
		lists: true,
	}
}

// inManifest says whether a text is in the part of a manifest of DASH that describes the streams of
// a kind.
func inManifest(t *testing.T, path, kind, text string) bool {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	_, description, _ := strings.Cut(string(content), `contentType="`+kind+`"`)
	description, _, _ = strings.Cut(description, "</AdaptationSet>")
	return strings.Contains(description, text)
}

// carriesDisposition is what the sound is for. DASH says it as a role in the manifest, which
// ffprobe does not show.
func carriesDisposition(word, role string) carriesColumn {
	return carriesColumn{
		name: strings.ReplaceAll(word, "_", " "),
		ask: func(c *carriesConfig) bool {
			if c.audio != nil {
				c.audio.Disposition = []string{word}
			}
			return c.audio != nil
		},
		seen: func(t *testing.T, f carriedFile) bool {
			t.Helper()
			if filepath.Ext(f.path) == ".mpd" {
				return inManifest(t, f.path, "audio", `schemeIdUri="urn:mpeg:dash:role:2011" value="`+role+`"`)
			}
			return f.row.folder == "" && slices.ContainsFunc(streamsBy(t, "ffprobe", f.path), func(s probedStream) bool {
				return s.Type == "audio" && slices.Contains(s.dispositions(), word)
			})
		},
		lists: true,
	}
}
