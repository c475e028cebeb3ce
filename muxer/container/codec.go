package container

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"
)

// notFiles are the formats that FFmpeg counts among its containers, but that are no files.
var notFiles = map[string]string{
	"rtp":             "is sent over a network",
	"rtp_mpegts":      "is sent over a network",
	"uncodedframecrc": "takes no encoded streams",
}

// NotWritten returns why a container is not written to one file; "" if it is.
func NotWritten(format string) string { return notFiles[format] }

// identified are the codecs that MPEG-TS has a name for (get_dvb_stream_type in FFmpeg's
// mpegtsenc.c). FFmpeg writes all others as private data, which no reader can identify.
var identified = []string{
	"mpeg1video", "mpeg2video", "mpeg4", "h264", "hevc", "vvc", "cavs", "avs2", "avs3", "dirac", "vc1",
	"mp2", "mp3", "aac", "aac_latm", "ac3", "eac3", "dts", "truehd", "opus", "s302m",
}

// needHeader are codecs that are unreadable without the header beside their stream. FFmpeg's muxer
// for WTV leaves that header out.
var needHeader = []string{"ffv1", "ffvhuff", "huffyuv", "utvideo"}

// Unreadable says whether FFmpeg would write a stream of this codec into the container, and nobody
// could read it.
func Unreadable(format, codec string) bool {
	return format == "mpegts" && !slices.Contains(identified, codec) ||
		format == "wtv" && slices.Contains(needHeader, codec)
}

// alphaBeside are the codecs whose alpha is not in the stream, but in a second stream beside each
// picture. FFmpeg's muxers drop it, but for Matroska's, which has a place for it (BlockAdditional).
var alphaBeside = []string{"vp8", "vp9"}

// KeepsAlpha says whether the container keeps the alpha of this codec's pictures.
func KeepsAlpha(format, codec string) bool {
	return !slices.Contains(alphaBeside, codec) || format == "matroska" || format == "webm"
}

// manyChannels are the codecs for which FLV can signal more than two channels (write_codec_fourcc
// in FFmpeg's flvenc.c).
var manyChannels = []astiav.CodecID{
	astiav.CodecIDAac, astiav.CodecIDOpus, astiav.CodecIDFlac,
	astiav.CodecIDMp3, astiav.CodecIDAc3, astiav.CodecIDEac3,
}

// CheckStream returns an error for a stream for which FFmpeg's muxer would end the process instead
// of refusing it.
func CheckStream(format string, p *astiav.CodecParameters) error {
	channels := p.ChannelLayout().Channels()
	if format == "flv" && channels > 2 && !slices.Contains(manyChannels, p.CodecID()) {
		return fmt.Errorf("flv cannot signal %d channels of %s", channels, p.CodecID().Name())
	}
	return nil
}

// HidesFrameSize says whether the muxer must not be told how long the codec's packets are. FFmpeg's
// libvorbis declares frames of 64 samples, and FFmpeg's mov muxer refuses a last packet from which
// more than that is cut.
func HidesFrameSize(format string, codec astiav.CodecID) bool {
	return codec == astiav.CodecIDVorbis && IsMovFamily(format)
}

// omitHeaders are the codecs whose encoders leave the header out of the stream when a container
// wants it in its own (a global header). All others repeat it in the stream, or have it beside the
// stream in every container.
var omitHeaders = []astiav.CodecID{astiav.CodecIDH264, astiav.CodecIDHevc, astiav.CodecIDMpeg4}

// NeedsHeadersInBand says whether the header of a stream has to be put back in front of its key
// frames: its encoder also serves a container with global headers and has left the header out, and
// this container has no place for it.
func NeedsHeadersInBand(format *astiav.OutputFormat, codec astiav.CodecID, globalHeader bool) bool {
	return globalHeader && slices.Contains(omitHeaders, codec) && !format.Flags().Has(astiav.IOFormatFlagGlobalheader)
}
