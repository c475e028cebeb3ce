package codec

import (
	"fmt"
	"slices"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// passFlags are AV_CODEC_FLAG_PASS1 and AV_CODEC_FLAG_PASS2 (avcodec.h).
const passFlags = 1<<9 | 1<<10

// twoPass are the encoders that themselves write the statistics of the first pass to a file, and
// read the file in the second pass, if the options pass1 and pass2 say so.
var twoPass = []string{"libx264", "libx264rgb"}

// CheckTwoPass returns an error about an option that asks for one of two passes, unless the encoder
// keeps its statistics in a file. Other encoders return them to the caller, which is RenderTwoPass
// (see Pass), or ignore the option: the first pass makes a useless file, and the second does not
// open, is an ordinary one, or with SVT-AV1 ends the process.
func CheckTwoPass(encoder string, options []avoption.Option) error {
	if slices.Contains(twoPass, encoder) {
		return nil
	}
	for _, o := range options {
		var err error
		switch o.Key {
		case "flags":
			err = checkPassFlags(encoder, o)
		case "svtav1-params":
			err = checkPassParameters(encoder, o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func checkPassFlags(encoder string, o avoption.Option) error {
	flags, err := astiavx.CheckEncoderOption(encoder, o.Key, o.Value)
	if err != nil || int64(flags)&passFlags == 0 {
		return err
	}
	switch {
	case encoder == "libx265":
		return o.ConfigError(
			"libx265 would keep its statistics in the current folder; leave pass1 and pass2 out, and call RenderTwoPass, " +
				"or set ExtraOptions[x265-params] to pass=1:stats=FILE, and then to pass=2:stats=FILE",
		)
	case slices.Contains(twoPassEncoders, encoder):
		return o.ConfigError(
			"leave pass1 and pass2 out, and call RenderTwoPass, " +
				"which sets them and keeps the statistics of the first pass for the second",
		)
	case slices.Contains(gpu.Encoders(), encoder):
		return o.ConfigError(encoder + " ignores pass1 and pass2; set ExtraOptions[multipass] instead")
	}
	return o.ConfigError(noTwoPasses(encoder) + "; leave pass1 and pass2 out")
}

// checkPassParameters returns an error about SVT-AV1's parameter pass, unless it is 0: a single
// pass.
func checkPassParameters(encoder string, o avoption.Option) error {
	all, err := o.Parameters()
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Name == "pass" && p.Value != "0" {
			return o.ConfigError(noTwoPasses(encoder) + fmt.Sprintf("; leave %q out", p.Text()))
		}
	}
	return nil
}

func noTwoPasses(encoder string) string {
	return "two passes are not supported with " + encoder +
		", since the statistics of the first pass are not kept for the second"
}
