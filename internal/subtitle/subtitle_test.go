package subtitle_test

import (
	"encoding/binary"
	"html"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/subtitle"
)

// shown returns the text that a player shows for the data of a packet.
var shown = map[string]func(t *testing.T, data string) string{
	"mov_text": func(t *testing.T, data string) string {
		t.Helper()
		require.Equal(t, len(data)-2, int(binary.BigEndian.Uint16([]byte(data))))
		return data[2:]
	},
	"subrip": func(_ *testing.T, data string) string { return data },
	"webvtt": func(t *testing.T, data string) string {
		t.Helper()
		require.NotContains(t, data, "<")
		require.NotContains(t, data, ">")
		return html.UnescapeString(data)
	},
	"ass": func(t *testing.T, data string) string {
		t.Helper()
		fields := strings.SplitN(data, ",", 9)
		require.Len(t, fields, 9)
		return libass(fields[8])
	},
}

// libass reads text as libass does: \N is a line break, \h a space, \{ and \} are braces, and other
// braces enclose commands.
func libass(text string) string {
	var b strings.Builder
	for text != "" {
		switch {
		case strings.HasPrefix(text, `\N`), strings.HasPrefix(text, `\n`):
			b.WriteByte('\n')
			text = text[2:]
		case strings.HasPrefix(text, `\h`):
			b.WriteRune('\u00a0')
			text = text[2:]
		case strings.HasPrefix(text, `\{`), strings.HasPrefix(text, `\}`):
			b.WriteByte(text[1])
			text = text[2:]
		case text[0] == '{' && strings.Contains(text, "}"):
			text = text[strings.Index(text, "}")+1:]
		default:
			b.WriteByte(text[0])
			text = text[1:]
		}
	}
	return b.String()
}

// FuzzText writes texts in each codec, and reads them as players do.
func FuzzText(f *testing.F) {
	for _, text := range []string{
		"a", "two\nlines", "a & <b>b</b> &amp; &lt;", `{\b1}bold{\b0}`, `C:\new \h \N {`, "\\", "{}", "a\r\nb\r", "\u2060\\N",
		`{"a":{"b":[1,2]},"c":"\n"}`, "{y:i}", "a --> b", "a\n\nb", "\xff", "\x00", "}\\{", "<",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		normal, reason := subtitle.Normalize(text)
		if reason != "" {
			return
		}
		again, reason := subtitle.Normalize(normal)
		if reason == "" { // a text may consist of several line breaks at its end
			require.Equal(t, strings.TrimSuffix(normal, "\n"), again)
		}
		for _, name := range subtitle.Names() {
			codec := subtitle.Find(name)
			if codec.Rules.Check(normal) != "" {
				continue
			}
			got := shown[name](t, string(codec.Write(nil, normal, 7)))
			if name == "ass" {
				got, normal = strings.ReplaceAll(got, "\u2060", ""), strings.ReplaceAll(normal, "\u2060", "")
			}
			require.Equal(t, normal, got, name)
		}
	})
}

// TestRules says which codecs hold what others hold.
func TestRules(t *testing.T) {
	mov, srt, vtt := subtitle.Find("mov_text").Rules, subtitle.Find("subrip").Rules, subtitle.Find("webvtt").Rules
	assert.True(t, mov.Include(vtt))
	assert.False(t, vtt.Include(mov))
	assert.False(t, mov.Include(srt))
	assert.True(t, mov.With(srt).Include(srt))
	for _, text := range []string{"<b>", "a < b > c", `{\an8}`, "{y:i}", "&amp;", `a\nb`, "</i", "<unknown>"} {
		assert.NotEmpty(t, srt.Check(text), text)
		assert.Empty(t, vtt.Check(text), text)
	}
	for _, text := range []string{"1 < 2", "a & b", `{"a":1}`, `C:\temp`, "a > b", "{a}"} {
		assert.Empty(t, srt.Check(text), text)
	}
}
