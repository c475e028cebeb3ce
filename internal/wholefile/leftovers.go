package wholefile

import (
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// Leftovers knows the temporary files in folders. It reads each folder once, when it is first asked
// about it: there may be many files in it. Its zero value is ready, and several goroutines may use
// it at once.
type Leftovers struct {
	mu      sync.Mutex
	folders map[string]map[kind][]string
}

// Remove removes the temporary files of path whose writers have died. It leaves files that a living
// writer has locked, and all files if the file system has no locks.
func (l *Leftovers) Remove(path string) {
	for _, name := range l.take(path) {
		removeIfDead(name)
	}
}

// take returns the temporary files of path, and forgets them.
func (l *Leftovers) take(path string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	folder := filepath.Dir(path)
	there, known := l.folders[folder]
	if !known {
		if l.folders == nil {
			l.folders = map[string]map[kind][]string{}
		}
		there = read(folder)
		l.folders[folder] = there
	}
	names := there[kindOf(path)]
	delete(there, kindOf(path))
	return names
}

// read returns the temporary files in a folder.
func read(folder string) map[kind][]string {
	there := map[kind][]string{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return there // Create returns the error
	}
	for _, e := range entries {
		if k, ok := parse(e.Name()); ok {
			there[k] = append(there[k], filepath.Join(folder, e.Name()))
		}
	}
	return there
}

// removeIfDead removes a temporary file unless a writer has locked it. A writer that has just
// created the file, and finds it locked or removed, creates another one.
func removeIfDead(name string) {
	f, err := os.OpenFile(name, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() && Lock(f) == nil && hasName(f, name) {
		_ = os.Remove(name)
	}
}
