package container

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// MetadataError is the error for a tag that a container would drop, or whose value it would drop.
type MetadataError struct {
	Key, Reason string
	Kept        []string // the tags that the container keeps, if they are few
}

func (e *MetadataError) Error() string { return e.Key + ": " + e.Reason }

// metadataRule says which tags of a file a container keeps.
type metadataRule struct {
	any    bool     // all tags but not
	keys   []string // FFmpeg's names of the tags that are kept; "name_*" stands for all that begin so
	not    []string
	option string              // "name", "name|other name" or "name=flag" that keeps all; "": there is none
	extra  map[string][]string // further keys that an option keeps
	times  bool                // creation_time must be a time
	values map[string]string   // patterns: FFmpeg drops a value that does not match
}

// CheckMetadata finds the first tag that a container, written with these options, would drop.
func CheckMetadata(format string, options, tags map[string]string) *MetadataError {
	rule := metadataRules[format].with(options)
	if inside := Inside(format, options); format == HLS && inside != "mp4" {
		rule = metadataRules[inside]
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if reason := rule.refuses(format, key); reason != "" {
			return &MetadataError{Key: key, Reason: reason, Kept: rule.keys}
		}
		if reason := rule.refusesValue(format, key, tags[key]); reason != "" {
			return &MetadataError{Key: key, Reason: reason}
		}
	}
	return nil
}

// with returns the rule that applies with these options.
func (r metadataRule) with(options map[string]string) metadataRule {
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
		if isFlag && hasFlag(value, flag) || !isFlag && isTrue(value) {
			return true
		}
	}
	return false
}

// noEncoderTag is why no container keeps the name of the encoder.
const noEncoderTag = "it is left out of every file, so that equal input gives equal files; " +
	"use another tag, such as encoded_by"

// isEncoderTag says whether FFmpeg would write the name of the encoder there (init_muxer in mux.c).
func isEncoderTag(lower string) bool {
	return lower == "encoder" || strings.HasPrefix(lower, "encoder-")
}

// refuses returns why the container drops a tag; "" if it keeps the tag.
func (r metadataRule) refuses(format, key string) string {
	lower := strings.ToLower(key) // FFmpeg's dictionaries ignore case too
	switch {
	case isEncoderTag(lower):
		return noEncoderTag
	case r.any && !slices.Contains(r.not, lower), r.keeps(lower):
		return ""
	case r.any:
		return format + " stores it as a property of the streams, and drops the tag"
	case r.option == useMetadataTags:
		return format + ` keeps only the tags that players know; all others need FormatOptions{"movflags": ` +
			`"use_metadata_tags"}, which has a price: players then see none of the usual tags, and CoverArt is impossible`
	case r.option != "":
		names := strings.ReplaceAll(r.option, "|", "] or FormatOptions[")
		return fmt.Sprintf("%s does not keep it, unless FormatOptions[%s] is 1", format, names)
	case len(r.keys) == 0:
		return format + " keeps no tags; leave them out, or use a container that does, such as mkv, mp4, flac or mp3"
	}
	return format + " does not keep it"
}

// keeps says whether the rule names a tag.
func (r metadataRule) keeps(key string) bool {
	return slices.ContainsFunc(r.keys, func(k string) bool {
		prefix, open := strings.CutSuffix(k, "*")
		return strings.EqualFold(k, key) || open && strings.HasPrefix(key, prefix)
	})
}
