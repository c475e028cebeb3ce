package plan

import (
	"path/filepath"
	"slices"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// wellKnownContainers are FFmpeg's names and usual extensions, for messages.
var wellKnownContainers = []string{
	"mp4",
	"mov",
	"mkv",
	"webm",
	"avi",
	"flv",
	"ts",
	"ogg",
	"opus",
	"wav",
	"mp3",
	"m4a",
	"flac",
	"gif",
}

// resolveContainer finds the container of an output.
func resolveContainer(o OutputConfig) (astiavx.Container, error) {
	if o.Format == "" && o.Kind == ToFile {
		return containerOf(o.Path)
	}
	c, ok := astiavx.GuessContainer(o.Format, "")
	if !ok && o.Format != "" {
		c, ok = astiavx.GuessContainer("", "x."+o.Format)
	}
	switch {
	case o.Format == "":
		return c, &fault.ConfigError{
			Field:     "Format",
			Value:     "",
			Reason:    "must be named for a writer",
			Supported: wellKnownContainers,
		}
	case !ok:
		return c, &fault.ConfigError{
			Field:     "Format",
			Value:     o.Format,
			Reason:    "there is no container of this name or extension" + fault.DidYouMean(o.Format, knownContainers()),
			Supported: wellKnownContainers,
		}
	}
	return c, oneFile(c, "Format", o.Format)
}

func containerOf(path string) (astiavx.Container, error) {
	extension := filepath.Ext(path)
	c, ok := astiavx.GuessContainer("", path)
	switch {
	case !ok && len(extension) < 2:
		return c, &fault.ConfigError{
			Field:     "path",
			Value:     path,
			Reason:    "needs an extension that names the container, or the option Format",
			Supported: wellKnownContainers,
		}
	case !ok:
		return c, &fault.ConfigError{
			Field: "path",
			Value: path,
			Reason: "no container has this extension; give it another, or name the container with the option Format" + fault.DidYouMean(
				extension[1:],
				knownContainers(),
			),
			Supported: wellKnownContainers,
		}
	}
	return c, oneFile(c, "path", path)
}

// oneFile is an error where FFmpeg's muxer opens files of its own.
func oneFile(c astiavx.Container, field, value string) error {
	why := container.NotWritten(c.Name)
	switch {
	case c.NoFile:
		why = "is not written to one file"
	case why == "":
		return nil
	}
	return &fault.ConfigError{
		Field:     field,
		Value:     value,
		Reason:    c.Name + " " + why + "; take a container that is written to one file",
		Supported: wellKnownContainers,
	}
}

// knownContainers are FFmpeg's names and the extensions of all containers, the well-known first.
func knownContainers() []string {
	names := append([]string(nil), wellKnownContainers...)
	for _, c := range astiavx.Containers() {
		if !c.NoFile {
			names = append(append(names, c.Name), c.Extensions...)
		}
	}
	return names
}

// WantGlobalHeader says whether a container wants the encoder's header in its own. Where another
// does not, its muxer puts it back.
func WantGlobalHeader(containers []astiavx.Container) bool {
	return slices.ContainsFunc(containers, func(c astiavx.Container) bool { return c.GlobalHeader })
}
