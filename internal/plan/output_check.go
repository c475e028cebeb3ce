package plan

import (
	"reflect"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/destination"
)

// check returns an error for an output without a place, and for a patience that is not positive.
func (o OutputConfig) check() error {
	switch {
	case o.Patience != nil && *o.Patience <= 0:
		reason := "must be more than 0; leave Patience out for the default"
		return &fault.ConfigError{Field: "Patience", Value: *o.Patience, Reason: reason}
	case o.Kind == ToWriter && o.Writer == nil:
		return &fault.ConfigError{Field: "w", Reason: "is nil; give a writer"}
	case o.Kind == ToWriter && isNilPointer(o.Writer):
		return &fault.ConfigError{Field: "w", Value: o.DisplayName(), Reason: "is a nil pointer; give a writer"}
	case o.Kind == ToURL && o.Path == "":
		supported := destination.Protocols()
		reason := "is empty; name a protocol and an address"
		return &fault.ConfigError{Field: "url", Value: "", Reason: reason, Supported: supported}
	case (o.Kind == ToFile || o.Kind == UnknownOutput) && o.Path == "":
		return &fault.ConfigError{Field: "path", Value: "", Reason: "a file needs a name"}
	}
	return nil
}

// checkNames returns an error for a name with a NUL byte, at which C would end it. parseAddress
// finds those in a URL.
func (o OutputConfig) checkNames() error {
	format := avoption.Setting{Field: "Format", Value: o.Format}
	if o.Kind == ToURL {
		return avoption.CheckTexts(format)
	}
	field := "path"
	if o.Kind == ToFolder {
		field = "name"
	}
	return avoption.CheckTexts(avoption.Setting{Field: field, Value: o.Path}, format)
}

// isNilPointer says whether an interface holds a nil pointer.
func isNilPointer(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}
