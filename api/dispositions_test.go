package api_test

import (
	"context"
	"slices"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/container"
)

// TestEveryDispositionIsKeptOrRefused walks all containers: each word about a stream is refused or
// in the file.
func TestEveryDispositionIsKeptOrRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range astiavx.Containers() {
		if c.NoFile || unreadable[c.Name] != "" || unavailable[c.Name] != "" ||
			c.VideoCodec == astiav.CodecIDNone && c.AudioCodec == astiav.CodecIDNone {
			continue
		}
		for _, kind := range []astiav.MediaType{astiav.MediaTypeVideo, astiav.MediaTypeAudio} {
			for _, word := range container.Dispositions(kind) {
				if container.CheckDisposition(c.Name, kind, []string{word}) != nil {
					continue
				}
				t.Run(c.Name+"/"+kind.String()+"/"+word, func(t *testing.T) {
					t.Parallel()
					requireDisposition(t, c, kind, word)
				})
			}
		}
	}
}

// requireDisposition checks that a word is in a file, and no other one of which the reader did not
// conclude that it follows.
func requireDisposition(t *testing.T, c astiavx.Container, kind astiav.MediaType, word string) {
	t.Helper()
	path := temporary(t, "disposed."+append(c.Extensions, "x")[0])
	ofVideo, ofAudio := words{disposition: []string{}}, words{disposition: []string{word}}
	if kind == astiav.MediaTypeVideo {
		ofVideo, ofAudio = ofAudio, ofVideo
	}
	options := api.FormatOptions(particulars[c.Name].options)
	_, _, err := encodeWords(t, c, api.File(path, api.Format(c.Name), options), ofVideo, ofAudio)
	require.NoError(t, err)
	for _, s := range streamsBy(t, ourProbe(), path) {
		if s.Type == kind.String() {
			assert.Contains(t, s.dispositions(), word)
		} else if !container.IsMovFamily(c.Name) {
			assert.Empty(t, s.dispositions())
		}
	}
}

// TestWhichStreamIsTheDefault checks that the first stream of a kind that leaves it open is the
// default, unless another one says that it is.
func TestWhichStreamIsTheDefault(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		sound [][]string
		want  []bool
	}{
		"all open":                     {[][]string{nil, nil}, []bool{true, false}},
		"the second says so":           {[][]string{nil, {"default"}}, []bool{false, true}},
		"the first is something else":  {[][]string{{"comment"}, nil}, []bool{false, true}},
		"none":                         {[][]string{{}, {}}, []bool{false, false}},
		"both":                         {[][]string{{"default"}, {"default"}}, []bool{true, true}},
		"the first is also a comment":  {[][]string{{"default", "comment"}, nil}, []bool{true, false}},
		"the only one is a commentary": {[][]string{{"comment"}}, []bool{false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, enc, ctx := temporary(t, "sounds.mkv"), api.NewEncoder(), context.Background()
			var streams []*api.AudioStream
			for _, words := range c.sound {
				cfg := api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: "flac", Disposition: words}
				streams = append(streams, addAudio(t, enc, cfg))
			}
			require.NoError(t, enc.OpenFile(ctx, path))
			for _, s := range streams {
				require.NoError(t, s.AddSamples(ctx, tone(1, 0, 4800)))
			}
			require.NoError(t, enc.Close())
			var got []bool
			for _, s := range streamsBy(t, "ffprobe", path) {
				got = append(got, slices.Contains(s.dispositions(), "default"))
			}
			require.Equal(t, c.want, got)
		})
	}
}
