package codec

import (
	"slices"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// hdrEncoders write static HDR metadata into their stream. FFmpeg's wrappers of libaom and of
// libvpx do not read it. Its wrapper of NVENC reads it only if it was compiled with the headers of
// NVENC 13.
var hdrEncoders = []string{"libx264", "libx264rgb", "libx265", "libsvtav1"}

// SignalsHDR says whether an encoder writes static HDR metadata into its stream.
func SignalsHDR(encoder string) bool { return slices.Contains(hdrEncoders, encoder) }

// SignalsStereo says whether an encoder writes into its stream how the pictures for two eyes lie in
// a frame: H.264 has a message for that (frame packing arrangement SEI), which televisions read.
func SignalsStereo(encoder string) bool { return encoder == "libx264" || encoder == "libx264rgb" }

// framePacking are the values of x264's frame-packing (ITU-T H.264, table D-8).
var framePacking = map[astiavx.Stereo]string{astiavx.SideBySide: "3", astiavx.TopBottom: "4"}

// framePackingParameters has x264 say how the pictures for two eyes lie in a frame.
func (o *Opener) framePackingParameters() []avoption.Parameter {
	value, ok := framePacking[o.PictureData.Stereo]
	if !ok {
		return nil
	}
	return []avoption.Parameter{{Name: "frame-packing", Value: value}}
}

// PictureParameters has, for each parameter of a library by which it could be told the same as by
// these fields, the field that is set.
func PictureParameters(d astiavx.PictureData) map[string]string {
	fields := map[string]string{}
	if d.Display != nil || d.Light != (astiavx.LightLevel{}) {
		for _, name := range []string{"mastering-display", "cll", "master-display", "max-cll", "content-light"} {
			fields[name] = "HDR"
		}
	}
	if d.Stereo != astiavx.NoStereo {
		fields["frame-packing"] = "Stereo"
	}
	return fields
}
