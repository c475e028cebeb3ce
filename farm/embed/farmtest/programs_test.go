package farmtest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// program is built when a test first needs it. The result is kept in the user's cache, where the
// go command sees that it is still good: linking a server takes a minute.
type program struct {
	folder string // from here, where its module or a folder of it is
	name   string // its package in that folder
	args   []string

	once sync.Once
	path string
	err  error
}

var (
	workerProgram     = program{folder: "../..", name: "./internal/testworker"}
	raceWorkerProgram = program{folder: "../..", name: "./internal/testworker", args: []string{"-race"}}
	serverProgram     = program{folder: "..", name: "./internal/testserver"}
)

func (p *program) build(t testing.TB) string {
	t.Helper()
	p.once.Do(func() { p.path, p.err = p.make() })
	require.NoError(t, p.err)
	return p.path
}

func (p *program) make() (path string, err error) {
	folder, err := p.cache()
	if err != nil {
		return "", err
	}
	lock, err := os.Create(filepath.Join(folder, "lock"))
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return "", err
	}
	path = filepath.Join(folder, filepath.Base(p.name))
	args := append(append([]string{"build"}, p.args...), "-o", path, p.name)
	build := exec.Command("go", args...)
	build.Dir = p.folder
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", p.name, err, out)
	}
	return path, nil
}

// cache returns a folder for the programs of this copy of the source.
func (p *program) cache() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	key := sha256.Sum256(fmt.Append(nil, here, p.args))
	folder := filepath.Join(cache, "avloom", "farmtest", fmt.Sprintf("%x", key[:6]))
	return folder, os.MkdirAll(folder, 0o755)
}
