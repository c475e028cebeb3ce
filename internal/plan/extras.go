package plan

import (
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// planExtras checks what the file carries besides its streams, without regard to the container.
func (o OutputConfig) planExtras() (x container.Extras, err error) {
	err = fault.First(checkChapters(o.Chapters), checkAttachments(o.Attachments))
	if err != nil {
		return x, err
	}
	for _, c := range o.Chapters {
		x.Chapters = append(x.Chapters, container.Chapter(c))
	}
	for _, a := range o.Attachments {
		x.Attachments = append(x.Attachments, container.Attachment(a))
	}
	x.Cover, err = planCover(o.CoverArt)
	return x, err
}

// CheckExtras returns an error for what the container cannot carry besides its streams. The caller
// has added the options of all streams. canSeek: FFmpeg may go back in what it has written.
func (t *Output) CheckExtras(canSeek bool) error {
	o := t.Config
	if o.Kind == ToFolder && len(o.Chapters) > 0 {
		reason := "are for one file, and a folder has many; write a file of its own beside it"
		return &fault.ConfigError{
			Field: "Chapters", Value: t.valueOf("Chapters"), Reason: reason, Supported: container.WithChapters(),
		}
	}
	e := t.Extras.Check(t.Container.Name, t.MuxerOptions, canSeek)
	if e == nil {
		return nil
	}
	return &fault.ConfigError{Field: e.Option, Value: t.valueOf(e.Option), Reason: e.Reason, Supported: e.Others}
}

// valueOf returns what an error shows as the value of an option.
func (t *Output) valueOf(option string) any {
	switch option {
	case "Chapters":
		return len(t.Config.Chapters)
	case "Attach":
		return len(t.Config.Attachments)
	}
	return t.Extras.Cover.Attachment().MIME
}
