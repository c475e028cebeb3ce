package main

import (
	"fmt"
	"path/filepath"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
)

// openStore opens a folder as a store, and makes it if it does not exist. Files are written beside
// their places, so that they get their names in one step. A program that imports s3blob, gcsblob or
// azureblob calls blob.OpenBucket instead.
func openStore(folder string) (*blob.Bucket, error) {
	path, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	bucket, err := fileblob.OpenBucket(path, &fileblob.Options{
		CreateDir: true, NoTempDir: true, Metadata: fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, fmt.Errorf("open the folder of the files: %w", err)
	}
	return bucket, nil
}
