package api

import (
	"fmt"
	"slices"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
)

// passFlags are AV_CODEC_FLAG_PASS1 and AV_CODEC_FLAG_PASS2 (avcodec.h).
const passFlags = 1<<9 | 1<<10

// twoPass are the encoders that write what they learn in the first pass to a file, and read it in
// the second, themselves.
var twoPass = []string{"libx264", "libx264rgb"}

// checkTwoPass finds what asks for two passes of an encoder that would have us keep what the first
// has learnt, or that ignores it: its first pass makes a file that serves for nothing, and the
// second does not open, is an ordinary one, or with SVT-AV1 ends the process.
func checkTwoPass(encoder string, options []codecOption) error {
	if slices.Contains(twoPass, encoder) {
		return nil
	}
	for _, o := range options {
		var err error
		switch o.key {
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

func checkPassFlags(encoder string, o codecOption) error {
	flags, err := astiavx.CheckEncoderOption(encoder, o.key, o.value)
	if err != nil || int64(flags)&passFlags == 0 {
		return err
	}
	switch {
	case encoder == "libx265":
		return o.wrong(
			"libx265 ignores pass1 and pass2; " +
				"set ExtraOptions[x265-params] to pass=1:stats=FILE, and then to pass=2:stats=FILE",
		)
	case slices.Contains(gpu.Encoders(), encoder):
		return o.wrong(encoder + " ignores pass1 and pass2; set ExtraOptions[multipass] instead")
	}
	return o.wrong(noTwoPasses(encoder) + "; leave pass1 and pass2 out")
}

// checkPassParameters finds the parameter of SVT-AV1 for its passes, of which a single one is 0.
func checkPassParameters(encoder string, o codecOption) error {
	all, err := o.parameters()
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.name == "pass" && p.value != "0" {
			return o.wrong(noTwoPasses(encoder) + fmt.Sprintf("; leave %q out", p.text()))
		}
	}
	return nil
}

func noTwoPasses(encoder string) string {
	return "two passes are not supported with " + encoder +
		", since nothing keeps for the second what the first has learnt"
}
