package depot

import (
	"bytes"
	"context"
	"io"
)

// compare returns an *OtherError if the file in the store has other bytes.
func (u *upload) compare(ctx context.Context) error {
	info, err := u.file.Stat()
	if err != nil {
		return err
	}
	r, err := open(ctx, u.bucket, u.key, nil)
	if err != nil {
		return failed(err, "compare with %s in the store", u.key)
	}
	defer func() { _ = r.Close() }() // it was only read
	other := &OtherError{Key: u.key, Bytes: r.Size(), Ours: info.Size()}
	if other.Bytes != other.Ours {
		return other
	}
	same, err := equal(&counter{r, u.advance}, io.NewSectionReader(u.file, 0, other.Ours))
	switch {
	case err != nil:
		return failed(err, "compare with %s in the store", u.key)
	case !same:
		return other
	default:
		return nil
	}
}

// equal returns true if both readers, which have as many bytes, have the same ones.
func equal(a, b io.Reader) (bool, error) {
	const block = 64 << 10
	x, y := make([]byte, block), make([]byte, block)
	for {
		n, err := a.Read(x)
		if _, err := io.ReadFull(b, y[:n]); err != nil {
			return false, err
		}
		if !bytes.Equal(x[:n], y[:n]) {
			return false, nil
		}
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
}
