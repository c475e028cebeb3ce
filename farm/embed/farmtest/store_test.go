package farmtest

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob/fileblob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
)

// walk returns the bytes of all files of a folder, by slash-separated path.
func walk(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	}))
	return files
}

// attributes is what the store puts beside each object.
const attributes = ".attrs"

// objects returns those of the store's folder. Nothing else may lie there.
func (s *site) objects() map[string][]byte {
	s.t.Helper()
	files := walk(s.t, s.store)
	for name := range files {
		object, isAttributes := strings.CutSuffix(name, attributes)
		if !isAttributes {
			continue
		}
		require.Contains(s.t, files, object, "attributes without their object")
		delete(files, name)
	}
	return files
}

// requireStore checks that the store has exactly the files of the jobs, with the bytes that Local
// gives, and nothing else.
func (s *site) requireStore(jobs []farm.Job) {
	s.t.Helper()
	got, want := s.objects(), local(s.t, jobs)
	require.Equal(s.t, names(want), names(got), "files in the store")
	for name := range want {
		require.True(s.t, string(want[name]) == string(got[name]), "bytes of "+name)
	}
}

// requireScratch checks that workers which have ended left nothing.
func (s *site) requireScratch() {
	s.t.Helper()
	require.Empty(s.t, names(walk(s.t, s.scratch)), "files in the workers' scratch folder")
}

func names[V any](files map[string]V) []string {
	var all []string
	for name := range files {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// local renders jobs in this process and returns their files.
func local(t testing.TB, jobs []farm.Job) map[string][]byte {
	t.Helper()
	folder := t.TempDir()
	store, err := fileblob.OpenBucket(folder, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	_, err = farm.Local(context.Background(), store, testjobs.Renderers(nil), slices.Values(jobs), api.RenderConfig{})
	require.NoError(t, err)
	return walk(t, folder)
}
