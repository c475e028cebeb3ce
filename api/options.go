package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// codecOption is one option of an encoder, and the field that it came from.
type codecOption struct {
	field, key, value string
	given             any
}

func extraField(key string) string { return "ExtraOptions[" + key + "]" }

// optionText turns the value of an option into the text that FFmpeg reads.
func optionText(key string, value any) (string, error) {
	text, ok := plainText(value)
	if !ok {
		return "", &ConfigError{Field: extraField(key), Value: value, Reason: fmt.Sprintf("a value of type %T is no option; give a string, a finite number or a bool", value)}
	}
	if strings.ContainsRune(text, 0) || strings.ContainsRune(key, 0) {
		return "", &ConfigError{Field: extraField(key), Value: strconv.Quote(text), Reason: "there is a NUL byte in it"}
	}
	return text, nil
}

func plainText(value any) (string, bool) {
	if n, ok := value.(json.Number); ok {
		return n.String(), true
	}
	v := reflect.ValueOf(value)
	switch {
	case !v.IsValid():
		return "", false
	case v.Kind() == reflect.String:
		return v.String(), true
	case v.Kind() == reflect.Bool && v.Bool():
		return "1", true
	case v.Kind() == reflect.Bool:
		return "0", true
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), true
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), true
	case v.CanFloat():
		f := v.Float()
		return strconv.FormatFloat(f, 'f', -1, 64), !math.IsNaN(f) && !math.IsInf(f, 0)
	default:
		return "", false
	}
}

// sortedOptions turns a map of options into a list in a fixed order, leaving out those that are handled elsewhere.
func sortedOptions(options map[string]any, leaveOut map[string]string) ([]codecOption, error) {
	var list []codecOption
	for _, key := range slices.Sorted(maps.Keys(options)) {
		if _, elsewhere := leaveOut[key]; elsewhere {
			continue
		}
		text, err := optionText(key, options[key])
		if err != nil {
			return nil, err
		}
		list = append(list, codecOption{field: extraField(key), key: key, value: text, given: options[key]})
	}
	return list, nil
}

// twice is an error where an option says again what a field has said.
func twice(options map[string]any, key, field string, said bool) error {
	value, ok := options[key]
	if !ok || !said {
		return nil
	}
	return &ConfigError{Field: extraField(key), Value: value, Reason: field + " says the same already; give one of the two"}
}

// reserved is an error where an option belongs to a field.
func reserved(options map[string]any, fields map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if value, ok := options[key]; ok {
			return &ConfigError{Field: extraField(key), Value: value, Reason: "set " + fields[key] + " instead"}
		}
	}
	return nil
}

// split divides options into those of the encoder and those that only the muxer knows. The values of the former are checked as far as FFmpeg
// declares their ranges. With an empty container, what the encoder does not know counts as the muxer's.
func splitOptions(encoder string, list []codecOption, container string) (own, muxers []codecOption, err error) {
	known := astiavx.EncoderOptions(encoder)
	for _, o := range list {
		declared, ok := findOption(known, o.key)
		switch {
		case ok:
			if err := o.check(encoder, declared); err != nil {
				return nil, nil, err
			}
			own = append(own, o)
		case o.field != extraField(o.key): // from a field of the config, which means the encoder
			return nil, nil, o.unknown(encoder, known)
		case container == "":
			muxers = append(muxers, o)
		default:
			forMuxer := astiavx.MuxerOptions(container)
			if _, ok := findOption(forMuxer, o.key); !ok {
				return nil, nil, o.unknown(encoder+", or of "+container, append(known, forMuxer...))
			}
			if err := o.checkMuxer(container); err != nil {
				return nil, nil, err
			}
			muxers = append(muxers, o)
		}
	}
	return own, muxers, nil
}

func findOption(list []astiavx.Option, name string) (astiavx.Option, bool) {
	i := slices.IndexFunc(list, func(o astiavx.Option) bool { return o.Name == name })
	if i < 0 {
		return astiavx.Option{}, false
	}
	return list[i], true
}

func (o codecOption) unknown(of string, known []astiavx.Option) error {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.Name
	}
	reason := "there is no such option of " + of
	if o.field != extraField(o.key) {
		reason = of + " has no such setting"
	}
	if near := nearest(o.key, names); near != "" && near != o.key {
		reason += fmt.Sprintf("; did you mean %q?", near)
	}
	return &ConfigError{Field: o.field, Value: o.given, Reason: reason}
}

// check compares the value with what FFmpeg, or our own table, declares.
func (o codecOption) check(encoder string, declared astiavx.Option) error {
	if err := checkNested(encoder, o); err != nil {
		return err
	}
	n, err := strconv.ParseFloat(o.value, 64)
	if !declared.Numeric {
		return nil
	}
	if err != nil {
		if len(declared.Values) > 0 && !slices.Contains(declared.Values, o.value) {
			return &ConfigError{Field: o.field, Value: o.given, Reason: "there is no such value", Supported: declared.Values}
		}
		return nil // an expression: FFmpeg will say
	}
	least, most := declared.Min, declared.Max
	if r, ok := clipped[encoder][o.key]; ok {
		least, most = r.least, r.most
	}
	if n < least || n > most {
		return &ConfigError{Field: o.field, Value: o.given, Reason: "out of range: " + rangeText(least, most)}
	}
	if declared.Integer && n != math.Trunc(n) {
		return &ConfigError{Field: o.field, Value: o.given, Reason: "must be a whole number: " + rangeText(least, most)}
	}
	return nil
}

func rangeText(least, most float64) string {
	number := func(f float64) string { return strconv.FormatFloat(f, 'g', 10, 64) }
	if most >= math.MaxInt64 || most == math.MaxFloat32 {
		return number(least) + " or more"
	}
	return number(least) + " to " + number(most)
}

func (o codecOption) checkMuxer(container string) error {
	err := astiavx.CheckMuxerOption(container, o.key, o.value)
	if err == nil {
		return nil
	}
	declared, _ := findOption(astiavx.MuxerOptions(container), o.key)
	return o.refused(container, declared, err)
}

// refused turns FFmpeg's refusal of a value into an error that says what would do.
func (o codecOption) refused(by string, declared astiavx.Option, err error) error {
	e := &ConfigError{Field: o.field, Value: o.given, Reason: by + " refuses it", Supported: declared.Values, Err: err}
	if errors.Is(err, astiav.Error(-int(syscall.ERANGE))) {
		e.Reason, e.Err = "out of range: "+rangeText(declared.Min, declared.Max), nil
	}
	return e
}

// muxerOptions turns the options of an output into text, and checks each.
func muxerOptions(container string, options map[string]any) (map[string]string, error) {
	list, err := sortedOptions(options, nil)
	if err != nil {
		return nil, asFormatOption(err)
	}
	known := astiavx.MuxerOptions(container)
	all := map[string]string{}
	for _, o := range list {
		if _, ok := findOption(known, o.key); !ok {
			return nil, asFormatOption(o.unknown(container, known))
		}
		if err := o.checkMuxer(container); err != nil {
			return nil, asFormatOption(err)
		}
		all[o.key] = o.value
	}
	return all, nil
}

// asFormatOption renames the field of an error to where the option came from.
func asFormatOption(err error) error {
	var e *ConfigError
	if errors.As(err, &e) {
		e.Field = strings.Replace(e.Field, "ExtraOptions[", "FormatOptions[", 1)
	}
	return err
}

// nearest returns the name that is fewest edits away, if that is near enough to be meant.
func nearest(name string, names []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, n := range names {
		if d := editDistance(name, n); d < least {
			best, least = n, d
		}
	}
	return best
}

// editDistance counts the letters to insert, delete, replace or swap with their neighbour (the optimal string alignment distance) that
// turn a into b.
func editDistance(a, b string) int {
	previous, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], previous[j-2]+1)
			}
		}
		previous, row, next = row, next, previous
	}
	return row[len(b)]
}
