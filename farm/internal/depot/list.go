package depot

import (
	"context"
	"errors"
	"io"
	"iter"

	"gocloud.dev/blob"
)

// List goes through the keys that begin with a prefix. An error ends the list.
func List(ctx context.Context, b *blob.Bucket, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		pages := b.List(&blob.ListOptions{Prefix: prefix})
		for {
			object, err := pages.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield("", failed(err, "list %s… in the store", prefix))
				return
			}
			if !yield(object.Key, nil) {
				return
			}
		}
	}
}

// Remove removes a file. It is no error if there is none. If the store fails, Remove tries twice
// more.
func Remove(ctx context.Context, b *blob.Bucket, key string) error {
	return again(ctx, func() error {
		if err := b.Delete(ctx, key); err != nil && !IsMissing(err) {
			return failed(err, "remove %s from the store", key)
		}
		return nil
	})
}
