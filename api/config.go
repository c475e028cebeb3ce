package api

import (
	"encoding"
	"time"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
)

// VideoConfig describes a video stream. The zero value of a field that is not required means its
// default.
type VideoConfig struct {
	// Width and Height of the input frames, in pixels. Required.
	Width, Height int
	// FrameRate in frames per second. Required. It stands for the nearest fraction: 30000.0/1001 is
	// exactly that, 29.97 is 2997/100.
	FrameRate float64
	// Device that encodes: "" or "cpu"; "cuda" or "cuda:1" is a GPU with NVENC, whose encoders are
	// h264_nvenc, hevc_nvenc and av1_nvenc: "h264", "hevc" and "av1" mean these there, and "" that of
	// the container's default codec. Pictures are encoded as nv12 there, with their chroma on the
	// left. Where no GPU can be used, Open fails with an error that wraps gpu.ErrUnavailable and says
	// why.
	Device string
	// Codec is the name of an encoder ("libx264") or of a codec ("h264"). "": the container's default.
	Codec string
	// PixelFormat of the encoded video, "yuv420p" for instance. It must be "" on CUDA. "" is decided
	// by what comes in (InputFormat):
	//
	//   - RGB of 8 bits, whatever the order of its components (NCHW and NHWC too): the first format
	//     that the encoder supports, or yuv420p where it names none. H.264, HEVC, VP9 and AV1 get
	//     yuv420p, which all players show.
	//   - Anything else: the input format itself where the encoder and the containers take it. Else a
	//     format that keeps all of it: bit depth, chroma resolution, alpha, and RGB as RGB, YUV as
	//     YUV, grey as grey or RGB. Else, with a codec that is always lossless, the closest format.
	//     Else the same as for RGB of 8 bits. RGBA of 8 bits and palettes become another format of RGB
	//     only in codecs that are always lossless.
	//
	// So raw yuv444p is encoded by libx264 as yuv444p, which fewer players show: name yuv420p for
	// those. A default with which the encoder does not open, because of a profile or an odd size, is
	// passed over. What was chosen is in the log's "open" line, under "format", and what the input
	// loses in it under "input_loses".
	//
	// An alpha that the container or the encoder's options would drop is a *ConfigError where the
	// format is named. VP8 and VP9 keep theirs in webm and mkv only, ProRes in its profiles 4444 and
	// 4444xq. A format to which there is no conversion (pal8, mosaics) can be encoded where it is the
	// InputFormat as well.
	PixelFormat string
	// CRF is the constant rate factor, in the encoder's own scale. nil: the encoder's default. NVENC
	// has none: set ExtraOptions[cq], or ExtraOptions[qp].
	CRF *float64
	// Preset is the encoder's trade of speed for size: "fast", "ultrafast", "8", on CUDA "p1" to "p7".
	// "": the encoder's default.
	Preset string
	// ExtraOptions are further options of the encoder, or of the muxer where only that knows them, as
	// the ffmpeg command names them: {"qp": 5, "tune": "film"}. A value is a string, a number or a
	// bool; 5 and 5.0 are the same.
	ExtraOptions map[string]any
	// InputFormat is the pixel format of Raw frames and of acquired pictures, by FFmpeg's name: any
	// that swscale reads, or the PixelFormat itself. "": "rgb24". Frames of a layout other than Raw
	// are a *ConfigError together with it. RGB, grey and the formats of JPEG (yuvj420p) have the full
	// range. Other YUV has the matrix and the range of the encoded video (RGB: what ColorSpace and
	// ColorRange say), and is encoded bit by bit as it is where its format is the encoded one. An
	// alpha channel is left out, unless the encoded video has one.
	InputFormat string
	// ColorSpace is the matrix of the encoded video: "bt601", "bt709" or "bt2020". "": bt601 below 720
	// lines, bt709 from there.
	ColorSpace string
	// ColorRange of the encoded video: "tv" (limited) or "pc" (full). "": what the format implies,
	// which is pc for RGB, grey and mjpeg, and tv for all else. Of matrix, range and chroma location,
	// what the format, the codec or the container cannot say is not encoded either: pixels and tags
	// follow what they can, and the logger is told.
	ColorRange string
	// ColorPrimaries are those of the input. They are a label; nothing is converted. "": bt709.
	ColorPrimaries string
	// ColorTransfer is that of the input. It is a label; nothing is converted. "": bt709.
	ColorTransfer string
	// PixelAspect is the width of a pixel by its height: 16.0/11 is that of a wide PAL picture of
	// 704×576. 0: not said, which players take for 1. It stands for the nearest fraction, as FrameRate
	// does. Where neither the codec nor the container can say it, Open returns a *ConfigError.
	PixelAspect float64
	// Tag is the codec's four letters in mp4, mov and their kin, and in avi: "hev1", "avc3", "DX50".
	// "": what most players take, which is "hvc1" for HEVC in mp4 and mov, "XVID" for MPEG-4 in avi,
	// and FFmpeg's own choice for all else.
	Tag string
	// OddSize says what becomes of an odd width or height where the chroma is subsampled and cannot
	// hold it.
	OddSize OddSize
	// Threads of the encoder. 0: the stream's share of the encoder's ThreadBudget, or of the process's
	// where it has none, but no more than the codec profits from at this size.
	Threads int
}

// AudioConfig describes an audio stream. The zero value of a field that is not required means its
// default.
type AudioConfig struct {
	// SampleRate of the input samples, in Hz. Required.
	SampleRate int
	// NumChannels of the input samples, 1 to 64, as many as codec and container take: 16 are fine in
	// wav and mka with PCM, flac has 8 at most. Required. More than eight are encoded as they come,
	// and never mixed. The order of up to eight is that of FFmpeg's usual layout of so many ("mono",
	// "stereo", "2.1", "4.0", "5.0", "5.1", "6.1", "7.1": left, right, centre, low frequencies, then
	// the back and the sides), or where the encoder knows another layout only, as that of ALAC and
	// Opus for 3 channels ("3.0"), of that.
	NumChannels int
	// BitRate of the encoded sound in bits per second, matched to the nearest that the encoder
	// supports. 0: FFmpeg's default.
	BitRate int64
	// OutSampleRate of the encoded sound, in Hz. 0: SampleRate.
	OutSampleRate int
	// OutNumChannels of the encoded sound. 0: NumChannels.
	OutNumChannels int
	// Codec is the name of an encoder ("libmp3lame") or of a codec ("aac"). "": the container's
	// default.
	Codec string
	// ExtraOptions are further options of the encoder, or of the muxer where only that knows them.
	ExtraOptions map[string]any
}

// Frames are pictures in memory that belongs to the caller.
type Frames struct {
	// Data holds whole frames, one after another, without padding.
	Data []byte
	// Layout says how a frame lies in Data.
	Layout Layout
	// PTS is reserved. It must be nil: frame k is presented at k/FrameRate.
	PTS []time.Duration
}

// Layout says how a frame lies in memory.
type Layout int

const (
	// NCHW is, for each frame, the R, then the G, then the B plane, each Height*Width bytes.
	NCHW Layout = iota
	// NHWC is, for each frame, Height*Width*3 bytes, R G B per pixel.
	NHWC
	// Raw is, for each frame, one picture in VideoConfig.InputFormat, as the ffmpeg command reads and
	// writes "-f rawvideo": its planes one after another in FFmpeg's order (gbrp: G, B, R), each row
	// by row without padding. A subsampled chroma plane has half (a quarter) of the width and the
	// height, rounded up; in nv12 and p010 each of its samples is a pair, U V. Formats of several
	// pixels to a group (uyvy422) end each row with a whole group, those of bits (monow) with a whole
	// byte. After the indices of pal8 come 256 colours of 4 bytes, B G R A.
	Raw
)

// Other names of layouts.
const (
	// Planar is NCHW.
	Planar = NCHW
	// Packed is NHWC.
	Packed = NHWC
)

// String returns the name of the layout.
func (l Layout) String() string { return plan.Layout(l).String() }

// MarshalText writes the name of the layout.
func (l Layout) MarshalText() ([]byte, error) { return marshalName(plan.LayoutNames, "Layout", int(l)) }

// UnmarshalText reads the name of a layout.
func (l *Layout) UnmarshalText(text []byte) error {
	return unmarshalName(plan.LayoutNames, "Layout", text, (*int)(l))
}

// OddSize says what becomes of an odd width or height where the chroma is subsampled and cannot
// hold it.
type OddSize int

const (
	// OddSizeError refuses the size.
	OddSizeError OddSize = iota
	// OddSizePad repeats the last column or row.
	OddSizePad
	// OddSizeCrop leaves the last column or row out.
	OddSizeCrop
)

// String returns the name of the choice.
func (o OddSize) String() string { return plan.OddSize(o).String() }

// MarshalText writes the name of the choice.
func (o OddSize) MarshalText() ([]byte, error) {
	return marshalName(plan.OddSizeNames, "OddSize", int(o))
}

// UnmarshalText reads the name of a choice.
func (o *OddSize) UnmarshalText(text []byte) error {
	return unmarshalName(plan.OddSizeNames, "OddSize", text, (*int)(o))
}

var (
	_ encoding.TextMarshaler   = Layout(0)
	_ encoding.TextUnmarshaler = (*Layout)(nil)
	_ encoding.TextMarshaler   = OddSize(0)
	_ encoding.TextUnmarshaler = (*OddSize)(nil)
)

func marshalName(names []string, field string, i int) ([]byte, error) {
	if i < 0 || i >= len(names) {
		return nil, &fault.ConfigError{Field: field, Value: i, Reason: "there is no such choice", Supported: names}
	}
	return []byte(names[i]), nil
}

func unmarshalName(names []string, field string, text []byte, to *int) error {
	for i, name := range names {
		if name == string(text) {
			*to = i
			return nil
		}
	}
	return &fault.ConfigError{Field: field, Value: string(text), Reason: "there is no such choice", Supported: names}
}
