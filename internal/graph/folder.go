package graph

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

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
	case errors.Is(err, destination.ErrNoFolder):
		reason = "is not a folder; name the folder, and then the file in it"
	}
	return &fault.ConfigError{Field: "dir", Value: o.Dir, Reason: reason, Err: err}
}

// clash returns an error for two outputs that would write files of the same names.
func clash(a, b *target) error {
	if a.Config.Kind != plan.ToFolder {
		a, b = b, a
	}
	if a.Config.Kind != plan.ToFolder {
		return nil
	}
	collide := false
	switch b.Config.Kind {
	case plan.ToFolder:
		collide = sameFolder(a.Config.Dir, b.Config.Dir) && a.Files.Collide(b.Files)
	case plan.ToFile:
		path := b.Config.Path
		collide = a.Files.Owns(filepath.Base(path)) && sameFolder(a.Config.Dir, filepath.Dir(path))
	}
	if !collide {
		return nil
	}
	const text = "and %s would write files of the same names; give one of them another name or folder"
	return &fault.ConfigError{
		Field: "outputs", Value: a.Config.DisplayName(), Reason: fmt.Sprintf(text, b.Config.DisplayName()),
	}
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
		Index: t.Files.Index, Ring: t.Files.Ring, Keep: t.Segments.Keep,
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
