package subtitle

import "encoding/binary"

// mostMovText is how many bytes a sample of 3GPP Timed Text can tell that it has.
const mostMovText = 1<<16 - 1

// movText writes a text sample of 3GPP TS 26.245: its length, and the text.
func movText(to []byte, text string, _ int) []byte {
	to = binary.BigEndian.AppendUint16(to, uint16(len(text)))
	return append(to, text...)
}

// EmptyMovText is a text sample without text. It stands between two cues.
var EmptyMovText = []byte{0, 0}

// movTextHeader returns a sample description of 3GPP TS 26.245: white Arial of 16 points, centred
// at the bottom. That is what FFmpeg's encoder makes of text without a style (movtextenc.c), so
// that its decoder finds no style either.
func movTextHeader() []byte {
	const font = "Arial"
	h := make([]byte, 0, 64)
	h = append(h, 0, 0, 0, 0)             // display flags
	h = append(h, 1, 0xff)                // in the middle, at the bottom
	h = append(h, 0, 0, 0, 0)             // background: transparent
	h = append(h, make([]byte, 8)...)     // the box: everywhere
	h = append(h, 0, 0, 0, 0, 0, 1, 0)    // the style: of all text, of font 1, neither bold nor else
	h = append(h, 16)                     // points
	h = append(h, 0xff, 0xff, 0xff, 0xff) // white
	h = binary.BigEndian.AppendUint32(h, uint32(8+2+2+1+len(font)))
	h = append(h, "ftab"...)
	h = append(h, 0, 1, 0, 1, byte(len(font))) // one font, which is font 1
	return append(h, font...)
}
