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
type diskFile struct{ file *os.File }

// note is a BeforeWrite of a blob.Writer.
func (d *diskFile) note(as func(any) bool) error {
	as(&d.file)
	return nil
}

// sync writes the file to the disk.
func (d *diskFile) sync() error {
	if d.file == nil {
		return nil
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
