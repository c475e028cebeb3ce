package embed

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	sqlstore "go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/schema/sqlite"

	"github.com/avloom/avloom/api"
)

// database is where a server keeps its data.
type database struct {
	config *config.SQL
	lock   *os.File // nil: memory
}

// openDatabase makes the tables that a server needs, unless the file has them already. Nobody else
// can open the file until close.
func openDatabase(ctx context.Context, file string) (*database, error) {
	if file == "" {
		return &database{config: sqlConfig("avloom"+strconv.FormatUint(rand.Uint64(), 36), map[string]string{
			"mode": "memory", "cache": "shared",
		})}, nil
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, noFile(path, info)
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	if err := makeTables(ctx, path); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &database{lock: lock, config: sqlConfig(escape(path), map[string]string{
		"mode": "rw",
		// The log of changes is written without waiting for the disk, except when it is copied into
		// the file: what was written survives the end of the process in any way. After a power cut the
		// last moments may be missing, and are done again.
		"journal_mode": "wal", "synchronous": "normal",
		// The server's connections live as long as the process, under their parameters. SQLite ignores
		// settings that it does not know: this one makes a connection of its own for each start.
		"avloom_start": strconv.FormatInt(rand.Int64(), 10),
	})}, nil
}

// noFile returns the error of a path at which something else than a file is.
func noFile(path string, info os.FileInfo) error {
	reason := "it is no regular file"
	if info.IsDir() {
		reason = "it is a folder; give a file in it, such as " + filepath.Join(path, "farm.db")
	}
	return &api.ConfigError{Field: "Config.File", Value: path, Reason: reason}
}

func sqlConfig(name string, attributes map[string]string) *config.SQL {
	return &config.SQL{PluginName: sqliteplugin.PluginName, DatabaseName: name, ConnectAttributes: attributes}
}

// escape makes a path of a file that part of a URI which SQLite reads back as the path.
func escape(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// makeTables makes all tables, or none if it fails.
func makeTables(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", "file:"+escape(path)+"?mode=rwc")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tables, err := countTables(ctx, db)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	switch {
	case tables.own > 0:
		return nil
	case tables.all > 0:
		return fmt.Errorf("open %s: the database has tables, but not those of a Temporal server", path)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := sqlite.SetupSchemaOnDB(tableMaker{tx: tx}); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

type tableCount struct{ all, own int }

func countTables(ctx context.Context, db *sql.DB) (count tableCount, err error) {
	const query = `SELECT count(*), count(CASE name WHEN 'history_node' THEN 1 END)
		FROM sqlite_master WHERE type = 'table'`
	err = db.QueryRowContext(ctx, query).Scan(&count.all, &count.own)
	return count, err
}

// tableMaker is as much of an AdminDB as the making of tables uses.
type tableMaker struct {
	sqlplugin.AdminDB
	tx *sql.Tx
}

func (m tableMaker) Exec(statement string, args ...any) error {
	_, err := m.tx.Exec(statement, args...)
	return err
}

// close lets others open the file. The data in memory is freed.
func (d *database) close() error {
	if d.lock == nil {
		return d.exec(dropTables)
	}
	err := d.exec(func(db sqlplugin.AdminDB) error { return db.Exec("PRAGMA wal_checkpoint(TRUNCATE)") })
	return errors.Join(err, d.lock.Close())
}

func (d *database) exec(act func(db sqlplugin.AdminDB) error) error {
	db, err := sqlstore.NewSQLAdminDB(sqlplugin.DbKindUnknown, d.config, resolver.NewNoopResolver(),
		log.NewNoopLogger(), metrics.NoopMetricsHandler)
	if err != nil {
		return err
	}
	return errors.Join(act(db), db.Close())
}

// dropTables frees what is in memory: the server never closes its connections.
func dropTables(db sqlplugin.AdminDB) error {
	tables, err := db.ListTables("")
	if err != nil {
		return err
	}
	for _, table := range tables {
		if strings.HasPrefix(table, "sqlite_") {
			continue // SQLite's own
		}
		// A table for the search of texts takes some others with it.
		if err := db.Exec("DROP TABLE IF EXISTS " + table); err != nil {
			return err
		}
	}
	return db.Exec("VACUUM")
}
