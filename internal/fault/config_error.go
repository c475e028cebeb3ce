package fault

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// ConfigError says which setting or argument is wrong, and what would be right.
type ConfigError struct {
	Field     string   // "PixelFormat", "ExtraOptions[qp]", "SampleRate", …
	Value     any      // what was given
	Reason    string   // why it will not do
	Supported []string // what would have been accepted, where that is a list
	Err       error    // what FFmpeg said, where it is known; may be nil
}

// maxListed is how many supported values a message lists.
const maxListed = 24

func (e *ConfigError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "avloom: %s", e.Field)
	switch v := e.Value.(type) {
	case nil:
	case string:
		fmt.Fprintf(&b, " %q", Shorten(v))
	default:
		fmt.Fprintf(&b, " %s", Shorten(fmt.Sprint(printable(v))))
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

// printable is a value, or the name of its type where there may be no end to it, as to a map that holds itself.
func printable(v any) any {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Map, reflect.Slice, reflect.Array, reflect.Struct, reflect.Pointer, reflect.Interface, reflect.Func, reflect.Chan:
		return TypeName(v)
	default:
		return v
	}
}

func TypeName(v any) string { return fmt.Sprintf("%T", v) }

// Unwrap returns what FFmpeg said.
func (e *ConfigError) Unwrap() error { return e.Err }

// Shorten keeps a message readable whatever was given.
func Shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// KnownFirst moves those of the names that are well known to the front.
func KnownFirst(names, wellKnown []string) []string {
	isKnown := func(name string) bool { return slices.Contains(wellKnown, name) }
	first := slices.DeleteFunc(slices.Clone(wellKnown), func(name string) bool { return !slices.Contains(names, name) })
	return append(first, slices.DeleteFunc(slices.Clone(names), isKnown)...)
}
