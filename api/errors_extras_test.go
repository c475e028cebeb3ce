package api_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// noteWrongExtras notes the errors of chapters, covers and attachments.
func noteWrongExtras(t *testing.T, note func(name, field string, err error)) {
	var picture bytes.Buffer
	require.NoError(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))))
	broken := bytes.Clone(picture.Bytes())
	broken[50] ^= 1
	chapter := func(start, end time.Duration, title string) api.OutputOption {
		return api.Chapters(api.Chapter{Start: start, End: end, Title: title})
	}
	many := func(n int) (o []api.Chapter) {
		for i := range n {
			o = append(o, api.Chapter{Start: time.Duration(i) * ms, End: time.Duration(i+1) * ms, Title: "x"})
		}
		return o
	}
	attach := func(name, mime string, data []byte) api.OutputOption {
		return api.Attach(api.Attachment{Name: name, MIME: mime, Data: data})
	}
	writer := func(format string, options ...api.OutputOption) api.Output {
		return api.Writer(struct{ io.Writer }{io.Discard}, format, options...)
	}
	file, dir := api.File, t.TempDir()
	for _, c := range []struct {
		name, field string
		output      api.Output
	}{
		{"chapter before 0", "Chapters[0].Start", file("x.mp4", chapter(-ms, ms, ""))},
		{"chapter that ends before it begins", "Chapters[0].End", file("x.mp4", chapter(2*ms, ms, ""))},
		{"chapter without an end", "Chapters[0].End", file("x.mp4", chapter(2*ms, 0, ""))},
		{"chapters that overlap", "Chapters[1].Start", file("x.mp4", chapter(0, 2*ms, ""), chapter(ms, 3*ms, ""))},
		{"chapters out of order", "Chapters[1].Start", file("x.mp4", chapter(5*ms, 6*ms, ""), chapter(0, ms, ""))},
		{"chapter with NUL", "Chapters[0].Title", file("x.mp4", chapter(0, ms, "a\x00b"))},
		{"chapter that is no UTF-8", "Chapters[0].Title", file("x.mp4", chapter(0, ms, "\xff"))},
		{"chapters of avi", "Chapters", file("x.avi", chapter(0, ms, "a"))},
		{"chapters of HLS", "Chapters", api.Folder(dir, "index.m3u8", chapter(0, ms, "a"))},
		{"chapters of parts", "Chapters", api.Folder(dir, "part-%03d.mp4", chapter(0, ms, "a"))},
		{"chapters of asf without seeking", "Chapters", writer("asf", chapter(0, ms, "a"))},
		{"chapters in the program's fragments", "Chapters", file("x.mp4", chapter(0, ms, "a"), api.FormatOptions(map[string]any{"movflags": "frag_keyframe"}))},
		{"late chapter with Faststart", "Chapters", file("x.mp4", chapter(ms, 2*ms, "a"), api.Faststart())},
		{"long title", "Chapters", file("x.mp4", chapter(0, ms, strings.Repeat("x", 65536)))},
		{"long title front to back", "Chapters", writer("mp4", chapter(0, ms, strings.Repeat("x", 256)))},
		{"too many chapters front to back", "Chapters", writer("mp4", api.Chapters(many(256)...))},
		{"cover that is nil", "CoverArt", file("x.mp4", api.CoverArt(nil))},
		{"cover that is no picture", "CoverArt", file("x.mp4", api.CoverArt([]byte("GIF89a")))},
		{"cover that ends early", "CoverArt", file("x.mp4", api.CoverArt(picture.Bytes()[:picture.Len()-13]))},
		{"cover with an error", "CoverArt", file("x.mp4", api.CoverArt(broken))},
		{"cover that is no whole JPEG", "CoverArt", file("x.mp4", api.CoverArt([]byte{0xff, 0xd8, 0xff, 0xe0}))},
		{"cover of mov", "CoverArt", file("x.mov", api.CoverArt(picture.Bytes()))},
		{"cover of HLS", "CoverArt", api.Folder(dir, "index.m3u8", api.CoverArt(picture.Bytes()))},
		{"cover without the usual tags", "CoverArt", file("x.mp4", api.CoverArt(picture.Bytes()), api.FormatOptions(map[string]any{"movflags": "use_metadata_tags"}))},
		{"cover in the program's fragments", "CoverArt", file("x.mp4", api.CoverArt(picture.Bytes()), api.FormatOptions(map[string]any{"frag_duration": 500000}))},
		{"attachment of mp4", "Attach", file("x.mp4", attach("a", "text/plain", []byte("a")))},
		{"attachment of webm", "Attach", file("x.webm", attach("a", "text/plain", []byte("a")))},
		{"attachment without a name", "Attach[0].Name", file("x.mkv", attach("", "text/plain", []byte("a")))},
		{"attachment outside", "Attach[0].Name", file("x.mkv", attach("../a", "text/plain", []byte("a")))},
		{"attachment in a folder of Windows", "Attach[0].Name", file("x.mkv", attach(`a\b`, "text/plain", []byte("a")))},
		{"attachment with a line break", "Attach[0].Name", file("x.mkv", attach("a\nb", "text/plain", []byte("a")))},
		{"attachment without a type", "Attach[0].MIME", file("x.mkv", attach("a", "", []byte("a")))},
		{"attachment of no type", "Attach[0].MIME", file("x.mkv", attach("a", "json", []byte("a")))},
		{"attachment without data", "Attach[0].Data", file("x.mkv", attach("a", "text/plain", nil))},
		{"attachments of one name", "Attach[1].Name", file("x.mkv", attach("a", "text/plain", []byte("a")), attach("a", "text/plain", []byte("b")))},
	} {
		enc := api.NewEncoder()
		addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "mpeg4"})
		if c.field == "Attach" && strings.Contains(c.name, "webm") {
			enc = api.NewEncoder()
			addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "libvpx"})
		}
		note(c.name, c.field, enc.Open(context.Background(), c.output))
		require.NoError(t, enc.Close())
	}
	for _, c := range []struct{ name, text string }{
		{"timecode of the next day", "24:00:00:00"},
		{"timecode of a frame too many", "00:00:00:25"},
		{"drop-frame timecode at 25", "00:00:00;00"},
	} {
		enc := api.NewEncoder()
		addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "mpeg4"})
		tags := api.Metadata(map[string]string{"timecode": c.text})
		note(c.name, "Metadata[timecode]", enc.Open(context.Background(), file("x.mov", tags)))
		require.NoError(t, enc.Close())
	}
	enc := api.NewEncoder()
	addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "libmp3lame"})
	note("chapters of mp3 without a title", "Chapters", enc.Open(context.Background(), writer("mp3", chapter(0, ms, ""))))
	note("too many chapters of mp3", "Chapters", enc.Open(context.Background(), writer("mp3", api.Chapters(many(256)...))))
	note("chapters of mp3 beyond its clock", "Chapters", enc.Open(context.Background(), writer("mp3", chapter(0, 2000*time.Hour, "x"))))
	old := api.FormatOptions(map[string]any{"id3v2_version": 4})
	note("chapters of mp3 with ID3v2.4", "Chapters", enc.Open(context.Background(), writer("mp3", chapter(0, ms, "x"), old)))
	require.NoError(t, enc.Close())
}
