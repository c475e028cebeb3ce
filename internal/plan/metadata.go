package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// checkMetadata returns an error for a tag that FFmpeg's dictionaries cannot store or would leave
// out.
func checkMetadata(tags map[string]string) error {
	names := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		lower := strings.ToLower(key)
		first, twice := names[lower]
		names[lower] = key
		e := &fault.ConfigError{Field: "Metadata[" + key + "]", Value: tags[key]}
		switch {
		case key == "":
			e.Reason = "a tag needs a name"
		case strings.ContainsRune(key, 0) || !utf8.ValidString(key):
			e.Field, e.Value, e.Reason = "Metadata", key, "the name of a tag must be UTF-8 without a NUL byte"
		case strings.ContainsRune(tags[key], 0):
			e.Reason = "must not contain a NUL byte"
		case !utf8.ValidString(tags[key]):
			e.Reason = "must be UTF-8, which all containers expect"
		case twice:
			e.Reason = fmt.Sprintf("is given as %q too; names of tags are the same in capital and small letters", first)
		default:
			continue
		}
		return e
	}
	return nil
}

// CheckMetadata returns an error for a tag that the container would drop. The caller has added the
// options of all streams.
func (t *Output) CheckMetadata() error {
	e := container.CheckMetadata(t.Container.Name, t.MuxerOptions, t.Config.Metadata)
	if e == nil {
		return nil
	}
	return &fault.ConfigError{
		Field:     "Metadata[" + e.Key + "]",
		Value:     t.Config.Metadata[e.Key],
		Reason:    e.Reason,
		Supported: e.Kept,
	}
}
