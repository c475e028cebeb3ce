package container

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
)

// Patterns of values.
const (
	oneByte  = `\d{1,3}`
	numberOf = `[1-9]\d{0,4}(?:/\d{1,5})?`
	positive = `[1-9]\d{0,4}`
	year     = `\d{1,4}`
	timecode = `\d\d:\d\d:\d\d[:;.]\d\d`
	place    = `[+-]?\d+(?:\.\d+)?[+-]\d+(?:\.\d+)?(?:[+-]\d+(?:\.\d+)?)?/?`
)

// valueNames say in errors what a pattern stands for.
var valueNames = map[string]string{
	oneByte:  "a number from 0 to 255",
	numberOf: `a number, or a number and how many there are, such as "3/12"`,
	positive: "a number above 0",
	year:     "a year",
	timecode: "a time code, such as 10:00:00:00",
	place:    "a place as ISO 6709 writes it, such as +48.8577+002.295/",
}

// refusesValue returns why the container drops the value of a tag; "" if it keeps the value.
func (r metadataRule) refusesValue(format, key, value string) string {
	lower := strings.ToLower(key)
	if lower == "creation_time" && r.times && !astiavx.IsTime(value) {
		return format + " needs a time, such as 2026-01-31T12:00:00Z"
	}
	pattern, limited := r.values[lower]
	if !limited || r.any || matches(pattern, value) {
		return ""
	}
	return format + " needs " + valueNames[pattern]
}

// matches says whether a value is what a pattern stands for.
func matches(pattern, value string) bool {
	if !regexp.MustCompile("^(?:" + pattern + ")$").MatchString(value) {
		return false
	}
	if pattern != oneByte {
		return true
	}
	n, err := strconv.Atoi(value)
	return err == nil && n <= 255
}
