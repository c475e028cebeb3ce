package container

import "fmt"

// mostAttached is how many bytes of one attachment readers accept (EBML_BIN in FFmpeg's
// matroskadec.c).
const mostAttached = 0x10000000

// checkAttachments finds attachments that a container cannot hold. WebM has none: FFmpeg's muxer
// leaves them out.
func (x Extras) checkAttachments(format string, _ map[string]string, _ bool) *ExtraError {
	if len(x.Attachments) == 0 {
		return nil
	}
	if format != "matroska" {
		return &ExtraError{
			Option: "Attach", Reason: format + " holds no attachments",
			Others: []string{"mkv", "mka"},
		}
	}
	for i, a := range x.Attachments {
		if x.Cover != nil && a.Name == x.Cover.Attachment().Name {
			reason := a.Name + " is the name that Matroska has for the cover of CoverArt; take another name"
			return &ExtraError{Option: "Attach", Reason: reason}
		}
		if len(a.Data) > mostAttached {
			reason := fmt.Sprintf("attachment %d has %d bytes, and readers of Matroska accept at most %d",
				i, len(a.Data), mostAttached)
			return &ExtraError{Option: "Attach", Reason: reason}
		}
	}
	return nil
}
