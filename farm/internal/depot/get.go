package depot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"gocloud.dev/blob"
)

// Get copies a file of the store to path, which must not exist. If it fails, nothing is at path.
// IsMissing tells whether there is no such file in the store. Get calls advance with the number of
// bytes that it has got since the last call. If the store fails, Get tries twice more.
func Get(ctx context.Context, b *blob.Bucket, key, path string, advance func(n int)) (size int64, err error) {
	err = again(ctx, func() (err error) {
		size, err = get(ctx, b, key, path, advance)
		return err
	})
	return size, err
}

// get is one try of Get.
func get(ctx context.Context, b *blob.Bucket, key, path string, advance func(n int)) (size int64, err error) {
	r, err := open(ctx, b, key, nil)
	if err != nil {
		return 0, failed(err, "read %s from the store", key)
	}
	defer func() { _ = r.Close() }() // it was only read
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, err
	}
	size, err = io.Copy(f, &counter{r, advance})
	if err == nil && size != r.Size() {
		err = fmt.Errorf("%w: %d of %d bytes", io.ErrUnexpectedEOF, size, r.Size())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path) // the first error counts
		return 0, failed(err, "read %s from the store", key)
	}
	return size, nil
}

// open opens a file of the store for reading.
func open(ctx context.Context, b *blob.Bucket, key string, o *blob.ReaderOptions) (r *blob.Reader, err error) {
	err = whole(ctx, b, func() (err error) {
		r, err = b.NewReader(ctx, key, o)
		return err
	})
	return r, err
}
