package plan

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
)

// folderNames are examples of names in a folder, for errors.
var folderNames = []string{"index.m3u8", "manifest.mpd", "frame-%05d.png", "part-%03d.mp4"}

// nameError returns the error about the name of the files in a folder.
func (o OutputConfig) nameError(reason string, supported ...string) error {
	return &fault.ConfigError{Field: "name", Value: o.Path, Reason: reason, Supported: supported}
}

// checkFolder returns an error for a name that is none of files in the folder, and for settings
// that mean nothing in a folder, or outside of one.
func (o OutputConfig) checkFolder() error {
	if o.Kind != ToFolder {
		return o.checkNoFolder()
	}
	switch {
	case o.Dir == "":
		return &fault.ConfigError{Field: "dir", Value: "", Reason: `is empty; name a folder, "." for the current one`}
	case strings.ContainsRune(o.Dir, 0):
		return &fault.ConfigError{Field: "dir", Value: o.Dir, Reason: "must not contain a NUL byte"}
	case o.Path == "":
		return o.nameError("is empty; it says what the folder gets", folderNames...)
	case !destination.IsPlainName(o.Path):
		return o.nameError("must be a plain file name: all files lie in the folder itself, "+
			"so name another folder instead", folderNames...)
	case o.SegmentEvery != nil && *o.SegmentEvery <= 0:
		reason := "must be more than 0; leave it out for the default"
		return &fault.ConfigError{Field: "SegmentEvery", Value: *o.SegmentEvery, Reason: reason}
	case o.SegmentKeep != nil && *o.SegmentKeep < 1:
		reason := "must be at least 1; leave it out to keep all"
		return &fault.ConfigError{Field: "SegmentKeep", Value: *o.SegmentKeep, Reason: reason}
	}
	return nil
}

// checkNoFolder returns an error for settings of folders on another output.
func (o OutputConfig) checkNoFolder() error {
	const reason = "is for folders only, which consist of many files; open one with Folder"
	switch {
	case o.SegmentEvery != nil:
		return &fault.ConfigError{Field: "SegmentEvery", Value: *o.SegmentEvery, Reason: reason}
	case o.SegmentKeep != nil:
		return &fault.ConfigError{Field: "SegmentKeep", Value: *o.SegmentKeep, Reason: reason}
	}
	return nil
}

// findFolder finds what the name of a folder's files, or Format, stands for.
func (t *Output) findFolder() (err error) {
	o := t.Config
	if t.Container, err = o.guessFolder(); err != nil {
		return err
	}
	numbers, ok := container.NumbersIn(o.Path)
	switch t.Container.Name {
	case container.HLS, container.DASH:
		if !ok {
			return o.nameError(`has a "%", which stands for a number in the names of other files; take another name`,
				folderNames[:2]...)
		}
		if numbers > 0 {
			return o.nameError("is that of the playlist, of which there is one; "+
				"its segments are numbered and named after it", folderNames[:2]...)
		}
		return nil
	}
	switch {
	case !ok:
		return o.nameError(`has a "%" that is no part of a number such as %d or %05d; a "%" in a name is written "%%"`)
	case numbers == 0:
		return o.nameError("needs a number, such as %05d, because there are many files", numbered(o.Path))
	case numbers > 1:
		return o.nameError("has more than one number, and the files have one")
	case t.Container.Name == container.Pictures:
		return t.choosePictures()
	}
	return nil
}

// guessFolder returns the container that Format or the extension of the name stands for.
func (o OutputConfig) guessFolder() (astiavx.Container, error) {
	c, ok := astiavx.GuessContainer(o.Format, o.Path)
	if o.Format != "" {
		c, ok = astiavx.GuessContainer(o.Format, "")
		if !ok {
			c, ok = astiavx.GuessContainer("", "x."+o.Format)
		}
	}
	switch {
	case !ok && o.Format != "":
		return c, unknownContainer("Format", o.Format, "there is no container of this name or extension")
	case !ok:
		return c, o.nameError("has no extension that says what the files are", folderNames...)
	case container.IsFolder(c.Name):
		return c, nil
	case o.Format != "":
		return c, checkOneFile(c, "Format", o.Format)
	}
	return c, checkOneFile(c, "name", o.Path)
}

// numbered returns a name with a number in front of its extension.
func numbered(name string) string {
	i := strings.LastIndex(name, ".")
	if i < 0 {
		i = len(name)
	}
	return strings.ReplaceAll(name[:i], "%", "%%") + "-%05d" + name[i:]
}

// choosePictures chooses the codec by the extension of the pictures.
func (t *Output) choosePictures() error {
	extension := strings.ToLower(filepath.Ext(t.Config.Path))
	id := astiavx.GuessImageCodec(t.Config.Path)
	isJPEG := slices.Contains([]string{".jpg", ".jpeg"}, extension)
	switch {
	case id == astiav.CodecIDMjpeg && !isJPEG: // FFmpeg's guess for every unknown extension
		return t.Config.nameError("has an extension that names no pictures", pictureNames...)
	case extension == ".y":
		return t.Config.nameError("would be that of one plane of three; take another extension", pictureNames...)
	}
	t.Container.VideoCodec = id
	if t.Config.SegmentEvery != nil {
		reason := "means nothing for pictures: each file holds one"
		return &fault.ConfigError{Field: "SegmentEvery", Value: *t.Config.SegmentEvery, Reason: reason}
	}
	return nil
}

// pictureNames are examples of names of pictures, for errors.
var pictureNames = []string{
	"frame-%05d.png", "frame-%05d.jpg", "frame-%05d.tiff", "frame-%05d.exr", "frame-%05d.bmp", "frame-%05d.webp",
}
