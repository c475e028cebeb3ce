package testjobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"
	"golang.org/x/sys/unix"
)

// ErrStore is what the store of FailingWrites says.
var ErrStore = errors.New("the store has a bad moment")

// FailingWrites returns a store that has the objects of base, and in which every n-th write fails.
// It fails at its end, when all bytes were sent, and leaves nothing. Closing it closes base.
func FailingWrites(base *blob.Bucket, n int64) *blob.Bucket {
	return blob.NewBucket(&faulty{base: base, beforeClose: func(write int64) error {
		if write%n == 0 {
			return fmt.Errorf("write %d: %w", write, ErrStore)
		}
		return nil
	}})
}

// StoppingWrite returns a store that has the objects of base. In the n-th write, the process is
// stopped as with SIGSTOP, when all bytes were sent and the object is not there yet.
func StoppingWrite(base *blob.Bucket, n int64) *blob.Bucket {
	return blob.NewBucket(&faulty{base: base, beforeClose: func(write int64) error {
		if write != n {
			return nil
		}
		return unix.Kill(os.Getpid(), unix.SIGSTOP)
	}})
}

// faulty is a bucket whose writes do not all go well.
type faulty struct {
	base        *blob.Bucket
	beforeClose func(write int64) error
	writes      atomic.Int64
}

func (f *faulty) NewTypedWriter(
	ctx context.Context, key, contentType string, o *driver.WriterOptions,
) (driver.Writer, error) {
	ctx, cancel := context.WithCancel(ctx)
	w, err := f.base.NewWriter(ctx, key, &blob.WriterOptions{
		BufferSize: o.BufferSize, MaxConcurrency: o.MaxConcurrency, ContentType: contentType,
		CacheControl: o.CacheControl, ContentDisposition: o.ContentDisposition,
		ContentEncoding: o.ContentEncoding, ContentLanguage: o.ContentLanguage, ContentMD5: o.ContentMD5,
		Metadata: o.Metadata, IfNotExist: o.IfNotExist, DisableContentTypeDetection: true,
	})
	if err != nil {
		cancel()
		return nil, err
	}
	return &faultyWriter{w, cancel, func() error {
		if ctx.Err() != nil { // the write was given up
			return nil
		}
		return f.beforeClose(f.writes.Add(1))
	}}, nil
}

type faultyWriter struct {
	*blob.Writer
	cancel      context.CancelFunc
	beforeClose func() error
}

func (w *faultyWriter) Close() error {
	defer w.cancel()
	if err := w.beforeClose(); err != nil {
		w.cancel() // the write ends, and leaves no object
		_ = w.Writer.Close()
		return err
	}
	return w.Writer.Close()
}

func (f *faulty) ErrorCode(err error) gcerrors.ErrorCode { return gcerrors.Code(err) }
func (f *faulty) As(i any) bool                          { return f.base.As(i) }
func (f *faulty) ErrorAs(err error, i any) bool          { return f.base.ErrorAs(err, i) }
func (f *faulty) Close() error                           { return f.base.Close() }

func (f *faulty) Attributes(ctx context.Context, key string) (*driver.Attributes, error) {
	a, err := f.base.Attributes(ctx, key)
	if err != nil {
		return nil, err
	}
	return &driver.Attributes{
		CacheControl: a.CacheControl, ContentDisposition: a.ContentDisposition,
		ContentEncoding: a.ContentEncoding, ContentLanguage: a.ContentLanguage, ContentType: a.ContentType,
		Metadata: a.Metadata, CreateTime: a.CreateTime, ModTime: a.ModTime, Size: a.Size, MD5: a.MD5,
		ETag: a.ETag, AsFunc: a.As,
	}, nil
}

func (f *faulty) ListPaged(ctx context.Context, o *driver.ListOptions) (*driver.ListPage, error) {
	token := blob.FirstPageToken
	if len(o.PageToken) > 0 {
		token = o.PageToken
	}
	size := o.PageSize
	if size == 0 {
		size = 1000
	}
	objects, next, err := f.base.ListPage(ctx, token, size, &blob.ListOptions{Prefix: o.Prefix, Delimiter: o.Delimiter})
	if err != nil {
		return nil, err
	}
	page := &driver.ListPage{NextPageToken: next}
	for _, object := range objects {
		page.Objects = append(page.Objects, &driver.ListObject{
			Key: object.Key, ModTime: object.ModTime, Size: object.Size, MD5: object.MD5,
			IsDir: object.IsDir, AsFunc: object.As,
		})
	}
	return page, nil
}

func (f *faulty) NewRangeReader(
	ctx context.Context, key string, offset, length int64, _ *driver.ReaderOptions,
) (driver.Reader, error) {
	r, err := f.base.NewRangeReader(ctx, key, offset, length, nil)
	if err != nil {
		return nil, err
	}
	return faultyReader{r}, nil
}

type faultyReader struct{ *blob.Reader }

func (r faultyReader) Attributes() *driver.ReaderAttributes {
	return &driver.ReaderAttributes{ContentType: r.ContentType(), ModTime: r.ModTime(), Size: r.Size()}
}

func (r faultyReader) As(i any) bool { return r.Reader.As(i) }

func (f *faulty) Copy(ctx context.Context, to, from string, _ *driver.CopyOptions) error {
	return f.base.Copy(ctx, to, from, nil)
}

func (f *faulty) Delete(ctx context.Context, key string) error { return f.base.Delete(ctx, key) }

func (f *faulty) SignedURL(ctx context.Context, key string, o *driver.SignedURLOptions) (string, error) {
	return f.base.SignedURL(ctx, key, &blob.SignedURLOptions{Expiry: o.Expiry, Method: o.Method})
}
