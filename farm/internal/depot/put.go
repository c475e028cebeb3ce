package depot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strconv"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
	"golang.org/x/sys/unix"
)

// Put copies the file at path into the store, unless the key is taken. It is if another attempt
// of the same job has been faster: then the file that is there stays, and Put returns its size and
// no error. Any other file that is there must have the same bytes; otherwise the error is an
// *OtherError. If Put fails, or ctx ends, nothing is under the key that was not there before.
//
// If the store fails for a reason that may pass, Put tries twice more: what was rendered for the
// file would be lost otherwise.
//
// A file of fileblob is on the disk when Put returns: it is there after a loss of power, too.
//
// Put calls advance with the number of bytes that the store has taken since the last call.
func Put(ctx context.Context, b *blob.Bucket, key, path string, o Owner, advance func(n int)) (size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	u := upload{bucket: b, key: key, file: f, owner: o, number: strconv.FormatUint(rand.Uint64(), 16), advance: advance}
	err = again(ctx, func() (err error) {
		size, err = u.put(ctx)
		return err
	})
	return size, err
}

// upload is a call of Put.
type upload struct {
	bucket  *blob.Bucket
	key     string
	file    *os.File
	owner   Owner
	number  string // of this call
	advance func(n int)
}

// put is one try of Put.
func (u *upload) put(ctx context.Context) (size int64, err error) {
	there, err := look(ctx, u.bucket, u.key)
	if err != nil {
		return 0, err
	}
	if there.Exists {
		return there.Bytes, u.judge(ctx, there)
	}
	size, err = u.create(ctx)
	if err == nil || ctx.Err() != nil {
		return size, err
	}
	return u.find(ctx, err)
}

// judge returns nil if the file that is under the key is as good as the one that was to be put.
//
// A write that fileblob refuses has already replaced the metadata of the file that is there, so
// those with the number of this call prove nothing.
func (u *upload) judge(ctx context.Context, there File) error {
	if there.MadeFor(u.owner) && there.labels[numberKey] != u.number {
		return nil
	}
	return u.compare(ctx)
}

// create writes the file to a key that was free a moment ago. The store refuses it if the key no
// longer is.
func (u *upload) create(ctx context.Context) (size int64, err error) {
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	disk := &diskFile{}
	w, err := u.bucket.NewWriter(ctx, u.key, &blob.WriterOptions{
		IfNotExist: true, Metadata: u.labels(), BeforeWrite: disk.note,
	})
	if err != nil {
		return 0, u.explain(err)
	}
	advance := func(n int) {
		u.advance(n)
		disk.add(n)
	}
	size, err = io.Copy(w, &counter{io.NewSectionReader(u.file, 0, math.MaxInt64), advance})
	if err == nil {
		err = disk.sync()
	}
	if err != nil {
		giveUp() // otherwise Close would make a file of what was written
		_ = w.Close()
		return 0, u.explain(err)
	}
	if err = w.Close(); err == nil && disk.file != nil {
		err = syncName(ctx, u.bucket, u.key)
	}
	if err != nil {
		return 0, u.explain(err)
	}
	return size, nil
}

// labels returns the metadata of the file.
func (u *upload) labels() map[string]string {
	return map[string]string{
		runKey: label(u.owner.Run), jobKey: label(u.owner.Job), numberKey: u.number,
		framesKey: strconv.FormatInt(u.owner.Frames, 10),
	}
}

// find looks what is under the key after a write that failed. Another worker may have been faster,
// or the write has succeeded, and the store's answer was lost.
func (u *upload) find(ctx context.Context, write error) (size int64, err error) {
	there, err := look(ctx, u.bucket, u.key)
	if err == nil && !there.Exists && isFolder(u.bucket) && gcerrors.Code(write) == gcerrors.FailedPrecondition {
		return 0, u.explain(errors.New("a folder has this name, which holds other files"))
	}
	if err != nil || !there.Exists {
		return 0, write
	}
	return there.Bytes, u.judge(ctx, there)
}

// explain says what to do about an error that users of fileblob meet.
func (u *upload) explain(err error) error {
	if errors.Is(err, unix.EXDEV) {
		err = fmt.Errorf("its folder, and the one for temporary files, are on different file systems; "+
			"open the store with no_tmp_dir=true (NoTempDir in fileblob.Options): %w", err)
	}
	return failed(keyError(err, u.key), "write %s to the store", u.key)
}

// counter tells how many bytes are read.
type counter struct {
	io.Reader
	advance func(n int)
}

// Read reads.
func (c *counter) Read(p []byte) (n int, err error) {
	n, err = c.Reader.Read(p)
	c.advance(n)
	return n, err
}
