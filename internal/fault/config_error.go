package fault

import (
	"fmt"
	"reflect"
	"strings"
)

// ConfigError says which setting or argument is wrong, and what would be right.
type ConfigError struct {
	Field     string   // "PixelFormat", "ExtraOptions[qp]", "SampleRate", …
	Value     any      // that was given; nil: the message shows none
	Reason    string   // why the value is not accepted
	Supported []string // the values that would be accepted, where they are a list
	Err       error    // FFmpeg's reason, where it is known; may be nil
}

// maxListed is how many supported values a message lists.
const maxListed = 24

// Error returns the message in one line, with the prefix "avloom: ".
func (e *ConfigError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "avloom: %s", e.Field)
	switch v := e.Value.(type) {
	case nil:
	case string:
		fmt.Fprintf(&b, " %q", Shorten(v))
	default:
		fmt.Fprintf(&b, " %s", Shorten(fmt.Sprint(Printable(v))))
	}
	fmt.Fprintf(&b, ": %s", e.Reason)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if n := len(e.Supported); n > maxListed {
		fmt.Fprintf(&b, " (supported: %s and %d more)", strings.Join(e.Supported[:maxListed], ", "), n-maxListed)
	} else if n > 0 {
		fmt.Fprintf(&b, " (supported: %s)", strings.Join(e.Supported, ", "))
	}
	return b.String()
}

// Unwrap returns FFmpeg's reason.
func (e *ConfigError) Unwrap() error { return e.Err }

// Printable returns a number, a text or a bool, or a slice of them, as it is, and the name of the
// type of any other value. A map may hold itself, and printing it would not end.
func Printable(v any) any {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Map, reflect.Slice, reflect.Array, reflect.Struct, reflect.Pointer, reflect.Interface,
		reflect.Func, reflect.Chan:
		return TypeName(v)
	default:
		return v
	}
}

// TypeName returns the name of the type of a value, for ConfigError.Value.
func TypeName(v any) string { return fmt.Sprintf("%T", v) }

// Shorten returns the first 80 bytes of a text, and "…" if there are more.
func Shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// First returns the first error that is not nil.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
