package avoption

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
	"github.com/avloom/avloom/internal/fault"
)

// Option is one option of an encoder, and the field that it came from.
type Option struct {
	Field, Key, Value string
	Given             any
}

// FromField says whether the option comes from a field of the config, which means the encoder, and not from ExtraOptions.
func (o Option) FromField() bool { return o.Field != ExtraField(o.Key) }

// Wrong is an error about the option.
func (o Option) ConfigError(reason string, supported ...string) *fault.ConfigError {
	return &fault.ConfigError{Field: o.Field, Value: o.Given, Reason: reason, Supported: supported}
}

// Setting is a value and the field that it came from.
type Setting struct{ Field, Value string }

// CheckTexts finds what C, whose strings end at a NUL byte, would read as something else.
func CheckTexts(fields ...Setting) error {
	for _, f := range fields {
		if strings.ContainsRune(f.Value, 0) {
			return &fault.ConfigError{Field: f.Field, Value: f.Value, Reason: "must not contain a NUL byte"}
		}
	}
	return nil
}

// mostOptionText is the longest value of an option in bytes. No option of FFmpeg's needs as much, and some of its parsers take long for more.
const mostOptionText = 1 << 16

// checkOptionText finds what C would read as something else, or for ever.
func checkOptionText(key, text string) error {
	e := &fault.ConfigError{Field: ExtraField(key), Value: text}
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

// ExtraField names an option, in text that can be shown.
func ExtraField(key string) string {
	shown := strconv.Quote(fault.Shorten(key))
	return "ExtraOptions[" + shown[1:len(shown)-1] + "]"
}

// Text turns the value of an option into the text that FFmpeg reads.
func Text(key string, value any) (string, error) {
	text, ok := PlainText(value)
	if ok {
		return text, checkOptionText(key, text)
	}
	e := &fault.ConfigError{Field: ExtraField(key), Value: value, Reason: "must be a string, a finite number or a bool"}
	switch reflect.ValueOf(value).Kind() {
	case reflect.Invalid:
		e.Reason += ", not nil; drop it for the default"
	case reflect.Float32, reflect.Float64:
	default:
		e.Value = fault.TypeName(value)
	}
	return "", e
}

// PlainText turns a string, a number or a bool of whatever type into text: 5 and 5.0 into the same.
func PlainText(value any) (string, bool) {
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

// FromMap turns a map of options into a list in a fixed order, leaving out those that are handled elsewhere.
func FromMap(options map[string]any, leaveOut map[string]string) ([]Option, error) {
	var list []Option
	for _, key := range slices.Sorted(maps.Keys(options)) {
		if _, elsewhere := leaveOut[key]; elsewhere {
			continue
		}
		text, err := Text(key, options[key])
		if err != nil {
			return nil, err
		}
		list = append(list, Option{Field: ExtraField(key), Key: key, Value: text, Given: options[key]})
	}
	return list, nil
}

// CheckNotSetTwice returns an error if an option is set although a field has set the same thing.
func CheckNotSetTwice(options map[string]any, key, field string, said bool) error {
	value, ok := options[key]
	if !ok || !said {
		return nil
	}
	return &fault.ConfigError{Field: ExtraField(key), Value: value, Reason: field + " is set too; give one of the two"}
}

// CheckReserved returns an error if an option is set that belongs to a field.
func CheckReserved(options map[string]any, fields map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if value, ok := options[key]; ok {
			return &fault.ConfigError{Field: ExtraField(key), Value: value, Reason: "set " + fields[key] + " instead"}
		}
	}
	return nil
}

// Split divides options into those of the encoder and those that only a muxer knows, and checks their values. Without a
// container, what the encoder does not know, but some container does, counts as the muxer's.
func Split(encoder string, list []Option, containers []string) (own, muxers []Option, err error) {
	known := astiavx.EncoderOptions(encoder)
	for _, o := range list {
		declared, ok := Find(known, o.Key)
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

func Find(list []astiavx.Option, name string) (astiavx.Option, bool) {
	i := slices.IndexFunc(list, func(o astiavx.Option) bool { return o.Name == name })
	if i < 0 {
		return astiavx.Option{}, false
	}
	return list[i], true
}

// checkForMuxer checks an option that the encoder does not know.
func (o Option) checkForMuxer(encoder string, containers []string) error {
	known := astiavx.EncoderOptions(encoder)
	if len(containers) == 0 {
		known = append(known, astiavx.MuxerOptions("mp4")...)
		if _, ok := Find(known, o.Key); ok || len(astiavx.ContainersWithOption(o.Key)) > 0 {
			return nil
		}
		return o.UnknownError(encoder+" has no such option", known)
	}
	found := false
	for _, container := range containers {
		forMuxer := astiavx.MuxerOptions(container)
		if _, ok := Find(forMuxer, o.Key); ok {
			found = true
			if err := o.CheckMuxer(container); err != nil {
				return err
			}
		}
		known = append(known, forMuxer...)
	}
	if found {
		return nil
	}
	return o.UnknownError("neither "+encoder+" nor "+strings.Join(containers, " nor ")+" has such an option", known)
}

// Unknown is the error about an option that none of those asked has.
func (o Option) UnknownError(reason string, known []astiavx.Option) error {
	names := optionNames(known)
	name, _, ofStream := strings.Cut(o.Key, ":") // the ffmpeg command names an option of one stream so: "b:v"
	if ofStream && slices.Contains(names, name) {
		return o.ConfigError(fmt.Sprintf("%s; did you mean %q?", reason, name))
	}
	if containers := astiavx.ContainersWithOption(o.Key); len(containers) > 0 {
		return o.ConfigError(reason+", but other containers have", containers...)
	}
	return o.ConfigError(reason + fault.DidYouMean(o.Key, names))
}

func optionNames(known []astiavx.Option) []string {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.Name
	}
	return names
}
