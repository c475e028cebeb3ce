package subtitle

import "strconv"

// assHeader is the beginning of a file of Advanced SubStation Alpha with one style, that of
// FFmpeg's decoders (ff_ass_subtitle_header_full in ass.c).
const assHeader = `[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, ` +
	`Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, ` +
	`MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
`

// wordJoiner is a character without width. It keeps a backslash apart from a letter that would make
// a command of it.
const wordJoiner = "\u2060"

// ass writes the fields of a dialogue line that Matroska and FFmpeg keep: the number of the cue,
// layer, style, name, margins, effect, and the text.
//
// Only libass, which most players use, has an escape for braces. For other readers an empty command
// follows, so that they hide the brace and not the text after it.
func ass(to []byte, text string, count int) []byte {
	to = strconv.AppendInt(to, int64(count), 10)
	to = append(to, ",0,Default,,0,0,0,,"...)
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\n':
			to = append(to, `\N`...)
		case c == '{':
			to = append(to, `\{{}`...)
		case c == '\\' && isCommand(text[i+1:]):
			to = append(to, `\`+wordJoiner...)
		default:
			to = append(to, c)
		}
	}
	return to
}

// isCommand says whether what follows a backslash would make a line break, a space or a brace of
// it.
func isCommand(next string) bool {
	if next == "" {
		return false
	}
	switch next[0] {
	case 'n', 'N', 'h', '{', '}':
		return true
	}
	return false
}
