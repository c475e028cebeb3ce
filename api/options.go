package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
)

// codecOption is one option of an encoder, and the field that it came from.
type codecOption struct {
	field, key, value string
	given             any
}

// fromField says whether the option comes from a field of the config, which means the encoder, and not from ExtraOptions.
func (o codecOption) fromField() bool { return o.field != extraField(o.key) }

// wrong is an error about the option.
func (o codecOption) wrong(reason string, supported ...string) *ConfigError {
	return &ConfigError{Field: o.field, Value: o.given, Reason: reason, Supported: supported}
}

// setting is a value and the field that it came from.
type setting struct{ field, value string }

// checkTexts finds what C, whose strings end at a NUL byte, would read as something else.
func checkTexts(fields ...setting) error {
	for _, f := range fields {
		if strings.ContainsRune(f.value, 0) {
			return &ConfigError{Field: f.field, Value: f.value, Reason: "must not contain a NUL byte"}
		}
	}
	return nil
}

// mostOptionText is the longest value of an option in bytes. No option of FFmpeg's needs as much, and some of its parsers take long for more.
const mostOptionText = 1 << 16

// checkOptionText finds what C would read as something else, or for ever.
func checkOptionText(key, text string) error {
	e := &ConfigError{Field: extraField(key), Value: text}
	switch {
	case strings.ContainsRune(key, 0):
		e.Reason = "the name of an option must not contain a NUL byte"
	case strings.ContainsRune(text, 0):
		e.Reason = "must not contain a NUL byte"
	case len(text) > mostOptionText:
		e.Reason = fmt.Sprintf("has %d bytes; %d is the most", len(text), mostOptionText)
	default:
		return nil
	}
	return e
}

// extraField names an option, in text that can be shown.
func extraField(key string) string {
	shown := strconv.Quote(shorten(key))
	return "ExtraOptions[" + shown[1:len(shown)-1] + "]"
}

// optionText turns the value of an option into the text that FFmpeg reads.
func optionText(key string, value any) (string, error) {
	text, ok := plainText(value)
	if ok {
		return text, checkOptionText(key, text)
	}
	e := &ConfigError{Field: extraField(key), Value: value, Reason: "must be a string, a finite number or a bool"}
	switch reflect.ValueOf(value).Kind() {
	case reflect.Invalid:
		e.Reason += ", not nil; drop it for the default"
	case reflect.Float32, reflect.Float64:
	default:
		e.Value = typeOf(value)
	}
	return "", e
}

// plainText turns a string, a number or a bool of whatever type into text: 5 and 5.0 into the same.
func plainText(value any) (string, bool) {
	if n, ok := value.(json.Number); ok {
		value = string(n)
		if f, err := n.Float64(); err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			value = f
		}
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
		return strconv.FormatFloat(f, 'f', -1, v.Type().Bits()), !math.IsNaN(f) && !math.IsInf(f, 0)
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
	return &ConfigError{Field: extraField(key), Value: value, Reason: field + " is set too; give one of the two"}
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

// splitOptions divides options into those of the encoder and those that only a muxer knows, and checks their values. Without a
// container, what the encoder does not know, but some container does, counts as the muxer's.
func splitOptions(encoder string, list []codecOption, containers []string) (own, muxers []codecOption, err error) {
	known := astiavx.EncoderOptions(encoder)
	for _, o := range list {
		declared, ok := findOption(known, o.key)
		if ok {
			err = o.check(encoder, declared)
			own = append(own, o)
		} else {
			err = o.checkForMuxer(encoder, containers)
			muxers = append(muxers, o)
		}
		if err != nil {
			return nil, nil, err
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

// checkForMuxer checks an option that the encoder does not know.
func (o codecOption) checkForMuxer(encoder string, containers []string) error {
	known := astiavx.EncoderOptions(encoder)
	switch {
	case o.fromField():
		return o.noSuchSetting(encoder, known)
	case len(containers) == 0:
		known = append(known, astiavx.MuxerOptions("mp4")...)
		if _, ok := findOption(known, o.key); ok || len(astiavx.ContainersWithOption(o.key)) > 0 {
			return nil
		}
		return o.unknown(encoder+" has no such option", known)
	}
	found := false
	for _, container := range containers {
		forMuxer := astiavx.MuxerOptions(container)
		if _, ok := findOption(forMuxer, o.key); ok {
			found = true
			if err := o.checkMuxer(container); err != nil {
				return err
			}
		}
		known = append(known, forMuxer...)
	}
	if found {
		return nil
	}
	return o.unknown("neither "+encoder+" nor "+strings.Join(containers, " nor ")+" has such an option", known)
}

// unknown is the error about an option that none of those asked has.
func (o codecOption) unknown(reason string, known []astiavx.Option) error {
	names := optionNames(known)
	name, _, ofStream := strings.Cut(o.key, ":") // the ffmpeg command names an option of one stream so: "b:v"
	if ofStream && slices.Contains(names, name) {
		return o.wrong(fmt.Sprintf("%s; did you mean %q?", reason, name))
	}
	if containers := astiavx.ContainersWithOption(o.key); len(containers) > 0 {
		return o.wrong(reason+", but other containers have", containers...)
	}
	return o.wrong(reason + didYouMean(o.key, names))
}

func optionNames(known []astiavx.Option) []string {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.Name
	}
	return names
}
