package embed

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

func TestConfigErrors(t *testing.T) {
	t.Parallel()
	for field, cfg := range map[string]Config{
		"Config.Address":   {Address: "farm.example:7233"},
		"Config.Retention": {Retention: time.Minute},
	} {
		_, err := Start(t.Context(), cfg)
		var wrong *api.ConfigError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, field, wrong.Field)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "127.0.0.1:0", "localhost:7233": "127.0.0.1:7233", ":7233": "0.0.0.0:7233", "[::1]:7233": "[::1]:7233",
	} {
		_, address, err := Config{Address: text}.complete()
		require.NoError(t, err, text)
		require.Equal(t, want, address.String(), text)
	}
	_, everywhere, err := Config{Address: ":7233"}.complete()
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:7233", ports{frontend: everywhere}.near())
}

// A file of something else stays as it is.
func TestForeignFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	text := filepath.Join(folder, "text.db")
	require.NoError(t, os.WriteFile(text, []byte("not a database, but a text that is long enough to be read as one"), 0o600))
	foreign := filepath.Join(folder, "foreign.db")
	db, err := sql.Open("sqlite", foreign)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "CREATE TABLE songs (name TEXT)")
	require.NoError(t, err)
	require.NoError(t, db.Close())

	for file, want := range map[string]string{
		text:                                     "file is not a database",
		foreign:                                  "the database has tables, but not those of a Temporal server",
		filepath.Join(folder, "missing", "a.db"): "no such file or directory",
		folder:                                   "it is a folder; give a file in it, such as " + filepath.Join(folder, "farm.db"),
	} {
		before, _ := os.ReadFile(file)
		_, err := Start(t.Context(), Config{File: file})
		require.ErrorContains(t, err, want)
		after, _ := os.ReadFile(file)
		require.Equal(t, before, after)
	}
}
