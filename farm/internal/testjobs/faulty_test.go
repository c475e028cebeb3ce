package testjobs_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"

	"github.com/avloom/avloom/farm/internal/testjobs"
)

// TestFailingWrites checks that a write which fails leaves no object, and that the store is as the
// one below it otherwise.
func TestFailingWrites(t *testing.T) {
	base, err := fileblob.OpenBucket(t.TempDir(), &fileblob.Options{NoTempDir: true})
	require.NoError(t, err)
	store := testjobs.FailingWrites(base, 3)
	ctx := context.Background()
	for i := 1; i <= 6; i++ {
		key := fmt.Sprintf("folder/%d", i)
		options := &blob.WriterOptions{IfNotExist: true, Metadata: map[string]string{"n": key}}
		err := store.WriteAll(ctx, key, []byte(key), options)
		if i%3 == 0 {
			require.ErrorIs(t, err, testjobs.ErrStore)
			_, err = store.Attributes(ctx, key)
			require.Equal(t, gcerrors.NotFound, gcerrors.Code(err))
			continue
		}
		require.NoError(t, err)
		text, err := store.ReadAll(ctx, key)
		require.NoError(t, err)
		require.Equal(t, key, string(text))
		attributes, err := store.Attributes(ctx, key)
		require.NoError(t, err)
		require.Equal(t, key, attributes.Metadata["n"])
	}
	err = store.WriteAll(ctx, "folder/1", []byte("other"), &blob.WriterOptions{IfNotExist: true})
	require.Equal(t, gcerrors.FailedPrecondition, gcerrors.Code(err))
	var keys []string
	list := store.List(&blob.ListOptions{Prefix: "folder/"})
	for object, err := list.Next(ctx); err == nil; object, err = list.Next(ctx) {
		keys = append(keys, object.Key)
	}
	require.Equal(t, []string{"folder/1", "folder/2", "folder/4", "folder/5"}, keys)
	require.NoError(t, store.Close())
}

// TestStarts checks that the log tells what began and what ended.
func TestStarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "starts")
	starts, err := testjobs.OpenStarts(path)
	require.NoError(t, err)
	endA := starts.Begin("a")
	starts.Begin("b")
	endA()
	starts.Begin("a")
	require.NoError(t, starts.Close())
	got, err := testjobs.ReadStarts(path)
	require.NoError(t, err)
	require.Len(t, got, 3)
	for i, want := range []struct {
		id    string
		ended bool
	}{{"a", true}, {"b", false}, {"a", false}} {
		require.Equal(t, want.id, got[i].ID)
		require.Equal(t, want.ended, !got[i].End.IsZero())
	}
}
