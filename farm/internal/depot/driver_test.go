package depot

import (
	"context"
	"io"

	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"
)

// driverOf makes a driver of a bucket, for drivers that do something else now and then.
type driverOf struct{ base *blob.Bucket }

func (d driverOf) ErrorCode(err error) gcerrors.ErrorCode       { return gcerrors.Code(err) }
func (d driverOf) As(i any) bool                                { return d.base.As(i) }
func (d driverOf) ErrorAs(err error, i any) bool                { return d.base.ErrorAs(err, i) }
func (d driverOf) Close() error                                 { return nil }
func (d driverOf) Delete(ctx context.Context, key string) error { return d.base.Delete(ctx, key) }

func (d driverOf) Copy(context.Context, string, string, *driver.CopyOptions) error {
	panic("depot copies nothing")
}

func (d driverOf) SignedURL(context.Context, string, *driver.SignedURLOptions) (string, error) {
	panic("depot signs nothing")
}

func (d driverOf) ListPaged(context.Context, *driver.ListOptions) (*driver.ListPage, error) {
	panic("not in these tests")
}

func (d driverOf) Attributes(ctx context.Context, key string) (*driver.Attributes, error) {
	a, err := d.base.Attributes(ctx, key)
	if err != nil {
		return nil, err
	}
	return &driver.Attributes{Metadata: a.Metadata, ModTime: a.ModTime, Size: a.Size, AsFunc: a.As}, nil
}

func (d driverOf) NewRangeReader(
	ctx context.Context, key string, offset, length int64, _ *driver.ReaderOptions,
) (driver.Reader, error) {
	r, err := d.base.NewRangeReader(ctx, key, offset, length, nil)
	if err != nil {
		return nil, err
	}
	return reader{r}, nil
}

type reader struct{ *blob.Reader }

func (r reader) Attributes() *driver.ReaderAttributes {
	return &driver.ReaderAttributes{Size: r.Size()}
}
func (r reader) As(i any) bool { return r.Reader.As(i) }

// faint is a driver whose next calls fail.
type faint struct {
	driverOf
	fails int
}

func (f *faint) next() error {
	if f.fails--; f.fails >= 0 {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (f *faint) Attributes(ctx context.Context, key string) (*driver.Attributes, error) {
	if err := f.next(); err != nil {
		return nil, err
	}
	return f.driverOf.Attributes(ctx, key)
}

func (f *faint) NewRangeReader(
	ctx context.Context, key string, offset, length int64, o *driver.ReaderOptions,
) (driver.Reader, error) {
	if err := f.next(); err != nil {
		return nil, err
	}
	return f.driverOf.NewRangeReader(ctx, key, offset, length, o)
}

func (f *faint) NewTypedWriter(context.Context, string, string, *driver.WriterOptions) (driver.Writer, error) {
	panic("not in these tests")
}

func (f *faint) Delete(ctx context.Context, key string) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.driverOf.Delete(ctx, key)
}

// late is a driver that does something when a file was written, before the store takes it.
type late struct {
	driverOf
	act   func()
	fails error // the write fails
	once  bool  // only the first write fails
	lost  error // the write succeeds, and this is the answer
}

func (l *late) NewTypedWriter(
	ctx context.Context, key, contentType string, o *driver.WriterOptions,
) (driver.Writer, error) {
	ctx, cancel := context.WithCancel(ctx)
	w, err := l.base.NewWriter(ctx, key, &blob.WriterOptions{
		ContentType: contentType, Metadata: o.Metadata, IfNotExist: o.IfNotExist,
	})
	return &lateWriter{w, l, cancel}, err
}

type lateWriter struct {
	*blob.Writer
	late   *late
	cancel context.CancelFunc
}

func (w *lateWriter) Close() error {
	defer w.cancel()
	if w.late.act != nil {
		w.late.act()
	}
	if w.late.fails != nil {
		w.cancel()
		_ = w.Writer.Close()
		fails := w.late.fails
		if w.late.once {
			w.late.fails = nil
		}
		return fails
	}
	if err := w.Writer.Close(); err != nil {
		return err
	}
	return w.late.lost
}
