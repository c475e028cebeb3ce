package muxer

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/muxer/destination"
)

// failing is a Store whose files may fail.
type failing struct {
	destination.Store
	create, remove, write, commit error // nil: as usual
}

type failingFile struct {
	destination.StoredFile
	store *failing
}

func (f *failing) CreateVisible(name string) (destination.StoredFile, error) {
	if f.create != nil {
		return nil, f.path("create", name, f.create)
	}
	file, err := f.Store.CreateVisible(name)
	if err != nil {
		return nil, err
	}
	return &failingFile{file, f}, nil
}

func (f *failing) Remove(name string) error {
	if f.remove != nil {
		return f.path("remove", name, f.remove)
	}
	return f.Store.Remove(name)
}

func (f *failing) path(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: f.Path(name), Err: err}
}

func (f *failingFile) Write(p []byte) (int, error) {
	if f.store.write != nil {
		return 0, f.store.path("write", "the part", f.store.write)
	}
	return f.StoredFile.Write(p)
}

func (f *failingFile) Commit() error {
	if f.store.commit != nil {
		return f.store.path("close", "the part", f.store.commit)
	}
	return f.StoredFile.Commit()
}

// Errors of the files are Go's own, end the recording, and leave the finished parts whole.
func TestPartsFail(t *testing.T) {
	for name, fail := range map[string]func(f *failing, err error){
		"create": func(f *failing, err error) { f.create = err },
		"remove": func(f *failing, err error) { f.remove = err },
		"write":  func(f *failing, err error) { f.write = err },
		"commit": func(f *failing, err error) { f.commit = err },
	} {
		t.Run(name, func(t *testing.T) {
			r := newReel(t, "mp4", func(cfg *PartsConfig) { cfg.Keep = 3 })
			r.give(pictures, 0, 60)
			r.give(sound, 0, 60)
			fail(&r.failing, syscall.ENOSPC)
			var err error
			for k := int64(60); err == nil && k < 200; k++ {
				if err = r.giveOne(pictures, k); err == nil {
					err = r.giveOne(sound, k)
				}
			}
			require.ErrorIs(t, err, syscall.ENOSPC)
			var path *fs.PathError
			require.True(t, errors.As(err, &path))
			require.Contains(t, err.Error(), r.dir)
			require.Equal(t, 1, strings.Count(err.Error(), r.dir), "%v", err)
			r.Close()
			require.Equal(t, "25-49", r.numbers(1, pictures, 25))
		})
	}
}
