package astiavx

//#include "io.h"
//#include <errno.h>
//#include <libavformat/avformat.h>
import "C"

import (
	"runtime/cgo"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// Files opens and closes the files of a container that consists of many. FFmpeg calls it from C, so
// it must not panic.
type Files interface {
	// OpenFile opens a file for writing.
	OpenFile(url string) (Output, error)
	// CloseFile closes a file from OpenFile. If complete is false, not all of it was written.
	CloseFile(file Output, complete bool) error
}

// FileOpener lets the muxer of a container open and close its files by a Files. Go-astiav's
// SetIOOpener does not know containers apart from one another.
type FileOpener struct {
	files  Files
	handle cgo.Handle
	open   map[*openFile]struct{}
}

// openFile is a file that FFmpeg writes to.
type openFile struct {
	Output
	opener *FileOpener
	handle cgo.Handle
	io     *C.AVIOContext
}

// fileBuffer is how many bytes of a file FFmpeg collects before it writes them.
const fileBuffer = 64 << 10

// NewFileOpener returns an opener. FFmpeg sees every error of files as EIO; files keeps the error
// itself. Free frees the opener.
func NewFileOpener(files Files) *FileOpener {
	o := &FileOpener{files: files, open: map[*openFile]struct{}{}}
	o.handle = cgo.NewHandle(o)
	live.New("file opener")
	return o
}

// Serve makes a container open its files by the opener, which must outlive the container.
func (o *FileOpener) Serve(fc *astiav.FormatContext) {
	C.avloom_serve_files((*C.AVFormatContext)(cPointer(fc)), C.uintptr_t(o.handle))
}

// Free frees the opener, after the container. Some of FFmpeg's muxers leave files open if they are
// not finished; these are closed, and are not complete.
func (o *FileOpener) Free() {
	for f := range o.open {
		_ = f.close(false)
	}
	live.Freed("file opener")
	o.handle.Delete()
}

// close frees FFmpeg's part of a file, and closes the file.
func (f *openFile) close(complete bool) error {
	complete = complete && f.io.error == 0
	live.Freed("io")
	C.avloom_free_io(f.io)
	delete(f.opener.open, f)
	f.handle.Delete()
	return f.opener.files.CloseFile(f.Output, complete)
}

//export avloomOpenFile
func avloomOpenFile(opener C.uintptr_t, url *C.char, io **C.AVIOContext) C.int {
	o := cgo.Handle(opener).Value().(*FileOpener)
	output, err := o.files.OpenFile(C.GoString(url))
	if err != nil {
		return -C.EIO
	}
	f := &openFile{Output: output, opener: o}
	f.handle = cgo.NewHandle(f)
	f.io = C.avloom_new_io(fileBuffer, C.uintptr_t(f.handle), 1)
	if f.io == nil {
		f.handle.Delete()
		_ = o.files.CloseFile(output, false)
		return -C.ENOMEM
	}
	live.New("io")
	o.open[f] = struct{}{}
	*io = f.io
	return 0
}

//export avloomCloseFile
func avloomCloseFile(file C.uintptr_t) C.int {
	err := cgo.Handle(file).Value().(*openFile).close(true)
	if err != nil {
		return -C.EIO
	}
	return 0
}
