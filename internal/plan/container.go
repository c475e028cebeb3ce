package plan

import (
	"path/filepath"
	"slices"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// wellKnownContainers are the names that errors list: FFmpeg's names and usual extensions.
var wellKnownContainers = []string{
	"mp4", "mov", "mkv", "webm", "avi", "flv", "ts", "ogg", "opus", "wav", "mp3", "m4a", "flac", "gif",
}

// findContainer finds the container of the output, and the address of a URL.
func (t *Output) findContainer() (err error) {
	o := t.Config
	if o.Kind == ToFolder {
		return t.findFolder()
	}
	if o.Kind != ToURL {
		t.Container, err = resolveContainer(o)
		return err
	}
	if t.Address, err = parseAddress(o.Path); err != nil {
		return err
	}
	protocol := t.Address.Protocol
	if o.Format == "" {
		t.Container = protocol.Container(t.Address.path)
		return checkOneFile(t.Container, "url", t.Address.Redacted())
	}
	if t.Container, err = resolveContainer(o); err != nil {
		return err
	}
	if protocol.OnlyFLV() && t.Container.Name != "flv" {
		reason := protocol.Name + " carries no other container"
		return &fault.ConfigError{Field: "Format", Value: o.Format, Reason: reason, Supported: []string{"flv"}}
	}
	return nil
}

// resolveContainer finds the container of an output by its Format, a name or an extension, or by
// the extension of a file.
func resolveContainer(o OutputConfig) (astiavx.Container, error) {
	if o.Format == "" && o.Kind == ToFile {
		return resolveExtension(o.Path)
	}
	c, ok := astiavx.GuessContainer(o.Format, "")
	if !ok && o.Format != "" {
		c, ok = astiavx.GuessContainer("", "x."+o.Format)
	}
	switch {
	case o.Format == "":
		return c, unknownContainer("Format", "", "must name a container, because a writer has no extension")
	case !ok:
		reason := "there is no container of this name or extension" + fault.DidYouMean(o.Format, knownContainers())
		return c, unknownContainer("Format", o.Format, reason)
	}
	return c, checkOneFile(c, "Format", o.Format)
}

// resolveExtension finds the container of a file by the extension of its path.
func resolveExtension(path string) (astiavx.Container, error) {
	extension := filepath.Ext(path)
	c, ok := astiavx.GuessContainer("", path)
	switch {
	case !ok && len(extension) < 2:
		reason := "needs an extension that names the container, or the option Format"
		return c, unknownContainer("path", path, reason)
	case !ok:
		reason := "no container has this extension; give another, or name the container with the option Format" +
			fault.DidYouMean(extension[1:], knownContainers())
		return c, unknownContainer("path", path, reason)
	}
	return c, checkOneFile(c, "path", path)
}

// checkOneFile returns an error for a container whose muxer in FFmpeg opens files or connections
// itself.
func checkOneFile(c astiavx.Container, field, value string) error {
	reason := container.NotWritten(c.Name)
	switch {
	case c.NoFile:
		reason = "is not written to one file"
	case reason == "":
		return nil
	}
	return unknownContainer(field, value, c.Name+" "+reason+"; take a container that is written to one file")
}

// unknownContainer returns the error about a setting that names no container to which avloom
// writes.
func unknownContainer(field, value, reason string) error {
	return &fault.ConfigError{Field: field, Value: value, Reason: reason, Supported: wellKnownContainers}
}

// knownContainers returns FFmpeg's names and the extensions of all containers, the well-known
// first.
func knownContainers() []string {
	names := slices.Clone(wellKnownContainers)
	for _, c := range astiavx.Containers() {
		if !c.NoFile {
			names = append(append(names, c.Name), c.Extensions...)
		}
	}
	return names
}

// WantGlobalHeader says whether one of the containers stores the encoder's header in its own
// header. The muxers of the other containers put the header back into the packets.
func WantGlobalHeader(containers []astiavx.Container) bool {
	return slices.ContainsFunc(containers, func(c astiavx.Container) bool { return c.GlobalHeader })
}
