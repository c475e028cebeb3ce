package api

// VideoConfig describes a video stream. The zero value of a field means its default, unless the
// field is required.
type VideoConfig struct {
	// Width and Height of the input frames, in pixels. Required.
	Width, Height int
	// FrameRate in frames per second. Required. The nearest fraction is used: 30000.0/1001 is exact,
	// and 29.97 is 2997/100. With VariableRate it is the nominal rate.
	FrameRate float64
	// Device that encodes. "" and "cpu": the CPU. "cuda" and "cuda:1": a GPU with NVENC. The encoders
	// there are h264_nvenc, hevc_nvenc and av1_nvenc; "h264", "hevc" and "av1" mean these, and ""
	// means that of the container's default codec. Pictures are encoded as nv12, with the chroma on
	// the left. If no GPU can be used, Open returns an error that wraps gpu.ErrUnavailable and says
	// why.
	Device string
	// Codec is the name of an encoder ("libx264") or of a codec ("h264"). "": the container's default.
	Codec string
	// PixelFormat of the encoded video, for example "yuv420p". It must be "" on CUDA. "": the choice
	// depends on the format of the input (InputFormat):
	//
	//   - RGB of 8 bits, in any order of components, NCHW and NHWC included: the first format with
	//     colour that the encoder supports, or yuv420p if the encoder lists none. H.264, HEVC, VP9 and
	//     AV1 get yuv420p, which all players show. Gif gets pal8.
	//   - All others: the input format, if the encoder and the containers take it. Otherwise a format
	//     that keeps everything: bit depth, chroma resolution, alpha, and RGB as RGB, YUV as YUV, grey
	//     as grey or RGB. Otherwise, with a codec that is always lossless, the closest format.
	//     Otherwise the format for RGB of 8 bits. RGBA of 8 bits and palettes become another RGB
	//     format only in codecs that are always lossless.
	//
	// Raw yuv444p is therefore encoded by libx264 as yuv444p, which fewer players show: name yuv420p
	// for those. A default format with which the encoder does not open, because of a profile or an odd
	// size, is skipped. The "open" line of the log has the choice under "format" and the losses of the
	// input under "input_loses".
	//
	// If the format is named, and the container or an option of the encoder would drop its alpha
	// channel, the error is a *ConfigError. VP8 and VP9 keep alpha in webm and mkv only, ProRes in the
	// profiles 4444 and 4444xq only. A format to which there is no conversion (mosaics) can be encoded
	// if it is also the InputFormat.
	//
	// "pal8" gives each picture a palette of up to 256 colours, which are made of its own. It is the
	// default for gif, and works for png, tiff, bmp, zmbv and others, but not for apng, which has one
	// palette for all pictures. In gif, pixels that do not change from one picture to the next stay,
	// and the palette is made of the others. If the InputFormat has an alpha ("rgba"), and gif or png
	// is encoded, pixels whose alpha is below 128 become transparent. A gif of the demo has a PSNR of
	// 42 dB. With FFmpeg's default, the fixed colours of "rgb8", it has 21 dB and seven times the
	// bytes. A palette takes a core about 10 ms for a picture of the demo of 480×270, and 45 ms for
	// one of 1920×1080.
	PixelFormat string
	// CRF is the constant rate factor, in the encoder's own scale. nil: the encoder's default. NVENC
	// has none: set ExtraOptions[cq] or ExtraOptions[qp].
	CRF *float64
	// Preset trades the encoder's speed for size: "fast", "ultrafast", "8"; on CUDA "p1" to "p7". "":
	// the encoder's default.
	Preset string
	// ExtraOptions are further options of the encoder, or of the muxer if only the muxer knows them,
	// by the names that the ffmpeg command uses: {"qp": 5, "tune": "film"}. A value is a string, a
	// number or a bool; 5 and 5.0 are the same.
	ExtraOptions map[string]any
	// InputFormat is the pixel format of Raw frames and of acquired pictures, by FFmpeg's name. It is
	// any format that swscale reads, or the PixelFormat itself. "": "rgb24". Frames of a layout other
	// than Raw are a *ConfigError if InputFormat is set. RGB, grey and the formats of JPEG (yuvj420p)
	// have the full range. Other YUV has the matrix and the range of the encoded video (if that is
	// RGB: ColorSpace and ColorRange), and is encoded bit by bit if its format is the encoded one. An
	// alpha channel is dropped unless the encoded video has one.
	InputFormat string
	// ColorSpace is the matrix of the encoded video: "bt601", "bt709" or "bt2020". "": bt601 below 720
	// lines, otherwise bt709. The lines are those of the encoded video; if YUV is scaled, they are
	// those of the input, so that its values keep their meaning.
	ColorSpace string
	// ColorRange of the encoded video: "tv" (limited) or "pc" (full). "": the range that the format
	// implies, which is pc for RGB, grey and mjpeg, and tv otherwise. A matrix, range or chroma
	// location that the format, the codec or the container cannot signal is not applied: pixels and
	// tags have a value that can be signalled, and the logger gets a warning.
	ColorRange string
	// ColorPrimaries of the input. They are a label; nothing is converted. "": bt709.
	ColorPrimaries string
	// ColorTransfer of the input. It is a label; nothing is converted. "": bt709.
	ColorTransfer string
	// PixelAspect is the width of a pixel divided by its height: 16.0/11 for a wide PAL picture of
	// 704×576. The nearest fraction is used, as for FrameRate. 0: not signalled, which players take
	// for 1. If neither the codec nor the container can signal it, Open returns a *ConfigError.
	PixelAspect float64
	// Tag is the codec's four letters in avi, and in mp4, mov and similar containers: "hev1", "avc3",
	// "DX50". "": the tag that most players take, which is "hvc1" for HEVC in mp4 and mov, "XVID" for
	// MPEG-4 in avi, and FFmpeg's choice otherwise. Any other number of letters is a *ConfigError; so
	// is, at Open, a tag that the container has not for the codec, with those that it has.
	Tag string
	// Metadata are tags of the stream: {"language": "eng", "title": "left eye"}. The encoder copies
	// them. A language is three small letters of ISO 639 ("eng", "deu" or "ger", "cmn"). A tag that a
	// container would drop or change is a *ConfigError at Open, which lists the tags that it keeps:
	//
	//   - mkv, webm, ogg and nut keep nearly all tags.
	//   - mp4 and mov keep language, title, handler_name and timecode. Mov names the languages for
	//     which QuickTime has a number, and no others.
	//   - m4a and 3gp keep language and handler_name, avi title, asf language (that has two letters in
	//     ISO 639-1), DASH language, HLS what mp4 keeps.
	//   - MPEG-TS keeps the language of sound. All others keep nothing.
	//
	// ffprobe shows the title of a stream in mp4 and mov as "name". In ogg a tag of the stream and one
	// of the file have one place, so that both are an error if they differ. The table in
	// docs/features.md has what other programs read back.
	Metadata map[string]string
	// Disposition says what the stream is for, in FFmpeg's words: "default", "forced", "original",
	// "dub", "comment", "hearing_impaired", "visual_impaired", "descriptions", "captions", "lyrics",
	// "karaoke". The encoder copies them. Unknown words, words given twice and words that contradict
	// each other are a *ConfigError.
	//
	// nil: the stream is the default of its kind if it is the first that leaves this open, and no
	// stream of the kind says "default". An empty slice: the stream is nothing of all that. Several
	// streams of a kind may say "default"; players choose among them, by language for example.
	//
	// A word that the container has no place for is a *ConfigError at Open, which lists those that
	// have. Mkv has all but "captions", "lyrics" and "karaoke" ("descriptions" for subtitles alone),
	// mp4 all but "original", "lyrics" and "karaoke"; webm has "default" and "forced"; mov, m4a and
	// 3gp have "default". MPEG-TS has "hearing_impaired", "visual_impaired" and "clean_effects", one
	// at a time and of sound alone. DASH has one word, as the role of the stream. Mp4, mov and their
	// kin always have a default: the first stream of a kind, if none says that it is. Readers of mp4
	// cannot tell "hearing_impaired" from "captions", and "visual_impaired" from "descriptions".
	Disposition []string
	// Rotation is by how many degrees clockwise a player turns the picture: 0, 90, 180 or 270. The
	// pictures are encoded as they come, so Width and Height are those before the turn. Mp4, mov and
	// their kin, mkv and webm can say it; any other container is a *ConfigError at Open. In mkv and
	// webm, ffmpeg and browsers turn it, and some other players do not. It cannot be set together with
	// Projection or Stereo.
	Rotation int
	// HDR is the static HDR metadata of video with a ColorTransfer of "smpte2084" (PQ) or
	// "arib-std-b67" (HLG); with any other, the logger gets a warning. nil: none. It is written to the
	// container (mp4, mov, mkv and webm, with every codec), and to the bitstream by libx264, libx265
	// and libsvtav1. If neither is possible, Open returns a *ConfigError.
	HDR *HDR
	// Projection says how the picture covers a sphere: "equirectangular" is a picture of 360° by 180°,
	// whatever its shape in pixels; with Stereo, the picture of each eye is one. "": it is flat. Mp4
	// (as YouTube reads it), mkv and webm can say it; any other container is a *ConfigError at Open.
	Projection string
	// Stereo says how the pictures for two eyes lie in the frame: "side-by-side" (left, right) or
	// "top-bottom" (left above right). Each has half of the frame. "": there is one eye. Mp4, mkv and
	// webm can say it. The encoder libx264 writes it to the bitstream too, where televisions look for
	// it, and then every container is possible. If neither is, Open returns a *ConfigError.
	Stereo string
	// OddSize says what to do with an odd width or height that the subsampled chroma cannot hold.
	OddSize OddSize
	// OutWidth and OutHeight are the size of the encoded video, in pixels. 0: as the input. If one of
	// them is given alone, the other keeps the shape of the stored picture: it is the nearest multiple
	// of the step that the chroma needs, as with "scale=1280:-2" of the ffmpeg command. PixelAspect is
	// signalled as it is given.
	//
	// swscale scales in the same pass in which it converts, with its flags accurate_rnd,
	// full_chroma_inp, full_chroma_int and bitexact. The pixels are those of the command's scale
	// filter with these flags. If a given side is odd and the chroma is subsampled, OddSize decides:
	// the scaled picture is padded or cropped. An odd size of the input does not matter then. Pictures
	// of the input's size are not scaled. On CUDA another size is a *ConfigError.
	OutWidth, OutHeight int
	// Scaler is the method of scaling: "bicubic", "lanczos", "bilinear", "area" or "nearest". "":
	// "bicubic". It has no effect on pictures that are not scaled.
	Scaler string
	// Dither is how a picture shows a colour that its palette lacks, where palettes are made
	// (PixelFormat): "" and "none" take the nearest colour. "sierra2_4a", "floyd_steinberg" and
	// "bayer" mix two of them in a pattern. That hides steps in smooth surfaces, but takes twice the
	// bytes or more. "heckbert", "sierra2", "sierra3", "burkes" and "atkinson" are further patterns,
	// all by the names of FFmpeg's filter paletteuse. Where no palettes are made it is a *ConfigError.
	Dither string
	// OutFrameRate is the constant rate of the encoded video, in frames per second. 0: as the input.
	// Frames are repeated or left out: the time of each frame is rounded to the nearest instant of
	// this rate, and an instant shows the last frame that was rounded to it or to an earlier one. The
	// end of the last frame is rounded in the same way, so that a video shorter than half an interval
	// has no frame. All this is what the fps filter of the ffmpeg command does by default. A repeated
	// frame is a reference, not a copy. A frame is encoded when the next one comes, or the end.
	//
	// The nearest fraction is used, as for FrameRate. Encoder and container only see this rate. It is
	// what makes VariableRate and OnFullDrop fit for containers that know constant rates only.
	OutFrameRate float64
	// VariableRate says that every frame carries its own time. FrameRate is then the nominal rate: for
	// rate control, and for how long the last frame is shown. Times are rounded to 1/90000 s (MPEG-4:
	// 1/60000 s), and then to the container's own clock. Containers that know constant rates only
	// refuse it at Open, unless OutFrameRate is set; so do MPEG-1, MPEG-2 and DV. A time that rounds
	// to the tick of the frame before is moved to the next tick, and counted in StreamStats.Moved. In
	// mp4 and mov a frame may be 6.6 hours after the one before. In gif it is at least 0.02 s after
	// it, because viewers show a shorter picture for 0.1 s. FFmpeg's encoders of MPEG-4 and its kin
	// take no bit rate then, and keep to none; the logger is told.
	VariableRate bool
	// OnFull says what a call does that finds its queue full: it waits (OnFullBlock, the default), or
	// it drops the frame (OnFullDrop).
	OnFull OnFull
	// BitRate of the encoded video in bits per second, from 1000 to 2000000000. 0: the encoder's
	// default. Encoders meet it on average over some seconds. An encoder that keeps no bit rate, such
	// as ffv1 or png, is a *ConfigError. So is CRF beside BitRate, except for libvpx, libvpx-vp9 and
	// libaom-av1, which take the rate as a cap then. For other caps set ExtraOptions[maxrate] and
	// ExtraOptions[bufsize].
	BitRate int64
	// KeyInterval is the number of frames from one key frame to the next at most. 1: every frame is a
	// key frame. 0: the encoder's default, and 250 for libaom. An encoder whose frames are all key
	// frames takes every number. One that decides by itself, such as gif, is a *ConfigError.
	KeyInterval int
	// Threads of the encoder. 0: the stream's part of the ThreadBudget, but no more than the codec
	// profits from at this size.
	Threads int
}

// AudioConfig describes an audio stream. The zero value of a field means its default, unless the
// field is required.
type AudioConfig struct {
	// SampleRate of the input samples, in Hz. Required.
	SampleRate int
	// NumChannels of the input samples, from 1 to 64, as many as codec and container take: 16 are
	// possible in wav and mka with PCM, and flac has at most 8. Required. More than eight channels are
	// encoded in the order in which they come, and never mixed. Up to eight channels have the order of
	// FFmpeg's default layout ("mono", "stereo", "2.1", "4.0", "5.0", "5.1", "6.1", "7.1": left,
	// right, centre, low frequencies, then back and sides). If the encoder knows only another layout
	// of that number, they have the order of that one, as with ALAC and Opus for 3 channels ("3.0").
	NumChannels int
	// BitRate of the encoded sound in bits per second. The nearest rate that the encoder supports is
	// used. 0: FFmpeg's default.
	BitRate int64
	// OutSampleRate of the encoded sound, in Hz. 0: SampleRate.
	OutSampleRate int
	// OutNumChannels of the encoded sound. 0: NumChannels.
	OutNumChannels int
	// Codec is the name of an encoder ("libmp3lame") or of a codec ("aac"). "": the container's
	// default.
	Codec string
	// ExtraOptions are further options of the encoder, or of the muxer if only the muxer knows them.
	ExtraOptions map[string]any
	// Metadata are tags of the stream, {"language": "eng", "title": "commentary"}, as in VideoConfig.
	Metadata map[string]string
	// Disposition says what the stream is for, as in VideoConfig: "default", "original", "comment",
	// "hearing_impaired", and for sound also "clean_effects", which is music and effects without
	// voices. nil: the first stream of sound that leaves this open is the default.
	Disposition []string
}
