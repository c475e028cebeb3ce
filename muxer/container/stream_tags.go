package container

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"
)

// CheckStreamTags finds the first tag of a stream of this kind that a container, written with these
// options, would drop or change. ofFile are the tags of the file. The error's Kept are the tags
// that the container keeps of such a stream; if it keeps none, or if only the value is at fault,
// they are the containers that keep this tag.
func CheckStreamTags(
	format string, options map[string]string, kind astiav.MediaType, tags, ofFile map[string]string,
) *MetadataError {
	rule := streamTagRules[streamTagFormat(format, options)]
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		name := strings.ToLower(key) // FFmpeg's dictionaries ignore case too
		if !rule.keeps(kind, name) {
			e := rule.dropped(format, kind, name)
			e.Key = key
			return e
		}
		e := rule.checkValue(format, kind, name, tags[key])
		if e == nil {
			e = rule.checkOptions(format, options, name)
		}
		if e == nil {
			e = rule.checkBeside(format, name, tags[key], ofFile)
		}
		if e != nil {
			e.Key = key
			return e
		}
	}
	return nil
}

// StreamTags returns the tags of a stream as FFmpeg's muxer must be told them.
func StreamTags(format string, tags map[string]string, disposition []string) map[string]string {
	told := maps.Clone(tags)
	for key, value := range told {
		if strings.EqualFold(key, "language") && format == "mov" {
			told[key] = movLanguage(value)
		}
	}
	if format == DASH && len(disposition) > 0 {
		if told == nil {
			told = map[string]string{}
		}
		told["role"] = dashRoles[disposition[0]]
	}
	return told
}

// dropped returns the error about a tag that the container does not keep.
func (r streamTagRule) dropped(format string, kind astiav.MediaType, name string) *MetadataError {
	if isEncoderTag(name) {
		return &MetadataError{Reason: noEncoderTag}
	}
	if instead := r.not[name]; instead != "" {
		return &MetadataError{Reason: format + " " + instead}
	}
	keepers := wellKnownWhere(kind, func(format string) bool {
		return streamTagRules[streamTagFormat(format, nil)].keeps(kind, name)
	})
	reason := fmt.Sprintf("%s does not keep this tag of a stream of %s", format, kindName(kind))
	kept := r.kept(kind)
	switch {
	case len(kept) == 0:
		return &MetadataError{Reason: reason + "; take one of these containers, or leave the tag out", Kept: keepers}
	case len(keepers) > 0:
		reason += "; these do: " + strings.Join(keepers, ", ")
	}
	return &MetadataError{Reason: reason, Kept: kept}
}

// checkValue returns an error for a value that the container cannot hold.
func (r streamTagRule) checkValue(format string, kind astiav.MediaType, name, value string) *MetadataError {
	switch most := r.longest[name]; {
	case name == "language" && !r.names(value):
		namers := wellKnownWhere(kind, func(format string) bool {
			other := streamTagRules[streamTagFormat(format, nil)]
			return other.keeps(kind, name) && other.names(value)
		})
		return &MetadataError{Reason: format + " cannot name this language; take one of these containers", Kept: namers}
	case name == "timecode" && !matches(timecode, value):
		return &MetadataError{Reason: format + " needs " + valueNames[timecode]}
	case most > 0 && len(value) > most:
		return &MetadataError{Reason: fmt.Sprintf("%s holds at most %d bytes of it", format, most)}
	}
	return nil
}

// names says whether the container can name a language.
func (r streamTagRule) names(language string) bool {
	return r.languages == nil || r.languages(language)
}

// checkOptions returns an error for a tag that an option of the muxer removes.
func (r streamTagRule) checkOptions(format string, options map[string]string, name string) *MetadataError {
	switch option := r.removes[name]; {
	case option == "":
	case option == "write_tmcd" && options[option] != "" && !isTrue(options[option]):
		return &MetadataError{Reason: format + " does not keep it with FormatOptions[write_tmcd]"}
	case option != "write_tmcd" && isTrue(options[option]):
		return &MetadataError{Reason: fmt.Sprintf("%s does not keep it with FormatOptions[%s]", format, option)}
	}
	return nil
}

// checkBeside returns an error for a tag that the file has too, where both would have one place.
func (r streamTagRule) checkBeside(format, name, value string, ofFile map[string]string) *MetadataError {
	if !r.shared && name != "timecode" {
		return nil
	}
	for key, other := range ofFile {
		if strings.EqualFold(key, name) && other != value {
			const text = "%s has one place for it, and the file's own is %q; give it to the file or to the stream"
			return &MetadataError{Reason: fmt.Sprintf(text, format, other)}
		}
	}
	return nil
}
