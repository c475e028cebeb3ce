package api

import (
	"path/filepath"
	"slices"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/container"
)

// wellKnownContainers are FFmpeg's names and usual extensions, for messages.
var wellKnownContainers = []string{"mp4", "mov", "mkv", "webm", "avi", "flv", "ts", "ogg", "opus", "wav", "mp3", "m4a", "flac", "gif"}

// resolveContainer finds the container of an output.
func resolveContainer(o Output) (astiavx.Container, error) {
	if o.format == "" && o.kind == toFile {
		return containerOf(o.path)
	}
	c, ok := astiavx.GuessContainer(o.format, "")
	if !ok && o.format != "" {
		c, ok = astiavx.GuessContainer("", "x."+o.format)
	}
	switch {
	case o.format == "":
		return c, &ConfigError{Field: "Format", Value: "", Reason: "must be named for a writer", Supported: wellKnownContainers}
	case !ok:
		return c, &ConfigError{
			Field: "Format", Value: o.format, Reason: "there is no container of this name or extension" + didYouMean(o.format, knownContainers()),
			Supported: wellKnownContainers,
		}
	}
	return c, oneFile(c, "Format", o.format)
}

func containerOf(path string) (astiavx.Container, error) {
	extension := filepath.Ext(path)
	c, ok := astiavx.GuessContainer("", path)
	switch {
	case !ok && len(extension) < 2:
		return c, &ConfigError{Field: "path", Value: path, Reason: "needs an extension that names the container, or the option Format", Supported: wellKnownContainers}
	case !ok:
		return c, &ConfigError{
			Field: "path", Value: path, Reason: "no container has this extension; give it another, or name the container with the option Format" + didYouMean(extension[1:], knownContainers()),
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
	return &ConfigError{Field: field, Value: value, Reason: c.Name + " " + why + "; take a container that is written to one file", Supported: wellKnownContainers}
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

func containerNames(containers []astiavx.Container) []string {
	names := make([]string, len(containers))
	for i, c := range containers {
		names[i] = c.Name
	}
	return names
}

// wantGlobalHeader says whether a container wants the encoder's header in its own. Where another does not, its muxer puts it back.
func wantGlobalHeader(containers []astiavx.Container) bool {
	return slices.ContainsFunc(containers, func(c astiavx.Container) bool { return c.GlobalHeader })
}
