package avoption

import (
	"fmt"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// Parameter is one setting of the library behind an encoder, inside an option such as x264-params.
type Parameter struct{ Name, Value string }

// Text returns the parameter as FFmpeg reads it.
func (p Parameter) Text() string { return p.Name + "=" + p.Value }

// FoldedName returns the name as x264 and x265 compare it. It is the same for the names that other
// libraries know.
func (p Parameter) FoldedName() string { return FoldName(p.Name) }

// FoldName returns a name with "-" for "_".
func FoldName(name string) string { return strings.ReplaceAll(name, "_", "-") }

// HoldsParameters reports whether an option holds parameters of a library.
func HoldsParameters(declared astiavx.Option) bool {
	switch declared.Name {
	case "x264opts", "kvazaar-params":
		return true
	}
	return declared.Kind == astiavx.OptionPairs
}

// Parameters parses the value of an option that holds parameters as FFmpeg does. An error is a
// *fault.ConfigError.
func (o Option) Parameters() ([]Parameter, error) {
	switch o.Key {
	case "x264opts":
		return o.x264opts(), nil
	case "kvazaar-params":
		return o.pairs(",")
	}
	return o.pairs(":")
}

// x264opts splits at every ":". A name without a value gets the value 1 (libx264.c).
func (o Option) x264opts() []Parameter {
	var all []Parameter
	for text := range strings.SplitSeq(o.Value, ":") {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			value = "1"
		}
		all = append(all, Parameter{name, value})
	}
	return all
}

// pairs splits with av_dict_parse_string, which handles quotes and escapes.
func (o Option) pairs(separator string) ([]Parameter, error) {
	d := astiav.NewDictionary()
	defer d.Free()
	err := d.ParseString(o.Value, "=", separator, astiav.NewDictionaryFlags(astiav.DictionaryFlagMultikey))
	if err != nil {
		return nil, o.ConfigError(fmt.Sprintf("must be name=value pairs joined by %q", separator))
	}
	var all []Parameter
	next := astiav.NewDictionaryFlags(astiav.DictionaryFlagIgnoreSuffix)
	for e := d.Get("", nil, next); e != nil; e = d.Get("", e, next) {
		all = append(all, Parameter{e.Key(), e.Value()})
	}
	return all, nil
}

// JoinParameters returns a text from which av_dict_parse_string reads the same parameters.
func JoinParameters(all []Parameter) string {
	escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`, `:`, `\:`, `=`, `\=`, " ", `\ `)
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = escape.Replace(p.Name) + "=" + escape.Replace(p.Value)
	}
	return strings.Join(texts, ":")
}
