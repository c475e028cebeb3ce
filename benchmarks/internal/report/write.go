package report

import (
	"os"
	"path/filepath"
)

// Write saves the report as JSON into the folder results, named after the kind of machine, and in Go's benchmark format as bench, each unless it is "".
func (r *Report) Write(results, bench string) error {
	if results != "" {
		if err := os.MkdirAll(results, 0o755); err != nil {
			return err
		}
		if err := r.Save(filepath.Join(results, r.Host.Class+".json")); err != nil {
			return err
		}
	}
	if bench == "" {
		return nil
	}
	f, err := os.Create(bench)
	if err != nil {
		return err
	}
	if err := r.Bench(f); err != nil {
		_ = f.Close() // the first error counts
		return err
	}
	return f.Close()
}
