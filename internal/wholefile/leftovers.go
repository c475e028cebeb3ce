package wholefile

import (
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// Leftovers are the temporary files that lay in folders when they were first asked about. A folder is read once, because there may be many files in it.
// The zero value is ready. It is safe for use by several goroutines at once.
type Leftovers struct {
	mu      sync.Mutex
	folders map[string]map[kind][]string
}

// Remove removes the temporary files of path whose writers are dead. One whose writer lives is locked, and stays. Where the file
// system knows no locks all stay.
func (l *Leftovers) Remove(path string) {
	for _, name := range l.take(path) {
		removeIfDead(name)
	}
}

// take returns the temporary files of path, once.
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

func read(folder string) map[kind][]string {
	there := map[kind][]string{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return there // whoever creates a file there is told
	}
	for _, e := range entries {
		if k, ok := parse(e.Name()); ok {
			there[k] = append(there[k], filepath.Join(folder, e.Name()))
		}
	}
	return there
}

// removeIfDead removes a temporary file unless somebody holds its lock. Whoever has just created it, and finds that it lost the lock or the
// name to us, takes another name.
func removeIfDead(name string) {
	f, err := os.OpenFile(name, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() && lock(f) == nil && is(f, name) {
		_ = os.Remove(name)
	}
}
