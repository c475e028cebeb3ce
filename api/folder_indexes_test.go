package api_test

import (
	"encoding/xml"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// playlist is what a playlist of HLS says.
type playlist struct {
	header    string // the file in front of the segments
	names     []string
	durations []float64
	ended     bool
	lines     []string
}

func readPlaylist(t *testing.T, path string) (p playlist) {
	t.Helper()
	p.lines = strings.Split(strings.TrimSpace(string(read(t, path))), "\n")
	require.Equal(t, "#EXTM3U", p.lines[0])
	for _, line := range p.lines {
		switch key, value, _ := strings.Cut(line, ":"); key {
		case "#EXT-X-MAP":
			p.header = strings.Trim(strings.TrimPrefix(value, "URI="), `"`)
		case "#EXTINF":
			seconds, err := strconv.ParseFloat(strings.TrimSuffix(value, ","), 64)
			require.NoError(t, err)
			p.durations = append(p.durations, seconds)
		case "#EXT-X-ENDLIST":
			p.ended = true
		default:
			if !strings.HasPrefix(line, "#") {
				p.names = append(p.names, line)
			}
		}
	}
	require.Len(t, p.durations, len(p.names))
	return p
}

// named returns the files that a playlist or manifest names.
func named(t *testing.T, index string) []string {
	t.Helper()
	if filepath.Ext(index) == ".mpd" {
		return readManifest(t, index).names()
	}
	p := readPlaylist(t, index)
	if p.header == "" {
		return p.names
	}
	return append([]string{p.header}, p.names...)
}

// manifest is what a manifest of DASH says.
type manifest struct {
	Type     string `xml:"type,attr"`
	Duration string `xml:"mediaPresentationDuration,attr"`
	Sets     []struct {
		Representation struct {
			ID       string `xml:"id,attr"`
			Codecs   string `xml:"codecs,attr"`
			Template struct {
				Timescale int64  `xml:"timescale,attr"`
				Header    string `xml:"initialization,attr"`
				Media     string `xml:"media,attr"`
				Start     int    `xml:"startNumber,attr"`
				Timeline  []struct {
					Time     *int64 `xml:"t,attr"`
					Duration int64  `xml:"d,attr"`
					Repeat   int    `xml:"r,attr"`
				} `xml:"SegmentTimeline>S"`
			} `xml:"SegmentTemplate"`
		} `xml:"Representation"`
	} `xml:"Period>AdaptationSet"`
}

func readManifest(t *testing.T, path string) (m manifest) {
	t.Helper()
	require.NoError(t, xml.Unmarshal(read(t, path), &m))
	return m
}

// durations returns how long the segments of a stream are, in seconds.
func (m manifest) durations(stream int) (durations []float64) {
	template := m.Sets[stream].Representation.Template
	for _, s := range template.Timeline {
		for range s.Repeat + 1 {
			durations = append(durations, float64(s.Duration)/float64(template.Timescale))
		}
	}
	return durations
}

func (m manifest) names() (names []string) {
	for i, set := range m.Sets {
		r := set.Representation
		name := func(pattern string, number int) string {
			digits := strconv.Itoa(100000 + number)[1:]
			return strings.NewReplacer("$RepresentationID$", r.ID, "$Number%05d$", digits).Replace(pattern)
		}
		names = append(names, name(r.Template.Header, 0))
		for k := range m.durations(i) {
			names = append(names, name(r.Template.Media, r.Template.Start+k))
		}
	}
	return names
}

// requireComplete checks that the folder has the files that the index names, and no others.
func requireComplete(t *testing.T, index string) {
	t.Helper()
	want := append(named(t, index), filepath.Base(index))
	slices.Sort(want)
	require.Equal(t, want, filesIn(t, filepath.Dir(index)))
	if filepath.Ext(index) == ".mpd" {
		require.Equal(t, "static", readManifest(t, index).Type)
		return
	}
	require.True(t, readPlaylist(t, index).ended)
}
