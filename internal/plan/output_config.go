package plan

import (
	"fmt"
	"io"
	"time"

	"github.com/avloom/avloom/internal/fflog"
)

// OutputConfig is the configuration of an output: the arguments and options of api.File, Writer and
// URL.
type OutputConfig struct {
	Kind          OutputKind
	Path          string    // of a file, or a URL
	Writer        io.Writer // of a writer
	Trusted       bool      // the writer is avloom's own and calls no code of the caller's
	Format        string    // FFmpeg's name of the container, or a usual extension
	FormatOptions map[string]any
	Metadata      map[string]string
	Faststart     bool
	CrashSafe     *bool          // nil: the default
	Patience      *time.Duration // nil: the default
}

// OutputKind says what an output is. The order is that in which several are opened.
type OutputKind int

// The kinds.
const (
	UnknownOutput OutputKind = iota
	ToURL
	ToWriter
	ToFile
)

// DisplayName is how errors and logs name the output.
func (o OutputConfig) DisplayName() string {
	switch o.Kind {
	case ToURL:
		return fflog.RedactURL(o.Path)
	case ToFile:
		return o.Path
	default:
		return fmt.Sprintf("%T", o.Writer)
	}
}

// WantsCrashSafe says whether the file is to be readable while it is written. A temporary file that
// is removed unless it becomes whole need not be.
func (o OutputConfig) WantsCrashSafe(temporary string) bool {
	if o.CrashSafe != nil {
		return *o.CrashSafe
	}
	return !o.Faststart && (o.Kind != ToFile || o.Path != temporary)
}

// PatienceOrZero is the patience that was given; 0: none.
func (o OutputConfig) PatienceOrZero() time.Duration {
	if o.Patience == nil {
		return 0
	}
	return *o.Patience
}
