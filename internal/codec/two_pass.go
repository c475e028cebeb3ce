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

// twoPass are the encoders that write what they learn in the first pass to a file, and read it in
// the second, themselves.
var twoPass = []string{"libx264", "libx264rgb"}

// CheckTwoPass finds what asks for two passes of an encoder that would have us keep what the first
// has learnt, or that ignores it: its first pass makes a file that serves for nothing, and the
// second does not open, is an ordinary one, or with SVT-AV1 ends the process.
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
			"libx265 ignores pass1 and pass2; " +
				"set ExtraOptions[x265-params] to pass=1:stats=FILE, and then to pass=2:stats=FILE",
		)
	case slices.Contains(gpu.Encoders(), encoder):
		return o.ConfigError(encoder + " ignores pass1 and pass2; set ExtraOptions[multipass] instead")
	}
	return o.ConfigError(noTwoPasses(encoder) + "; leave pass1 and pass2 out")
}

// checkPassParameters finds the parameter of SVT-AV1 for its passes, of which a single one is 0.
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
		", since nothing keeps for the second what the first has learnt"
}
