package avoption

import (
	"maps"
	"slices"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// Option is one option of an encoder, a muxer or a protocol.
type Option struct {
	Field      string // of the config that sets it: "CRF", or what ExtraField returns
	Key, Value string // as FFmpeg reads them
	Given      any    // the value in the config, which errors show
}

// FromField reports whether a field of the config sets the option, and not ExtraOptions. Such an
// option is always the encoder's.
func (o Option) FromField() bool { return o.Field != ExtraField(o.Key) }

// ConfigError returns an error about the option. supported lists the values that would be accepted.
func (o Option) ConfigError(reason string, supported ...string) *fault.ConfigError {
	return &fault.ConfigError{Field: o.Field, Value: o.Given, Reason: reason, Supported: supported}
}

// FromMap returns the options of a map, sorted by key, without the keys that are in except. An
// error is a *fault.ConfigError about the first value that FFmpeg cannot read.
func FromMap(options map[string]any, except map[string]string) ([]Option, error) {
	var list []Option
	for _, key := range slices.Sorted(maps.Keys(options)) {
		if _, ok := except[key]; ok {
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

// CheckNotSetTwice returns an error if the map has the key although a field of the config, which
// sets the same thing, is set.
func CheckNotSetTwice(options map[string]any, key, field string, fieldIsSet bool) error {
	value, ok := options[key]
	if !ok || !fieldIsSet {
		return nil
	}
	reason := field + " is set too; give one of the two"
	return &fault.ConfigError{Field: ExtraField(key), Value: value, Reason: reason}
}

// CheckReserved returns an error if the map has a key that must be set by a field of the config.
// fields has the field for each such key.
func CheckReserved(options map[string]any, fields map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if value, ok := options[key]; ok {
			reason := "set " + fields[key] + " instead"
			return &fault.ConfigError{Field: ExtraField(key), Value: value, Reason: reason}
		}
	}
	return nil
}

// Find returns the option of this name from a list of those that FFmpeg declares.
func Find(list []astiavx.Option, name string) (astiavx.Option, bool) {
	i := slices.IndexFunc(list, func(o astiavx.Option) bool { return o.Name == name })
	if i < 0 {
		return astiavx.Option{}, false
	}
	return list[i], true
}
