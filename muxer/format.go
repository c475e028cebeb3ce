package muxer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// movFamily are the containers that FFmpeg's mov muxer writes.
var movFamily = []string{"mov", "mp4", "ipod", "3gp", "3g2", "psp", "f4v", "ismv", "avif"}

// IsMovFamily says whether FFmpeg's mov muxer writes this container.
func IsMovFamily(format string) bool { return slices.Contains(movFamily, format) }

// fragmentFlags make the mov muxer write front to back: fragments, which the Mux cuts, behind an index that waits for the
// first of them, since only then the start times of all tracks (B-frames, priming) are known.
const fragmentFlags = "+frag_custom+delay_moov+default_base_moof"

// fragmentFlagsOfFFmpeg are the same where the caller's options say how long fragments are, and FFmpeg cuts them.
const fragmentFlagsOfFFmpeg = "+frag_keyframe+delay_moov+default_base_moof"

// optionsFor adds to the caller's options what the container needs for this destination. What the caller said stays.
func optionsFor(cfg Config, canSeek bool) map[string]string {
	all := map[string]string{"fflags": "+bitexact"} // or matroska and ogg put random numbers into the file
	if !canSeek {
		all["flush_packets"] = "1"
		if cfg.Format == "flv" { // which otherwise logs, at the end, that it cannot go back to mend its header
			all["flvflags"] = "no_duration_filesize"
		}
	}
	if cfg.Format == "wav" && canSeek {
		all["rf64"] = "auto" // or its header is wrong above 4 GiB
	}
	maps.Copy(all, cfg.Options)
	switch {
	case canSeek || !IsMovFamily(cfg.Format) || decidesFlags(cfg.Options):
	case decidesLayout(cfg.Options):
		all["movflags"] += fragmentFlagsOfFFmpeg
	default:
		all["movflags"] += fragmentFlags
	}
	if cfg.CrashSafe {
		addSafeguards(all, cfg, canSeek)
	}
	return all
}

// ordered are containers whose muxer takes packets in the order of their times alone. That of ASF ends the process otherwise
// (an assertion in flush_packet of FFmpeg's asfenc.c). So their packets wait for other streams without a clock, and one that
// comes too late all the same is an error.
var ordered = []string{"asf", "asf_stream"}

// together are containers that have a place for sound beside each picture alone, so that their muxers fail where one comes
// without the other. Their packets wait for other streams without a clock.
var together = []string{"dv", "mxf", "mxf_d10", "gxf", "swf", "avm2"}

// lockstep says of an error what FFmpeg does not: that such a container wants its streams fed together.
func (m *Mux) lockstep(err error) error {
	if err == nil || len(m.tracks) < 2 {
		return err
	}
	format := m.format.OutputFormat().Name()
	if !slices.Contains(together, format) {
		return err
	}
	return fmt.Errorf("%s holds pictures and sound side by side, so that neither can go on without the other; were both fed? %w", format, err)
}

// needSeeking are containers that nobody can read unless FFmpeg goes back to mend their header. It does not refuse to write them front to back.
var needSeeking = []string{"aiff", "w64", "wtv"}

// notWritten are what FFmpeg counts among its containers, but does not write to a file.
var notWritten = map[string]string{
	"rtp":             "is sent over a network",
	"rtp_mpegts":      "is sent over a network",
	"uncodedframecrc": "takes no encoded streams",
}

// identified are the codecs that MPEG-TS has a name for (get_dvb_stream_type in FFmpeg's mpegtsenc.c). FFmpeg writes any other as private data, which
// nobody can tell what it is.
var identified = []string{
	"mpeg1video", "mpeg2video", "mpeg4", "h264", "hevc", "vvc", "cavs", "avs2", "avs3", "dirac", "vc1",
	"mp2", "mp3", "aac", "aac_latm", "ac3", "eac3", "dts", "truehd", "opus", "s302m",
}

// needHeader are codecs that nobody can read without the header beside their stream, which FFmpeg's
// muxer for WTV leaves out.
var needHeader = []string{"ffv1", "ffvhuff", "huffyuv", "utvideo"}

// Loses says whether a container would be written with a stream of this codec, and could not be read.
func Loses(format, codec string) bool {
	return format == "mpegts" && !slices.Contains(identified, codec) ||
		format == "wtv" && slices.Contains(needHeader, codec)
}

// rawFormats are the pixel formats of rawvideo that AVI and QuickTime have a name for
// (PIX_FMT_LIST_AVI and PIX_FMT_LIST_MOV in FFmpeg's raw.c, and their tags), as the ffmpeg of
// Debian 12 reads them back. FFmpeg writes any other too, and says that it will be unreadable;
// rgb24 in AVI is read as bgr24, and so is bgr0, with the wrong distance between its pixels, as is
// rgb0 in QuickTime.
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

// namedByFourLetters are the formats that Matroska and ASF know by the letters that AVI has for them. Their muxers refuse all
// others.
var namedByFourLetters = []string{
	"yuv420p", "yuyv422", "yuv422p", "yuv410p", "yuv411p", "gray", "uyvy422", "uyyvyy411", "nv12", "nv21", "rgba", "yvyu422",
	"y210le", "vuya", "xv30le", "ayuv", "uyva", "vyu444", "v30xle", "y216le", "xv48le",
}

// RawFormats are the pixel formats in which a container can hold rawvideo; nil: whatever it does
// not refuse. NUT holds those that have a tag: others are read as rgb555le.
func RawFormats(format string) []string {
	if format == "nut" {
		return astiavx.PixelFormats(astiavx.HasRawTag)
	}
	return rawFormats[format]
}

// besideAlpha are the codecs whose alpha is not in the stream, but in one of its own beside each
// picture. FFmpeg's muxers drop that, but for Matroska's, which has a place for it
// (BlockAdditional).
var besideAlpha = []string{"vp8", "vp9"}

// KeepsAlpha says whether the alpha of this codec's pictures gets into this container.
func KeepsAlpha(format, codec string) bool {
	return !slices.Contains(besideAlpha, codec) || format == "matroska" || format == "webm"
}

// manyChannels are the codecs of which FLV can say that there are more than two channels (write_codec_fourcc in FFmpeg's flvenc.c).
var manyChannels = []astiav.CodecID{
	astiav.CodecIDAac, astiav.CodecIDOpus, astiav.CodecIDFlac, astiav.CodecIDMp3, astiav.CodecIDAc3, astiav.CodecIDEac3,
}

// fatal finds a stream for which FFmpeg's muxer, instead of refusing it, would end the process.
func fatal(format string, p *astiav.CodecParameters) error {
	if channels := p.ChannelLayout().Channels(); format == "flv" && channels > 2 && !slices.Contains(manyChannels, p.CodecID()) {
		return fmt.Errorf("flv cannot say that there are %d channels of %s", channels, p.CodecID().Name())
	}
	return nil
}

// NotWritten says why a container is not written to one file; "": it is.
func NotWritten(format string) string { return notWritten[format] }

// readsAgain says with which option, if any, FFmpeg reads its file again when it is finished, to make room at its front. That of
// Sega's films always does.
func readsAgain(format string, options map[string]string) (option string, yes bool) {
	switch {
	case format == "film_cpk":
		return "", true
	case IsMovFamily(format) && (hasFlag(options["movflags"], "faststart") || hasFlag(options["movflags"], "global_sidx")):
		return "movflags", true
	case format == "flv" && hasFlag(options["flvflags"], "add_keyframe_index"):
		return "flvflags", true
	case (format == "matroska" || format == "webm") && options["cues_to_front"] != "" && options["cues_to_front"] != "0" && options["cues_to_front"] != "false":
		return "cues_to_front", true
	}
	return "", false
}

// hasFlag says whether a value such as "+a-b+c", in which the last word counts, sets a flag.
func hasFlag(value, flag string) bool {
	set := max(strings.LastIndex("+"+value+"+", "+"+flag+"+"), strings.LastIndex("+"+value+"-", "+"+flag+"-"))
	return set >= 0 && set >= strings.LastIndex("+"+value, "-"+flag)
}
