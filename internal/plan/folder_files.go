package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
)

// FilesOf returns the names of a folder's files; none if the output is no folder, or is wrong.
func FilesOf(o OutputConfig) container.Files {
	t, err := NewOutput(o)
	if err != nil {
		return container.Files{}
	}
	return t.Files
}

// planFiles finds the names of a folder's files, once the options of the muxer are known.
func (t *Output) planFiles() error {
	o, format := t.Config, t.Container.Name
	if o.Kind != ToFolder {
		return nil
	}
	switch format {
	case container.HLS:
		t.Files = container.HLSFiles(o.Path, t.MuxerOptions)
	case container.DASH:
		t.Files = container.DASHFiles(o.Path)
	default:
		t.Files = container.Files{Numbers: o.Path}
	}
	t.Container.Inside = container.Inside(format, t.MuxerOptions)
	if n := len(t.Files.Longest()); n > destination.LongestName {
		const text = "is too long: the files would have names of %d bytes, and %d is the most"
		return o.nameError(fmt.Sprintf(text, n, destination.LongestName))
	}
	if !container.IsFolder(format) {
		return nil
	}
	if o.CrashSafe != nil {
		reason := "means nothing here: each file of the folder appears only when it is complete"
		return &fault.ConfigError{Field: "CrashSafe", Value: *o.CrashSafe, Reason: reason}
	}
	return t.checkFolderOptions()
}

// checkFolderOptions returns an error for an option of the muxer that avloom sets by itself, or
// that contradicts a setting.
func (t *Output) checkFolderOptions() error {
	for _, key := range slices.Sorted(maps.Keys(t.MuxerOptions)) {
		err := t.checkFolderOption(avoption.Option{
			Field: "FormatOptions[" + key + "]", Key: key, Value: t.MuxerOptions[key], Given: t.MuxerOptions[key],
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// checkFolderOption is checkFolderOptions for one option. Options that all containers have are not
// looked at.
func (t *Output) checkFolderOption(o avoption.Option) error {
	format := t.Container.Name
	if !container.IsFolder(format) || !slices.Contains(astiavx.ContainersWithOption(o.Key), format) {
		return nil
	}
	if reason, supported := container.CheckFolderOption(format, o.Key, o.Value); reason != "" {
		return o.ConfigError(reason, supported...)
	}
	if o.Key == "hls_playlist_type" && t.Config.SegmentKeep != nil {
		return o.ConfigError("such a playlist never loses a segment, but SegmentKeep is set; leave out one of the two")
	}
	return nil
}
