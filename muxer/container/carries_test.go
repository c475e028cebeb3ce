package container

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
)

func TestCarries(t *testing.T) {
	for _, c := range []struct {
		format     string
		codec      astiav.CodecID
		can, known bool
	}{
		{"mp3", astiav.CodecIDMp3, true, true},
		{"mp3", astiav.CodecIDPng, false, true}, // a cover
		{"flac", astiav.CodecIDMjpeg, false, true},
		{"matroska", astiav.CodecIDH264, true, true},
		{"matroska", astiav.CodecIDUtvideo, true, true}, // by its tag in AVI
		{"matroska", astiav.CodecIDSvq1, false, true},
		{"webm", astiav.CodecIDH264, false, true},
		{"nut", astiav.CodecIDH264, true, true},
	} {
		can, known := Carries(c.format, c.codec)
		require.Equal(t, [2]bool{c.can, c.known}, [2]bool{can, known}, "%s in %s", c.codec.Name(), c.format)
	}
}
