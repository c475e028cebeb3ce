package codec

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// whole are the encoders whose packets cannot be followed by those of a second encoder, and why.
var whole = map[string]string{
	"a64multi":        "puts several pictures into one packet",       // a64multienc.c
	"a64multi5":       "puts several pictures into one packet",       // a64multienc.c
	"apng":            "puts the beginning of a file before them",    // pngenc.c; it numbers them, too
	"gif":             "puts the beginning of a file before them",    // gif.c
	"libwebp_anim":    "puts all pictures into one packet",           // libwebpenc_animencoder.c
	"rpza":            "marks no picture that a player can begin at", // rpzaenc.c
	"vc2":             "numbers the pictures, from 0 on",             // vc2enc.c; decoders stop where the number falls
	"vnull":           "makes no packets",                            // null.c
	"wrapped_avframe": "leaves pictures in memory",                   // wrapped_avframe.c
}

// bitsOfPicture are the encoders that give each picture the same number of bits, whose number
// follows from the bit rate. They need no other pictures for that.
var bitsOfPicture = []string{"dnxhd"}

// bitRateOptions are options that set or limit a bit rate, and bitRateParameters those of the
// libraries behind the encoders. 0 sets none.
var (
	bitRateOptions    = []string{"b", "maxrate"}
	bitRateParameters = []string{"bitrate", "vbv-maxrate", "strict-cbr", "tbr", "mbr", "rc", "target-bitrate"}
)

// CheckFilm returns an error, a *fault.ConfigError, if an encoder with these options cannot encode
// the chunks of a film one by one.
func CheckFilm(codec *astiav.Codec, options []avoption.Option) error {
	encoder := codec.Name()
	if why, ok := whole[encoder]; ok {
		reason := "cannot begin anew in the middle of a film, which is encoded in chunks, because it " + why +
			"; take another encoder, or encode the film with an Encoder"
		return &fault.ConfigError{Field: "Codec", Value: encoder, Reason: reason}
	}
	if slices.Contains(bitsOfPicture, encoder) {
		return nil
	}
	known := avoption.EncoderOptions(encoder)
	for _, o := range options {
		declared, _ := avoption.Find(known, o.Key)
		if err := checkNoRate(o, avoption.HoldsParameters(declared)); err != nil {
			return err
		}
	}
	return nil
}

// checkNoRate returns an error about an option that sets or limits a bit rate.
func checkNoRate(o avoption.Option, holdsParameters bool) error {
	const reason = "sets a bit rate, which chunks that are encoded apart cannot share; set a constant quality, such as CRF"
	if slices.Contains(bitRateOptions, o.Key) && o.Value != "0" {
		return o.ConfigError(reason)
	}
	if !holdsParameters {
		return nil
	}
	all, err := o.Parameters()
	if err != nil {
		return err
	}
	for _, p := range all {
		if slices.Contains(bitRateParameters, p.FoldedName()) && p.Value != "0" {
			return o.ConfigError(p.Name + " " + reason)
		}
	}
	return nil
}
