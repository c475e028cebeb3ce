package plan

import (
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/avloom/avloom/internal/fflog"
)

// OutputConfig is the configuration of an output: the arguments and options of api.File, Writer,
// URL and Folder. The other fields are the options of the same names.
type OutputConfig struct {
	Kind          OutputKind
	Path          string    // of a file, or a URL
	Writer        io.Writer // of a writer
	Trusted       bool      // the writer is avloom's own and calls no code of the user
	Format        string    // FFmpeg's name of the container, or a usual extension
	FormatOptions map[string]any
	Metadata      map[string]string
	Faststart     bool
	CrashSafe     *bool          // nil: the default
	Patience      *time.Duration // nil: the default
	BestEffort    bool           // the run goes on without the output
	Reconnect     *Backoff       // nil: an output that fails stays closed
	Dir           string         // of a folder, whose Path is the name of its files
	SegmentEvery  *time.Duration // how long a segment or a part of a folder lasts; nil: not given
	SegmentKeep   *int           // how many segments or parts stay; nil: all
	Chapters      []Chapter
	CoverArt      []byte // a PNG or JPEG file; nil: none
	Attachments   []Attachment
}

// OutputKind is the kind of an output. Several outputs are opened in the order of their kinds.
type OutputKind int

// The kinds.
const (
	UnknownOutput OutputKind = iota // of the zero value
	ToURL
	ToWriter
	ToFile
	ToFolder
)

// DisplayName returns the name of the output in errors and logs: the path, the URL without secrets,
// or the type of the writer.
func (o OutputConfig) DisplayName() string {
	switch o.Kind {
	case ToURL:
		return fflog.RedactURL(o.Path)
	case ToFile:
		return o.Path
	case ToFolder:
		return filepath.Join(o.Dir, o.Path)
	default:
		return fmt.Sprintf("%T", o.Writer)
	}
}

// WantsCrashSafe says whether the file must be readable while it is being written. By default it
// must, except with Faststart, and except for the temporary file of that path, which is removed if
// the run fails.
func (o OutputConfig) WantsCrashSafe(temporary string) bool {
	if o.CrashSafe != nil {
		return *o.CrashSafe
	}
	return !o.Faststart && !o.IsTemporary(temporary)
}

// IsTemporary says whether the output is the file at the path temporary, which nobody reads before
// it is complete.
func (o OutputConfig) IsTemporary(temporary string) bool {
	return o.Kind == ToFile && o.Path == temporary
}

// PatienceOrZero returns the patience that the user set; 0: the default.
func (o OutputConfig) PatienceOrZero() time.Duration {
	if o.Patience == nil {
		return 0
	}
	return *o.Patience
}
