package plan

import (
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/destination"
)

// checkAttachments returns an error for attachments that readers cannot extract, or would write
// where they should not.
func checkAttachments(all []Attachment) error {
	seen := map[string]int{}
	for i, a := range all {
		field := fmt.Sprintf("Attach[%d]", i)
		if err := a.check(field); err != nil {
			return err
		}
		if other, ok := seen[a.Name]; ok {
			reason := fmt.Sprintf("is the name of attachment %d too; who extracts both would overwrite one", other)
			return &fault.ConfigError{Field: field + ".Name", Value: a.Name, Reason: reason}
		}
		seen[a.Name] = i
	}
	return nil
}

func (a Attachment) check(field string) error {
	isControl := func(r rune) bool { return r < ' ' || r == 0x7f }
	_, _, err := mime.ParseMediaType(a.MIME)
	switch {
	case a.Name == "":
		return &fault.ConfigError{Field: field + ".Name", Value: "", Reason: "an attachment needs a file name"}
	case !utf8.ValidString(a.Name) || strings.ContainsFunc(a.Name, isControl):
		return &fault.ConfigError{
			Field: field + ".Name", Value: a.Name, Reason: "must be UTF-8 without control characters",
		}
	case !destination.IsPlainName(a.Name) || strings.Contains(a.Name, `\`):
		reason := "must be a plain file name, so that who extracts it writes into no other folder"
		return &fault.ConfigError{Field: field + ".Name", Value: a.Name, Reason: reason}
	case err != nil || !strings.Contains(a.MIME, "/"):
		reason := "must be a media type, such as application/json, font/ttf or application/octet-stream"
		return &fault.ConfigError{Field: field + ".MIME", Value: a.MIME, Reason: reason, Err: err}
	case len(a.Data) == 0:
		return &fault.ConfigError{Field: field + ".Data", Value: "0 bytes", Reason: "is empty"}
	}
	return nil
}
