package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// tagged sets a tag of a video stream.
func tagged(key, value string) func(*api.VideoConfig) {
	return func(c *api.VideoConfig) { c.Metadata = map[string]string{key: value} }
}

// taggedSound sets a tag of a stream of sound.
func taggedSound(key, value string) func(*api.AudioConfig) {
	return func(c *api.AudioConfig) { c.Metadata = map[string]string{key: value} }
}

// disposed sets the disposition of a video stream.
func disposed(words ...string) func(*api.VideoConfig) {
	return func(c *api.VideoConfig) { c.Disposition = words }
}

// disposedSound sets the disposition of a stream of sound.
func disposedSound(words ...string) func(*api.AudioConfig) {
	return func(c *api.AudioConfig) { c.Disposition = words }
}

// wordRefusals are wrong tags, dispositions and codec tags of streams.
func wordRefusals() []refusal {
	return []refusal{
		{name: "language in English", field: "Metadata[language]", video: tagged("language", "German")},
		{name: "language of two letters", field: "Metadata[language]", audio: taggedSound("language", "en")},
		{name: "language in capital letters", field: "Metadata[Language]", audio: taggedSound("Language", "ENG")},
		{name: "language with a country", field: "Metadata[language]", audio: taggedSound("language", "pt-BR")},
		{name: "language that nobody speaks", field: "Metadata[language]", audio: taggedSound("language", "xyz")},
		{name: "language empty", field: "Metadata[language]", audio: taggedSound("language", "")},
		{name: "two languages", field: "Metadata[language]", audio: taggedSound("language", "eng,deu")},
		{name: "stream tag without a name", field: "Metadata[]", video: tagged("", "x")},
		{name: "stream tag with NUL", field: "Metadata[title]", video: tagged("title", "left\x00eye")},
		{name: "stream tag that is no UTF-8", field: "Metadata[title]", audio: taggedSound("title", "\xff")},
		{name: "stream tag empty", field: "Metadata[title]", video: tagged("title", "")},
		{name: "stream tag given twice", field: "Metadata[title]", video: func(c *api.VideoConfig) {
			c.Metadata = map[string]string{"title": "a", "Title": "b"}
		}},
		{name: "disposition unknown", field: "Disposition", video: disposed("defualt")},
		{name: "disposition empty", field: "Disposition", video: disposed("")},
		{name: "disposition in capital letters", field: "Disposition", audio: disposedSound("Default")},
		{name: "disposition twice", field: "Disposition", audio: disposedSound("default", "default")},
		{name: "disposition that contradicts", field: "Disposition", audio: disposedSound("dub", "original")},
		{name: "disposition of a cover", field: "Disposition", video: disposed("attached_pic")},
		{name: "disposition that nobody writes", field: "Disposition", video: disposed("still_image")},
		{name: "disposition of sound for pictures", field: "Disposition", video: disposed("clean_effects")},
		{name: "disposition of pictures for sound", field: "Disposition", audio: disposedSound("captions")},
		{name: "codec tag of five letters", field: "Tag", video: func(c *api.VideoConfig) { c.Tag = "hvc1 " }},
		{name: "codec tag of three letters", field: "Tag", video: func(c *api.VideoConfig) { c.Tag = "hvc" }},
		{name: "codec tag of four letters, five bytes", field: "Tag", video: func(c *api.VideoConfig) { c.Tag = "hévc" }},

		{name: "stream tag that mp4 drops", field: "Metadata[own]", format: "mp4", video: tagged("own", "x")},
		{name: "stream tag that mp3 drops", field: "Metadata[title]", format: "mp3", audio: func(c *api.AudioConfig) {
			c.Codec, c.Metadata = "libmp3lame", map[string]string{"title": "x"}
		}},
		{name: "language of pictures in ts", field: "Metadata[language]", format: "ts", video: tagged("language", "eng")},
		{name: "language that mov cannot name", field: "Metadata[language]", format: "mov", audio: taggedSound("language", "yue")},
		{name: "stream's encoder", field: "Metadata[encoder]", format: "mkv", video: tagged("encoder", "mine")},
		{name: "stream's stereo mode", field: "Metadata[stereo_mode]", format: "mkv", video: tagged("stereo_mode", "mono")},
		{name: "stream's time code", field: "Metadata[timecode]", format: "mov", video: tagged("timecode", "noon")},
		{name: "default in avi", field: "Disposition", format: "avi", video: disposed("default")},
		{name: "forced in mov", field: "Disposition", format: "mov", video: disposed("default", "forced")},
		{
			name: "two impairments in ts", field: "Disposition", format: "ts",
			audio: disposedSound("hearing_impaired", "visual_impaired"),
		},
	}
}

// TestWordsBelongToTheEncoder checks that a program may change its map and its slice after AddVideo
// and AddAudio.
func TestWordsBelongToTheEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	tags, words := map[string]string{"title": "mine"}, []string{"comment"}
	path, enc, ctx := temporary(t, "cloned.mkv"), api.NewEncoder(), context.Background()
	v := addVideo(t, enc, api.VideoConfig{
		Width: 64, Height: 64, FrameRate: 25, Codec: "ffv1", InputFormat: "gray", Metadata: tags, Disposition: words,
	})
	a := addAudio(t, enc, api.AudioConfig{
		SampleRate: 48000, NumChannels: 1, Codec: "flac", Metadata: tags, Disposition: words,
	})
	tags["title"], words[0] = "changed", "forced"
	require.NoError(t, enc.OpenFile(ctx, path))
	require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 64*64), Layout: api.Raw}))
	require.NoError(t, a.AddSamples(ctx, tone(1, 0, 4800)))
	require.NoError(t, enc.Close())
	for _, s := range streamsBy(t, "ffprobe", path) {
		require.Equal(t, "mine", s.Tags["title"])
		require.Equal(t, []string{"comment"}, s.dispositions())
	}
}
