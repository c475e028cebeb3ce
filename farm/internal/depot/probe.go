package depot

import (
	"context"
	"os"
	"path/filepath"
	"syscall"

	"gocloud.dev/blob"
	"golang.org/x/sys/unix"
)

// probeKey is that of a file which is begun and given up.
const probeKey = ".avloom-probe"

// Probe returns an error if no file can be put into a store of fileblob: its folder may not be
// written to, or is on another file system than the temporary files, which are renamed to it.
//
// Probe begins a file and gives it up, so that nothing is in the store at any time. Other stores
// tell only when a file is put.
func Probe(ctx context.Context, b *blob.Bucket) error {
	var folder os.FileInfo
	if !b.As(&folder) {
		return nil
	}
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	u, disk := upload{key: probeKey}, &diskFile{}
	w, err := b.NewWriter(ctx, probeKey, &blob.WriterOptions{ContentType: "text/plain", BeforeWrite: disk.note})
	if err != nil {
		return u.explain(err)
	}
	apart := isApart(folder, disk.file)
	giveUp()
	_ = w.Close() // it removes the file, and tells that it was given up
	if apart {
		return u.explain(unix.EXDEV)
	}
	return nil
}

// isApart returns true if the folder of a file is known to be on another file system. The file
// itself may tell another one than its folder, in an overlay.
func isApart(folder os.FileInfo, file *os.File) bool {
	if file == nil { // a store that only stands for one of fileblob
		return false
	}
	parent, err := os.Stat(filepath.Dir(file.Name()))
	if err != nil {
		return false
	}
	there, known := folder.Sys().(*syscall.Stat_t)
	here, too := parent.Sys().(*syscall.Stat_t)
	return known && too && here.Dev != there.Dev
}
