package depot

import (
	"context"
	"os"
	"path/filepath"

	"gocloud.dev/blob"

	"github.com/avloom/avloom/internal/wholefile"
)

// diskFile is the file that fileblob writes. Other stores have none, and keep what they have
// acknowledged.
type diskFile struct {
	file   *os.File
	behind int   // bytes that were not synced
	err    error // of a sync
}

// mostBehind is how much of a file waits for the disk. It bounds how long a sync takes: the attempt
// does not advance meanwhile.
const mostBehind = 64 << 20

// note is a BeforeWrite of a blob.Writer.
func (d *diskFile) note(as func(any) bool) error {
	as(&d.file)
	return nil
}

// add counts bytes that were written, and syncs them if there are many.
func (d *diskFile) add(n int) {
	if d.behind += n; d.behind >= mostBehind && d.err == nil {
		d.err = d.sync()
	}
}

// sync writes the file to the disk. A disk tells only once that it has failed.
func (d *diskFile) sync() error {
	d.behind = 0
	if d.file == nil || d.err != nil {
		return d.err
	}
	return d.file.Sync()
}

// syncName writes the name of a file of fileblob to the disk. The reader of the file tells in which
// folder it is.
func syncName(ctx context.Context, b *blob.Bucket, key string) error {
	var path string
	r, err := open(ctx, b, key, &blob.ReaderOptions{BeforeRead: func(as func(any) bool) error {
		var f *os.File
		if as(&f) {
			path = f.Name()
		}
		return nil
	}})
	if err != nil {
		return err
	}
	if err := r.Close(); err != nil || path == "" {
		return err
	}
	return wholefile.SyncFolder(filepath.Dir(path))
}
