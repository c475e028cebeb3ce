package report

import (
	"os"
	"path/filepath"
)

// Write saves the report as JSON into the folder results, in a file that is named after the kind of
// machine, and in Go's benchmark format into the file bench. It leaves out each whose name is "".
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
		_ = f.Close() // the first error is returned
		return err
	}
	return f.Close()
}
