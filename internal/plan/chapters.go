package plan

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/avloom/avloom/internal/fault"
)

// checkChapters returns an error for chapters that mean nothing in any container.
func checkChapters(all []Chapter) error {
	for i, c := range all {
		field := fmt.Sprintf("Chapters[%d]", i)
		if err := c.checkTimes(field); err != nil {
			return err
		}
		if err := c.checkTitle(field + ".Title"); err != nil {
			return err
		}
		if i > 0 && c.Start < all[i-1].End {
			reason := fmt.Sprintf("must not be before the end of the chapter before it (%v); "+
				"give chapters in the order of their times", all[i-1].End)
			return &fault.ConfigError{Field: field + ".Start", Value: c.Start, Reason: reason}
		}
	}
	return nil
}

func (c Chapter) checkTimes(field string) error {
	if c.Start < 0 {
		return &fault.ConfigError{Field: field + ".Start", Value: c.Start, Reason: "must not be before 0"}
	}
	if c.End <= c.Start {
		const text = "must be after its Start (%v); a chapter may end later than the file"
		reason := fmt.Sprintf(text, c.Start)
		return &fault.ConfigError{Field: field + ".End", Value: c.End, Reason: reason}
	}
	return nil
}

func (c Chapter) checkTitle(field string) error {
	switch {
	case !utf8.ValidString(c.Title):
		return &fault.ConfigError{Field: field, Value: c.Title, Reason: "must be UTF-8, which all containers expect"}
	case strings.ContainsRune(c.Title, 0):
		return &fault.ConfigError{Field: field, Value: c.Title, Reason: "must not contain a NUL byte"}
	}
	return nil
}
