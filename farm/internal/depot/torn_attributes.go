package depot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"gocloud.dev/blob"
)

const (
	attributesTries = 20
	attributesPause = 10 * time.Millisecond
)

// whole calls read again while it finds metadata of fileblob that another writer of the same key is
// just writing: fileblob writes them in place.
func whole(ctx context.Context, b *blob.Bucket, read func() error) error {
	err := read()
	for range attributesTries {
		if !isTornAttributes(err) || !isFolder(b) {
			break
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(attributesPause):
		}
		err = read()
	}
	return err
}

// isTornAttributes returns true if the error is that of JSON which is not complete.
func isTornAttributes(err error) bool {
	_, torn := errors.AsType[*json.SyntaxError](err)
	return torn || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
