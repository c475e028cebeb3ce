package codec

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// oneFile are the encoders that make one file of all pictures: what a second encoder makes has a
// beginning of a file in the middle. Apng and gif also depend on the picture before; libwebp_anim
// makes a single packet.
var oneFile = []string{"apng", "gif", "libwebp_anim"}

// bitsOfPicture are the encoders that give each picture the same number of bits, whose number
// follows from the bit rate. They need no other pictures for that.
var bitsOfPicture = []string{"dnxhd", "vc2"}

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
	if slices.Contains(oneFile, encoder) {
		const reason = "cannot begin anew in the middle of a film, which is encoded in chunks; " +
			"take another encoder, or encode the film with an Encoder"
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
