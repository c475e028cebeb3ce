package graph

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
)

// checkFolder returns an error for a folder that cannot be written in.
func checkFolder(o plan.OutputConfig) error {
	if o.Kind != plan.ToFolder {
		return nil
	}
	err := destination.CheckFolder(o.Dir)
	if err == nil {
		return nil
	}
	reason := "cannot be written in"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		reason = "there is no such folder; create it first"
	case errors.Is(err, syscall.ENOTDIR):
		reason = "is not a folder; name the folder, and then the file in it"
	}
	return &fault.ConfigError{Field: "dir", Value: o.Dir, Reason: reason, Err: err}
}

// clash returns an error for two outputs that would write files of the same names.
func clash(a, b plan.OutputConfig) error {
	if a.Kind != plan.ToFolder {
		a, b = b, a
	}
	if a.Kind != plan.ToFolder || !collide(a, b) {
		return nil
	}
	const text = "and %s would write files of the same names; give one of them another name or folder"
	return &fault.ConfigError{
		Field: "outputs", Value: a.DisplayName(), Reason: fmt.Sprintf(text, b.DisplayName()),
	}
}

// overlaps says whether two outputs are in one place, or would write files of the same names.
func overlaps(a, b plan.OutputConfig) bool { return samePlace(a, b) || clash(a, b) != nil }

// collide says whether an output would write a file that belongs to a folder.
func collide(folder, other plan.OutputConfig) bool {
	files := plan.FilesOf(folder)
	switch other.Kind {
	case plan.ToFolder:
		return sameFolder(folder.Dir, other.Dir) && files.Collide(plan.FilesOf(other))
	case plan.ToFile:
		return files.Owns(filepath.Base(other.Path)) && sameFolder(folder.Dir, filepath.Dir(other.Path))
	}
	return false
}

// sameFolder says whether two paths lead to the same folder.
func sameFolder(a, b string) bool {
	return filepath.Clean(a) == filepath.Clean(b) || destination.SameFile(a, b)
}

// videos returns the plans of the streams of pictures.
func (b *builder) videos() (videos []*plan.Video) {
	for _, s := range b.cfg.Streams {
		if s.Video != nil {
			videos = append(videos, s.Video)
		}
	}
	return videos
}

// folder describes the folder of the target, for a store that is open.
func (t *target) folder(store destination.Store) destination.Folder {
	return destination.Folder{
		Store: store, Name: container.FileName, Owns: t.Files.Owns,
		Index: t.Files.Index, Amend: container.AmendIndex(t.Container.Name),
		Ring: t.Files.Ring, Keep: t.Segments.Keep, Rings: t.Segments.Rings,
	}
}

// folderURL returns the URL under which FFmpeg knows the index, or the pattern of the files.
func (t *target) folderURL() string { return container.FileURL(t.Config.Path) }

// openFolder opens the folder of the target.
func (t *target) openFolder() (*destination.Destination, error) {
	store, err := destination.OpenFolder(t.Config.Dir, t.Files.Owns)
	if err != nil {
		return nil, fmt.Errorf("avloom: open the folder: %w", err)
	}
	return destination.NewFolder(t.folder(store), t.folderURL()), nil
}

// checkFolderStreams returns an error for streams that the target's folder cannot hold.
func (o *outputOpener) checkFolderStreams(t *target, streams []muxer.Stream) error {
	var codecs []astiav.CodecID
	for _, s := range streams {
		codecs = append(codecs, s.Codec.Parameters.CodecID())
	}
	stream, err := t.CheckStreams(codecs, o.encoders)
	if err != nil && stream >= 0 {
		return streamError(stream, err)
	}
	return err
}
