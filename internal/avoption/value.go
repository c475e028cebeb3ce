package avoption

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/avloom/avloom/internal/fault"
)

// Setting is a text and the field of the config that has it.
type Setting struct{ Field, Value string }

// CheckTexts returns an error about the first text with a NUL byte, at which a string ends in C.
func CheckTexts(fields ...Setting) error {
	for _, f := range fields {
		if strings.ContainsRune(f.Value, 0) {
			return &fault.ConfigError{Field: f.Field, Value: f.Value, Reason: "must not contain a NUL byte"}
		}
	}
	return nil
}

// ExtraField returns the field of an error about the entry of ExtraOptions with this key. The key
// is shortened, and its unprintable characters are escaped.
func ExtraField(key string) string {
	quoted := strconv.Quote(fault.Shorten(key))
	return "ExtraOptions[" + quoted[1:len(quoted)-1] + "]"
}

// Text returns the text that FFmpeg reads for a value of ExtraOptions. An error is a
// *fault.ConfigError.
func Text(key string, value any) (string, error) {
	text, ok := PlainText(value)
	if ok {
		return text, checkText(key, text)
	}
	e := &fault.ConfigError{
		Field: ExtraField(key), Value: value, Reason: "must be a string, a finite number or a bool",
	}
	switch reflect.ValueOf(value).Kind() {
	case reflect.Invalid:
		e.Reason += ", not nil; drop it for the default"
	case reflect.Float32, reflect.Float64:
	default:
		e.Value = fault.TypeName(value)
	}
	return "", e
}

// maxText is the longest value of an option in bytes. No option of FFmpeg needs as much, and some
// of its parsers take long for more.
const maxText = 1 << 16

// checkText returns an error about a key or a value that C would read differently, or for too long.
func checkText(key, text string) error {
	e := &fault.ConfigError{Field: ExtraField(key), Value: text}
	switch {
	case strings.ContainsRune(key, 0):
		e.Reason = "the name of an option must not contain a NUL byte"
	case strings.ContainsRune(text, 0):
		e.Reason = "must not contain a NUL byte"
	case len(text) > maxText:
		e.Reason = fmt.Sprintf("has %d bytes; %d is the most", len(text), maxText)
	default:
		return nil
	}
	return e
}

// PlainText returns the text of a string, a number or a bool of any type. A float that is whole has
// the text of the integer. ok is false for other types, and for numbers that are not finite.
func PlainText(value any) (text string, ok bool) {
	if n, isNumber := value.(json.Number); isNumber {
		value = string(n)
		f, err := n.Float64()
		if err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
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

// IsFraction reports whether a text is a number that is not whole.
func IsFraction(text string) bool {
	f, err := strconv.ParseFloat(text, 64)
	return err == nil && f != math.Trunc(f)
}
