package muxer

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
)

// TagError says that a container would drop a tag, or what it says.
type TagError struct {
	Key, Reason string
	Kept        []string // the tags that the container keeps, where they are few
}

func (e *TagError) Error() string { return e.Key + ": " + e.Reason }

// tagRule is what a container keeps of the tags of a file.
type tagRule struct {
	any    bool     // all but not
	keys   []string // that are kept, by the names that FFmpeg has for them; one that ends in "_*" stands for all that begin so
	not    []string
	option string // that makes it keep any; "": there is none
	extra  map[string][]string
	times  bool              // creation_time must be a time
	values map[string]string // patterns that a value must match, or FFmpeg drops it
}

// CheckTags finds the first tag that a container, written with these options, would drop.
func CheckTags(format string, options, tags map[string]string) *TagError {
	rule := tagRules[format].with(options)
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if reason := rule.refuses(format, key); reason != "" {
			return &TagError{Key: key, Reason: reason, Kept: rule.keys}
		}
		if reason := rule.refusesValue(format, key, tags[key]); reason != "" {
			return &TagError{Key: key, Reason: reason}
		}
	}
	return nil
}

// with is the rule for a container with these options.
func (r tagRule) with(options map[string]string) tagRule {
	if r.option != "" && isSet(options, r.option) {
		r.any, r.keys = true, nil
	}
	for option, keys := range r.extra {
		if isSet(options, option) {
			r.keys = slices.Concat(r.keys, keys)
		}
	}
	return r
}

// isSet says whether the options have one, given as "name", "name|other name" or "name=flag".
func isSet(options map[string]string, option string) bool {
	for name := range strings.SplitSeq(option, "|") {
		name, flag, isFlag := strings.Cut(name, "=")
		value := options[name]
		if isFlag && hasFlag(value, flag) || !isFlag && value != "" && value != "0" && value != "false" {
			return true
		}
	}
	return false
}

func (r tagRule) refuses(format, key string) string {
	lower := strings.ToLower(key) // FFmpeg's dictionaries take no heed of it either
	switch {
	case lower == "encoder" || strings.HasPrefix(lower, "encoder-"): // init_muxer in FFmpeg's mux.c
		return "it is left out of every file, so that equal input gives equal files; take another, such as encoded_by"
	case r.any && !slices.Contains(r.not, lower), r.keeps(lower):
		return ""
	case r.any:
		return format + " says it of the streams themselves, and drops it as a tag"
	case r.option == useMetadataTags:
		return format + ` keeps only those that players know; any other needs FormatOptions{"movflags": "use_metadata_tags"}, which has a price: ` +
			"players then see none of the usual ones, and it excludes CoverArt"
	case r.option != "":
		return fmt.Sprintf("%s does not keep it, unless FormatOptions[%s] is 1", format, strings.ReplaceAll(r.option, "|", "] or FormatOptions["))
	case len(r.keys) == 0:
		return format + " keeps no tags; leave them out, or take a container that does, such as mkv, mp4, flac or mp3"
	}
	return format + " does not keep it"
}

func (r tagRule) keeps(key string) bool {
	return slices.ContainsFunc(r.keys, func(k string) bool {
		prefix, open := strings.CutSuffix(k, "*")
		return strings.EqualFold(k, key) || open && strings.HasPrefix(key, prefix)
	})
}

func (r tagRule) refusesValue(format, key, value string) string {
	lower := strings.ToLower(key)
	if lower == "creation_time" && r.times && !astiavx.IsTime(value) {
		return format + " needs a time, such as 2026-01-31T12:00:00Z"
	}
	pattern, ok := r.values[lower]
	if !ok || r.any {
		return ""
	}
	if !regexp.MustCompile("^(?:" + pattern + ")$").MatchString(value) {
		return fmt.Sprintf("%s needs %s", format, tagValues[pattern])
	}
	if pattern == oneByte {
		if n, err := strconv.Atoi(value); err != nil || n > 255 {
			return fmt.Sprintf("%s needs %s", format, tagValues[pattern])
		}
	}
	return ""
}

// Patterns of values, and their names in messages.
const (
	oneByte  = `\d{1,3}`
	numberOf = `[1-9]\d{0,4}(?:/\d{1,5})?`
	positive = `[1-9]\d{0,4}`
	aYear    = `\d{1,4}`
	timecode = `\d\d:\d\d:\d\d[:;.]\d\d`
	aPlace   = `[+-]?\d+(?:\.\d+)?[+-]\d+(?:\.\d+)?(?:[+-]\d+(?:\.\d+)?)?/?`
)

var tagValues = map[string]string{
	oneByte: "a number from 0 to 255", numberOf: `a number, or a number of how many, such as "3/12"`, positive: "a number above 0",
	aYear: "a year", timecode: "a time code, such as 10:00:00:00", aPlace: "a place as ISO 6709 writes it, such as +48.8577+002.295/",
}
