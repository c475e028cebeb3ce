package manifest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"time"
)

// Content tells the content of a file from any other.
type Content struct {
	Bytes    int64     // its size
	Modified time.Time // when it was written last
	SHA256   string    // in hexadecimal digits
}

// ContentOf reads a file. If ctx ends meanwhile, its cause is the error.
func ContentOf(ctx context.Context, path string) (c Content, err error) {
	file, err := os.Open(path)
	if err != nil {
		return Content{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return Content{}, err
	}
	hash := sha256.New()
	n, err := io.Copy(hash, reader{ctx, file})
	return Content{Bytes: n, Modified: info.ModTime().UTC(), SHA256: hex.EncodeToString(hash.Sum(nil))}, err
}

// reader reads until its context ends: a long file takes minutes.
type reader struct {
	ctx  context.Context //nolint:containedctx // for the time of a call
	file io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.file.Read(p)
}

// Is returns true if the file has this content. A file of the same size and time was not changed,
// and is not read.
func (c Content) Is(ctx context.Context, path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || info.Size() != c.Bytes {
		return false, err
	}
	if info.ModTime().Equal(c.Modified) {
		return true, nil
	}
	now, err := ContentOf(ctx, path)
	return now.SHA256 == c.SHA256, err
}
