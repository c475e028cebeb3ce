package container

import "github.com/avloom/avloom/internal/astiavx"

// rawFormats are the pixel formats of rawvideo that a container can name.
//
// For AVI and mov they are those of PIX_FMT_LIST_AVI and PIX_FMT_LIST_MOV in FFmpeg's raw.c, and
// their tags, as the ffmpeg of Debian 12 reads them back. FFmpeg writes all others too, and says
// that they will be unreadable. In AVI, rgb24 is read as bgr24, and bgr0 as bgr24 with the wrong
// distance between pixels; the same happens to rgb0 in mov.
var rawFormats = map[string][]string{
	"avi": {
		"yuv420p", "yuv422p", "yuv410p", "yuv411p", "nv12", "nv21", "yuyv422", "uyvy422", "yvyu422",
		"gray", "bgr24", "bgra", "rgba", "rgb555le", "pal8",
	},
	"mov": {
		"rgb24", "bgr24", "argb", "rgba", "abgr", "bgra", "rgb555be", "rgb555le", "rgb565be", "rgb565le",
		"rgb48be", "gray", "gray16be", "yuyv422", "uyvy422", "pal8",
	},
	"matroska": namedByFourLetters,
	"asf":      namedByFourLetters,
}

// namedByFourLetters are the formats that Matroska and ASF name by AVI's letters for them. FFmpeg's
// muxers refuse all others.
var namedByFourLetters = []string{
	"yuv420p", "yuyv422", "yuv422p", "yuv410p", "yuv411p", "gray", "uyvy422", "uyyvyy411", "nv12",
	"nv21", "rgba", "yvyu422", "y210le", "vuya", "xv30le", "ayuv", "uyva", "vyu444", "v30xle",
	"y216le", "xv48le",
}

// RawFormats returns the pixel formats in which a container can hold rawvideo; nil if it holds all
// that its muxer takes. NUT holds those that have a tag: others would be read as rgb555le.
func RawFormats(format string) []string {
	if format == "nut" {
		return astiavx.PixelFormats(astiavx.HasRawTag)
	}
	return rawFormats[format]
}
