package plan

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
)

// reservedVideoOptions name the field to set instead of an option of libavcodec or of the ffmpeg
// command.
var reservedVideoOptions = map[string]string{
	"pixel_format": "PixelFormat",
	"pix_fmt":      "PixelFormat",
	"video_size":   videoSize,
	"s":            videoSize,
	"time_base":    videoRate,
	"framerate":    videoRate,
	"r":            videoRate,
	"c":            "Codec",
	"c:v":          "Codec",
	"codec":        "Codec",
	"vcodec":       "Codec",
	"q":            videoQuality,
	"qscale":       videoQuality,
	"q:v":          videoQuality,
	"qscale:v":     videoQuality,
}

// videoSize names the fields for the size of the input and of the encoded video.
const videoSize = "Width and Height, and for another size of the encoded video OutWidth and OutHeight,"

// videoRate names the fields for the rate of the input and of the encoded video.
const videoRate = "FrameRate, and for another rate of the encoded video OutFrameRate,"

// The settings that do what -q does in the ffmpeg command: it sets global_quality to FF_QP2LAMBDA
// (118) times the value (ffmpeg_mux_init.c).
const (
	audioQuality = `ExtraOptions[global_quality], at 118 for each step, and ExtraOptions[flags] to "+qscale",`
	videoQuality = "CRF, or where there is none " + audioQuality
)

// handledVideoOptions are options that the plan itself reads. The encoder does not get them.
var handledVideoOptions = map[string]string{
	"colorspace":             "",
	"color_range":            "",
	"color_primaries":        "",
	"color_trc":              "",
	"chroma_sample_location": "",
	"threads":                "",
}

// checkOptions returns an error for a colour that does not exist, and for an option that a field
// replaces or that a field sets too.
func (p *Video) checkOptions() error {
	cfg := &p.Config
	if err := fault.First(p.Color.Check(), avoption.CheckReserved(cfg.ExtraOptions, reservedVideoOptions)); err != nil {
		return err
	}
	for _, option := range []struct {
		key, field string
		isSet      bool // the field
	}{
		{"crf", "CRF", cfg.CRF != nil},
		{"aspect", "PixelAspect", cfg.PixelAspect != 0},
		{"preset", "Preset", cfg.Preset != ""},
		{"b", "BitRate", cfg.BitRate != 0},
		{"g", "KeyInterval", cfg.KeyInterval != 0},
		{"threads", "Threads", cfg.Threads != 0},
		{"colorspace", "ColorSpace", cfg.ColorSpace != ""},
		{"color_range", "ColorRange", cfg.ColorRange != ""},
		{"color_primaries", "ColorPrimaries", cfg.ColorPrimaries != ""},
		{"color_trc", "ColorTransfer", cfg.ColorTransfer != ""},
	} {
		if err := avoption.CheckNotSetTwice(cfg.ExtraOptions, option.key, option.field, option.isSet); err != nil {
			return err
		}
	}
	return nil
}

// mostThreads is the largest number of threads that a config can ask for: more than any encoder can
// use. Some encoders would start every thread that they are told to.
const mostThreads = 4096

// readThreads takes the number of threads from the field Threads or from ExtraOptions.
func (p *Video) readThreads() error {
	limits := fmt.Sprintf("from 0 to %d; 0 means as many as the encoder can use", mostThreads)
	p.Threads = p.Config.Threads
	if p.Threads < 0 || p.Threads > mostThreads {
		return &fault.ConfigError{Field: "Threads", Value: p.Threads, Reason: "must be " + limits}
	}
	given, ok := p.Config.ExtraOptions["threads"]
	if !ok {
		return nil
	}
	text, err := avoption.Text("threads", given)
	if err != nil {
		return err
	}
	o := avoption.Option{Field: avoption.ExtraField("threads"), Key: "threads", Value: text, Given: given}
	n, err := astiavx.CheckEncoderOption("", "threads", text)
	if err != nil || avoption.IsFraction(text) || n > mostThreads {
		return o.ConfigError("must be a whole number " + limits)
	}
	p.Threads = int(n)
	return nil
}

// checkRates checks BitRate and KeyInterval as far as they do not depend on the encoder.
func (p *Video) checkRates() error {
	if p.Config.BitRate < 0 {
		reason := "must not be negative; 0 means the encoder's default"
		return &fault.ConfigError{Field: "BitRate", Value: p.Config.BitRate, Reason: reason}
	}
	return codec.CheckKeyInterval(p.Config.KeyInterval)
}

// options returns all options that the config names for this encoder, except those that the plan
// itself reads.
func (p *Video) options(encoder *astiav.Codec) ([]avoption.Option, error) {
	var list []avoption.Option
	if p.Config.Preset != "" {
		preset := p.Config.Preset
		list = append(list, avoption.Option{Field: "Preset", Key: "preset", Value: preset, Given: preset})
	}
	if p.Config.CRF != nil {
		text, ok := avoption.PlainText(*p.Config.CRF)
		if !ok {
			return nil, &fault.ConfigError{Field: "CRF", Value: *p.Config.CRF, Reason: "must be a finite number"}
		}
		list = append(list, avoption.Option{Field: "CRF", Key: "crf", Value: text, Given: *p.Config.CRF})
	}
	extra, err := avoption.FromMap(p.Config.ExtraOptions, handledVideoOptions)
	if err != nil {
		return nil, err
	}
	list = append(list, extra...)
	if p.Config.BitRate != 0 {
		o, err := codec.BitRateOption(encoder.Name(), p.Config.BitRate)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	if p.Config.KeyInterval != 0 {
		options, err := codec.KeyIntervalOptions(encoder, p.Config.KeyInterval)
		if err != nil {
			return nil, err
		}
		for _, o := range options {
			err := avoption.CheckNotSetTwice(p.Config.ExtraOptions, o.Key, o.Field, o.Key != "flags") // flags add up
			if err != nil {
				return nil, err
			}
		}
		list = append(list, options...)
	}
	more, err := p.segmentOptions(encoder, list)
	return append(list, more...), err
}

// optionFields returns the field that sets each option, by the option's folded name
// (avoption.FoldName).
func (p *Video) optionFields(options []avoption.Option) map[string]string {
	fields := codec.PictureParameters(p.PictureData)
	for _, o := range options {
		fields[avoption.FoldName(o.Key)] = o.Field
	}
	if p.Config.Threads != 0 {
		fields["threads"] = "Threads"
	} else if _, ok := p.Config.ExtraOptions["threads"]; ok && p.Threads != 0 {
		fields["threads"] = avoption.ExtraField("threads")
	}
	return fields
}
