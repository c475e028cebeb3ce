package codec

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// keysOnDemand are the encoders that make a key frame of a picture whose type says so (pict_type in
// their sources). Where libaom looks ahead, another one begins with that picture (NextForKey).
var keysOnDemand = slices.Concat(
	[]string{"libx264", "libx264rgb", "libx265", "libaom-av1", "libvpx-vp9", "libvpx"},
	mpegInterEncoders, gpu.Encoders(),
)

// ClosesKeyFrames returns the option that makes an encoder begin anew with a key frame that it is
// told to make, so that no frame after it depends on one before; "": the encoder does so anyway, or
// never.
func ClosesKeyFrames(encoder string) (option string) {
	closes := []string{"libx264", "libx264rgb", "libx265"}
	if slices.Contains(closes, encoder) || slices.Contains(gpu.Encoders(), encoder) {
		return "forced-idr"
	}
	return ""
}

// OnlyKeys reports whether every frame of an encoder with these options is a key frame.
func OnlyKeys(codec *astiav.Codec, options []avoption.Option) bool {
	every := func(o avoption.Option) bool { return o.Key == "g" && o.Value == "1" }
	if codec.Name() == "libwebp_anim" { // makes one packet of all frames
		return false
	}
	return astiavx.IntraOnly(codec.ID()) || slices.Contains(alwaysKey, codec.Name()) || slices.ContainsFunc(options, every)
}

// CheckKeysOnDemand returns an error, a *fault.ConfigError, about an encoder that cannot make a key
// frame when it is asked.
func CheckKeysOnDemand(codec *astiav.Codec, options []avoption.Option) error {
	encoder := codec.Name()
	if OnlyKeys(codec, options) {
		return nil
	}
	if !slices.Contains(keysOnDemand, encoder) {
		return &fault.ConfigError{
			Field: "Codec", Value: encoder, Supported: slices.DeleteFunc(slices.Clone(keysOnDemand), isHardware),
			Reason: "cannot make a key frame when it is asked; set VideoConfig.KeyInterval, or take another encoder",
		}
	}
	for _, o := range options {
		off := o.Value == "0" || o.Value == "false" || o.Value == "no"
		if o.Key == ClosesKeyFrames(encoder) && off {
			return o.ConfigError("keeps " + encoder + " from making key frames when it is asked; leave it out")
		}
	}
	return nil
}

// oneKey are the encoders whose first frame is their only key frame, whatever they are asked
// (gif.c; apng in pngenc.c marks none).
var oneKey = []string{"apng", "gif"}

// WritesGIFImages says whether options make the encoder of gif write a file for each picture.
func WritesGIFImages(options []avoption.Option) bool {
	return slices.ContainsFunc(options, func(o avoption.Option) bool {
		return o.Key == "gifimage" && o.Value != "0" && o.Value != "false"
	})
}

// CheckLaterKeys returns an error, a *fault.ConfigError, about an encoder that gives no key frame
// after its first one, so that no output can begin while it runs.
func CheckLaterKeys(codec *astiav.Codec, options []avoption.Option) error {
	if !slices.Contains(oneKey, codec.Name()) || WritesGIFImages(options) {
		return nil
	}
	const reason = "makes no key frame but its first, so that no output can begin later; " +
		"give the output to Open, without Reconnect, or take another encoder"
	return &fault.ConfigError{Field: "Codec", Value: codec.Name(), Reason: reason}
}
