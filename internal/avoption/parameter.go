package avoption

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// Parameter is one option inside an option that holds those of the library behind an encoder: x264-params and the like.
type Parameter struct{ Name, Value string }

// Text is the parameter as FFmpeg reads it.
func (p Parameter) Text() string { return p.Name + "=" + p.Value }

// Flat is the name as x264 and x265 compare it; for others it changes no name that they know.
func (p Parameter) FoldedName() string { return strings.ReplaceAll(p.Name, "_", "-") }

// HoldsParameters says whether an option holds parameters of the library.
func HoldsParameters(declared astiavx.Option) bool {
	return declared.Kind == astiavx.OptionPairs || declared.Name == "x264opts" || declared.Name == "kvazaar-params"
}

// Parameters takes an option apart as FFmpeg does: x264opts at every ":", where a name without a value is switched on (libx264.c), all others with
// av_dict_parse_string, which knows quotes and escapes.
func (o Option) Parameters() ([]Parameter, error) {
	if o.Key == "x264opts" {
		var all []Parameter
		for text := range strings.SplitSeq(o.Value, ":") {
			name, value, ok := strings.Cut(text, "=")
			if !ok {
				value = "1"
			}
			all = append(all, Parameter{name, value})
		}
		return all, nil
	}
	separator := ":"
	if o.Key == "kvazaar-params" {
		separator = ","
	}
	d := astiav.NewDictionary()
	defer d.Free()
	if err := d.ParseString(o.Value, "=", separator, astiav.NewDictionaryFlags(astiav.DictionaryFlagMultikey)); err != nil {
		return nil, o.ConfigError(fmt.Sprintf("must be name=value pairs joined by %q", separator))
	}
	var all []Parameter
	next := astiav.NewDictionaryFlags(astiav.DictionaryFlagIgnoreSuffix)
	for e := d.Get("", nil, next); e != nil; e = d.Get("", e, next) {
		all = append(all, Parameter{e.Key(), e.Value()})
	}
	return all, nil
}

// CheckParameters checks the options of this list that hold others, for video of so many bits. Said are the fields of those options that are set beside them.
func CheckParameters(encoder string, bits int, list []Option, said map[string]string) error {
	known := astiavx.EncoderOptions(encoder)
	for _, o := range list {
		declared, ok := Find(known, o.Key)
		if !ok || !HoldsParameters(declared) {
			continue
		}
		all, err := o.Parameters()
		if err != nil {
			return err
		}
		for i, p := range all {
			if slices.ContainsFunc(all[:i], func(q Parameter) bool { return strings.EqualFold(q.FoldedName(), p.FoldedName()) }) {
				return o.ConfigError(fmt.Sprintf("%s is in there twice", p.Name))
			}
			if err := fault.First(o.checkSaid(encoder, p, said), o.checkParameter(encoder, bits, p)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkSaid finds a parameter that says what belongs to a field, or what another option has said.
func (o Option) checkSaid(encoder string, p Parameter, said map[string]string) error {
	name := strings.ToLower(p.FoldedName())
	if field, ok := parameterFields[name]; ok {
		return o.ConfigError(fmt.Sprintf("%s does not belong in it; set %s instead", p.Name, field))
	}
	if encoder == "libx265" && strings.HasSuffix(name, "annexb") { // without start codes FFmpeg does not find the headers
		return o.ConfigError(p.Name + " does not belong in it: the container decides that; drop it")
	}
	keys := append(slices.Clone(parameterOptions[name]), name)
	if controls := rateControls[encoder]; slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(controls, k) }) {
		keys = append(keys, controls...)
	}
	for _, key := range keys {
		if field, ok := said[FoldName(key)]; ok && field != o.Field {
			return o.ConfigError(fmt.Sprintf("%s in it sets what %s sets too; give one of the two", p.Name, field))
		}
	}
	return nil
}

func FoldName(key string) string { return strings.ReplaceAll(key, "_", "-") }

// checkParameter asks the library about a parameter, and finds a value that it would clip.
func (o Option) checkParameter(encoder string, bits int, p Parameter) error {
	names := parameterNames[encoder]
	listed := slices.Contains(names, strings.TrimPrefix(p.FoldedName(), "no-")) || slices.Contains(names, p.Name)
	if form, ok := parameterForms[encoder][p.FoldedName()]; ok && !form.pattern.MatchString(p.Value) {
		return o.ConfigError(fmt.Sprintf("%s in it must have the form %s", p.Name, form.text))
	}
	verdict := astiavx.CheckParameter(encoder, p.Name, p.Value)
	if verdict == astiavx.ParameterUnchecked && strings.HasPrefix(encoder, "libvpx") && !listed { // whose parser FFmpeg is, and ignores the rest
		verdict = astiavx.ParameterUnknown
	}
	switch {
	case verdict == astiavx.ParameterUnknown, verdict == astiavx.ParameterRefused && !listed && encoder == "libsvtav1":
		return o.UnknownParameter(encoder, p.Name)
	case verdict == astiavx.ParameterRefused:
		return o.RefusedParameter(encoder, p)
	}
	return o.checkClipped(encoder, bits, p)
}

// UnknownParameter returns the error about a parameter that the library behind an encoder does not
// know. It names the parameter that is probably meant.
func (o Option) UnknownParameter(encoder, name string) *fault.ConfigError {
	meant := fault.DidYouMean(name, parameterNames[encoder])
	return o.ConfigError(fmt.Sprintf("%s has no parameter %q%s", encoder, fault.Shorten(name), meant))
}

// RefusedParameter returns the error about a value that the library behind an encoder refuses.
func (o Option) RefusedParameter(encoder string, p Parameter) *fault.ConfigError {
	return o.ConfigError(fmt.Sprintf("%s does not take %q for %s in it", encoder, fault.Shorten(p.Value), p.Name))
}

func (o Option) checkClipped(encoder string, bits int, p Parameter) error {
	n, err := strconv.ParseFloat(p.Value, 64)
	if err != nil {
		return nil
	}
	for _, key := range append(slices.Clone(parameterOptions[p.FoldedName()]), p.FoldedName()) {
		limits, ok := clipped[encoder][key]
		if key == "crf" && strings.HasPrefix(encoder, "libx264") {
			limits.least -= x264BelowZero(bits)
		}
		if ok && !(n >= limits.least && n <= limits.most) {
			return o.ConfigError(fmt.Sprintf("%s in it must be a number%s for %s", p.Name, limits, encoder))
		}
	}
	return nil
}

// x264BelowZero is how far below 0 the crf of x264 goes: its QP_BD_OFFSET (common/common.h). FFmpeg's own option for it starts at 0.
func x264BelowZero(bits int) float64 { return float64(6 * (max(bits, 8) - 8)) }

// parameterForms are the forms of parameters that must not reach their library in another: SVT-AV1 (1.4.1, 2.3.0) reads a mastering display that is
// none for ever, and x265 (3.5) writes the names of searches beyond its buffer.
var parameterForms = map[string]map[string]struct {
	text    string
	pattern *regexp.Regexp
}{
	"libsvtav1": {"mastering-display": {"G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min)", regexp.MustCompile(`^(?:(?:G|B|R|WP|L)\([0-9.]+,[0-9.]+\))+$`)}},
	"libx265":   {"hme-search": {"hex,umh,star", regexp.MustCompile(`^\w{1,4}(?:,\w{1,4}){0,2}$`)}},
}

// parameterFields are parameters that change what the pixels are converted to, or what the container is told, behind the back of both, and the fields
// that do it properly.
var parameterFields = map[string]string{
	"colormatrix": "ColorSpace", "matrix-coefficients": "ColorSpace",
	"colorprim": "ColorPrimaries", "color-primaries": "ColorPrimaries",
	"transfer": "ColorTransfer", "transfer-characteristics": "ColorTransfer",
	"fullrange": "ColorRange", "range": "ColorRange", "color-range": "ColorRange",
	"chromaloc": "ExtraOptions[chroma_sample_location]", "chroma-sample-position": "ExtraOptions[chroma_sample_location]",
	"fps": "FrameRate", "fps-num": "FrameRate", "fps-denom": "FrameRate",
	"input-res": "Width and Height", "width": "Width and Height", "height": "Width and Height",
	"input-csp": "PixelFormat", "input-depth": "PixelFormat", "color-format": "PixelFormat",
	"input-chroma-subsampling-x": "PixelFormat", "input-chroma-subsampling-y": "PixelFormat",
}

// parameterOptions are the options by which FFmpeg sets a parameter, where they have another name.
var parameterOptions = map[string][]string{
	"bitrate": {"b"}, "tbr": {"b"}, "cq-level": {"crf"}, "keyint": {"g"}, "min-keyint": {"keyint_min"}, "bframes": {"bf"},
	"ref": {"refs"}, "frameref": {"refs"}, "b-adapt": {"b_strategy"}, "scenecut": {"sc_threshold"}, "nr": {"noise_reduction"},
	"me": {"motion-est", "me_method"}, "merange": {"me_range"}, "subme": {"subq"}, "direct": {"direct-pred"},
	"qpmin": {"qmin"}, "qpmax": {"qmax"}, "qpstep": {"qdiff"}, "min-qp": {"qmin"}, "max-qp": {"qmax"},
	"vbv-maxrate": {"maxrate"}, "vbv-bufsize": {"bufsize"}, "mbr": {"maxrate"}, "ipratio": {"i_qfactor"}, "pbratio": {"b_qfactor"},
	"chroma-qp-offset": {"chromaoffset"}, "level-idc": {"level"}, "deblock": {"deblock"}, "stats": {"passlogfile", "x265-stats"},
	"frame-threads": {"threads"}, "pools": {"threads"}, "numa-pools": {"threads"}, "lp": {"threads"},
}

// JoinParameters writes parameters so that av_dict_parse_string reads them back.
func JoinParameters(all []Parameter) string {
	escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`, `:`, `\:`, `=`, `\=`, " ", `\ `)
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = escape.Replace(p.Name) + "=" + escape.Replace(p.Value)
	}
	return strings.Join(texts, ":")
}
