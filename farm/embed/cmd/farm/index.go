package main

import (
	_ "embed"
	"html/template"
	"os"
	"path/filepath"

	"github.com/avloom/avloom/farm"
)

//go:embed index.html
var indexPage string

// writeIndex writes a page that shows the files of the jobs, beside them.
func writeIndex(folder string, jobs []farm.Job) (err error) {
	page, err := template.New("index").Parse(indexPage)
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(folder, "index.html"))
	if err != nil {
		return err
	}
	if err := page.Execute(file, jobs); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
