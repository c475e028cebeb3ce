package depot

import (
	"context"
	"os"
	"regexp"
	"strings"

	"gocloud.dev/blob"
)

// torn is what fileblob appends to a key, with NoTempDir, as long as the file is not complete: the
// time in nanoseconds.
var torn = regexp.MustCompile(`^\.[0-9a-f]{16}\.tmp$`)

// RemoveTorn removes the temporary files that killed workers have left beside a key. Only fileblob
// with NoTempDir leaves some in the store; in other stores it does nothing. A worker that is
// writing the key just now fails. So only that attempt of a job which is to make the file calls it.
func RemoveTorn(ctx context.Context, b *blob.Bucket, key string) error {
	if !isFolder(b) {
		return nil
	}
	for name, err := range List(ctx, b, key+".") {
		if err != nil {
			return err
		}
		if !torn.MatchString(strings.TrimPrefix(name, key)) {
			continue
		}
		if err := Remove(ctx, b, name); err != nil {
			return err
		}
	}
	return nil
}

// isFolder returns true for a bucket of fileblob.
func isFolder(b *blob.Bucket) bool {
	var info os.FileInfo
	return b.As(&info)
}
