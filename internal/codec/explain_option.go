package codec

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// explain returns an error about the option that keeps the encoder from opening, or nil if there is
// no such option. Where FFmpeg's lines name a parameter, they are the answer; otherwise the encoder
// is probed without each of its options.
func (o *Opener) explain(err error) error {
	named := o.explainByLines(err)
	if named != nil {
		return named
	}
	for i, option := range o.Options {
		if !o.opensWith(slices.Delete(slices.Clone(o.Options), i, i+1)) {
			continue
		}
		e := option.ConfigError(o.Codec.Name()+" does not open with this value",
			avoption.ChoiceNames(o.Codec.Name(), option.Key)...)
		reason := o.explainParameter(i)
		if reason != "" {
			e.Reason = reason
		}
		e.Err = Informative(err)
		return e
	}
	if len(o.Options) < 2 || !o.opensWith(nil) {
		return nil
	}
	fields := make([]string, len(o.Options))
	for i, option := range o.Options {
		fields[i] = option.Field
	}
	return &fault.ConfigError{
		Field: "ExtraOptions", Value: strings.Join(fields, ", "),
		Reason: o.Codec.Name() + " does not open with these together", Err: Informative(err),
	}
}

// explainByLines returns an error about the parameter that FFmpeg's lines name. FFmpeg's wrapper of
// libaom logs "NAME: Invalid parameter", and then what libaom has against it (log_encoder_error in
// libaomenc.c).
func (o *Opener) explainByLines(err error) error {
	const detail = "Additional information: "
	refused, ok := errors.AsType[*openError](err)
	if !ok {
		return nil
	}
	for _, option := range o.Options {
		for _, p := range o.parameters(option) {
			i := slices.Index(refused.lines, p.Name+": Invalid parameter")
			if i < 0 {
				continue
			}
			e := option.RefusedParameter(o.Codec.Name(), p)
			if i+1 < len(refused.lines) && strings.HasPrefix(refused.lines[i+1], detail) {
				text := strings.TrimPrefix(refused.lines[i+1], detail)
				if strings.HasPrefix(text, "Cannot find ") {
					return option.UnknownParameter(o.Codec.Name(), p.Name)
				}
				e.Err = &openError{code: refused.code, lines: []string{text}}
			}
			return e
		}
	}
	return nil
}

// explainParameter returns the reason if the encoder opens without one of the parameters inside the
// option with index i; "" if no single parameter keeps it from opening.
func (o *Opener) explainParameter(i int) string {
	all := o.parameters(o.Options[i])
	for k, p := range all {
		options := slices.Clone(o.Options)
		options[i].Value = avoption.JoinParameters(slices.Delete(slices.Clone(all), k, k+1))
		if o.opensWith(options) {
			return fmt.Sprintf("%s does not open with %q in it", o.Codec.Name(), p.Text())
		}
	}
	return ""
}

// parameters returns the parameters inside an option; none if it holds no parameters.
func (o *Opener) parameters(option avoption.Option) []avoption.Parameter {
	declared, _ := avoption.Find(avoption.EncoderOptions(o.Codec.Name()), option.Key)
	if !avoption.HoldsParameters(declared) {
		return nil
	}
	all, err := option.Parameters()
	if err != nil {
		return nil
	}
	return all
}
