package avoption

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// CheckParameters checks the parameters inside those options that hold some. bits is the depth of
// the samples. setBy has the field of each option that is set, by FoldName of its key; a parameter
// must not set the same thing as another field. An error is a *fault.ConfigError.
func CheckParameters(encoder string, bits int, list []Option, setBy map[string]string) error {
	known := EncoderOptions(encoder)
	for _, o := range list {
		declared, ok := Find(known, o.Key)
		if !ok || !HoldsParameters(declared) {
			continue
		}
		err := o.checkParameters(encoder, bits, setBy)
		if err != nil {
			return err
		}
	}
	return nil
}

func (o Option) checkParameters(encoder string, bits int, setBy map[string]string) error {
	all, err := o.Parameters()
	if err != nil {
		return err
	}
	for i, p := range all {
		isSame := func(q Parameter) bool { return strings.EqualFold(q.FoldedName(), p.FoldedName()) }
		if slices.ContainsFunc(all[:i], isSame) {
			return o.ConfigError(fmt.Sprintf("%s is in there twice", p.Name))
		}
		err := fault.First(o.checkConflict(encoder, p, setBy), o.checkParameter(encoder, bits, p))
		if err != nil {
			return err
		}
	}
	return nil
}

// checkParameter returns an error about a parameter that the library refuses, or whose value it
// would clip.
func (o Option) checkParameter(encoder string, bits int, p Parameter) error {
	form, ok := parameterForms[encoder][p.FoldedName()]
	if ok && !form.pattern.MatchString(p.Value) {
		return o.ConfigError(fmt.Sprintf("%s in it must have the form %s", p.Name, form.text))
	}
	switch verdict(encoder, p) {
	case astiavx.ParameterUnknown:
		return o.UnknownParameter(encoder, p.Name)
	case astiavx.ParameterRefused:
		return o.RefusedParameter(encoder, p)
	default:
		return o.checkLimits(encoder, bits, p)
	}
}

// verdict asks the library about a parameter. SVT-AV1 refuses an unknown name like a bad value;
// FFmpeg itself parses the parameters of libvpx, and ignores a name that it does not know. The list
// of names decides in these two cases.
func verdict(encoder string, p Parameter) astiavx.Verdict {
	v := astiavx.CheckParameter(encoder, p.Name, p.Value)
	names := parameterNames[encoder]
	listed := slices.Contains(names, strings.TrimPrefix(p.FoldedName(), "no-")) || slices.Contains(names, p.Name)
	switch {
	case listed:
		return v
	case v == astiavx.ParameterUnchecked && strings.HasPrefix(encoder, "libvpx"),
		v == astiavx.ParameterRefused && encoder == "libsvtav1":
		return astiavx.ParameterUnknown
	}
	return v
}

// UnknownParameter returns the error about a parameter that the library behind an encoder does not
// know. The error names the parameter that is probably meant.
func (o Option) UnknownParameter(encoder, name string) *fault.ConfigError {
	meant := fault.DidYouMean(name, parameterNames[encoder])
	return o.ConfigError(fmt.Sprintf("%s has no parameter %q%s", encoder, fault.Shorten(name), meant))
}

// RefusedParameter returns the error about a value that the library behind an encoder refuses.
func (o Option) RefusedParameter(encoder string, p Parameter) *fault.ConfigError {
	return o.ConfigError(fmt.Sprintf("%s does not take %q for %s in it", encoder, fault.Shorten(p.Value), p.Name))
}

// checkLimits returns an error about a number that the library would clip.
func (o Option) checkLimits(encoder string, bits int, p Parameter) error {
	n, err := strconv.ParseFloat(p.Value, 64)
	if err != nil {
		return nil // text has no limits
	}
	for _, key := range optionKeys(p) {
		accepted, ok := narrowerLimits[encoder][key]
		if key == "crf" && strings.HasPrefix(encoder, "libx264") {
			accepted.least -= x264BelowZero(bits)
		}
		if ok && !accepted.contain(n) {
			return o.ConfigError(fmt.Sprintf("%s in it must be a number%s for %s", p.Name, accepted, encoder))
		}
	}
	return nil
}

// parameterForms has the only forms in which these parameters may reach their library. SVT-AV1
// (1.4.1, 2.3.0) reads other text as a mastering display for ever. x265 (3.5) writes longer names
// of searches beyond its buffer.
var parameterForms = map[string]map[string]struct {
	text    string
	pattern *regexp.Regexp
}{
	"libsvtav1": {"mastering-display": {
		"G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min)", regexp.MustCompile(`^(?:(?:G|B|R|WP|L)\([0-9.]+,[0-9.]+\))+$`),
	}},
	"libx265": {"hme-search": {"hex,umh,star", regexp.MustCompile(`^\w{1,4}(?:,\w{1,4}){0,2}$`)}},
}
