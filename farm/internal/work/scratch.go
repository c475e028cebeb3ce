package work

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/internal/wholefile"
)

const (
	scratchName = "avloom-worker-"
	lockName    = "lock"
)

// OpenScratch makes a folder in parent ("": os.TempDir) for the files that a worker is rendering,
// and removes the folders of workers that have died. closeIt removes the folder.
//
// A worker locks a file in its folder. On a file system without locks nobody can tell who has died,
// and nothing is removed.
func OpenScratch(parent string) (folder string, closeIt func() error, err error) {
	if parent == "" {
		parent = os.TempDir()
	}
	removeDead(parent)
	folder, err = os.MkdirTemp(parent, scratchName)
	if err != nil {
		return "", nil, fmt.Errorf("the worker's scratch folder: %w", err)
	}
	guard, err := wholefile.Hold(filepath.Join(folder, lockName))
	if err != nil {
		return "", nil, fmt.Errorf("the worker's scratch folder: %w", errors.Join(err, os.RemoveAll(folder)))
	}
	return folder, func() error {
		defer guard.Release()
		return os.RemoveAll(folder)
	}, nil
}

// removeDead removes the folders whose workers have died. What it cannot remove stays for the next
// worker.
func removeDead(parent string) {
	folders, _ := filepath.Glob(filepath.Join(parent, scratchName+"*"))
	for _, folder := range folders {
		lock, err := os.OpenFile(filepath.Join(folder, lockName), os.O_RDWR|unix.O_NOFOLLOW, 0)
		if err != nil {
			continue // it is being made, or is another user's
		}
		if wholefile.Lock(lock) == nil {
			_ = os.RemoveAll(folder)
		}
		_ = lock.Close() // nothing was written
	}
}
