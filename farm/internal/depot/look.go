package depot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// Owner says for which job of which run a file was made.
type Owner struct {
	Run, Job string
	Frames   int64 // that the file has; Look tells it. The owner is the same with any number.
}

// Keys of a file's metadata.
const (
	runKey    = "avloom-run"
	jobKey    = "avloom-job"
	framesKey = "avloom-frames"
	numberKey = "avloom-number" // of the call of Put
)

// longestLabel keeps the metadata below the limits of all stores, the smallest of which is 2 KiB
// for all of it, escaped.
const longestLabel = 200

// label returns an ID as it stands in metadata: as it is, or its hash if the ID is long, or has
// characters that stores escape.
func label(id string) string {
	plain := len(id) <= longestLabel
	for _, c := range []byte(id) {
		plain = plain && c > ' ' && c < 0x7f
	}
	if plain {
		return id
	}
	hash := sha256.Sum256([]byte(id))
	return "sha256:" + hex.EncodeToString(hash[:])
}

// File is what is in the store under a key.
type File struct {
	Exists bool
	Bytes  int64
	Frames int64 // 0: the metadata do not say it
	labels map[string]string
}

// MadeFor returns true if the file's metadata say that it was made for this job of this run.
func (f *File) MadeFor(o Owner) bool {
	return f.Exists && f.labels[runKey] == label(o.Run) && f.labels[jobKey] == label(o.Job)
}

// Look says what is under a key. A key that the store cannot take is a *KeyError. If the store
// fails, Look tries twice more.
func Look(ctx context.Context, b *blob.Bucket, key string) (f File, err error) {
	err = again(ctx, func() (err error) {
		f, err = look(ctx, b, key)
		return err
	})
	return f, err
}

// look is one try of Look.
func look(ctx context.Context, b *blob.Bucket, key string) (File, error) {
	if err := checkName(b, key); err != nil {
		return File{}, err
	}
	var attributes *blob.Attributes
	err := whole(ctx, b, func() (err error) {
		attributes, err = b.Attributes(ctx, key)
		return err
	})
	switch {
	case IsMissing(err):
		return File{}, checkFree(b, key)
	case err != nil:
		return File{}, failed(keyError(err, key), "look for %s in the store", key)
	default:
		f := File{Exists: true, Bytes: attributes.Size, labels: attributes.Metadata}
		f.Frames, _ = strconv.ParseInt(f.labels[framesKey], 10, 64) // of another program: 0
		return f, nil
	}
}

// IsMissing returns true if the error says that nothing is under a key.
func IsMissing(err error) bool { return err != nil && gcerrors.Code(err) == gcerrors.NotFound }
