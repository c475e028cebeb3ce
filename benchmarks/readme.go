package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/report"
)

// Between these lines of a document, "make bench-peers" writes the comparison.
const (
	comparisonBegin = "<!-- bench-peers begin -->"
	comparisonEnd   = "<!-- bench-peers end -->"
)

// writeComparison writes the comparison, and the charts that are in the folder of plots, into a
// document, between its marks. It does nothing where the document is "".
func writeComparison(r *report.Report, document, plots string) error {
	if document == "" {
		return nil
	}
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	changed, err := replaceBetween(string(text), comparison(r)+charts(r, document, plots))
	if err != nil {
		return fmt.Errorf("%s: %w", document, err)
	}
	return os.WriteFile(document, []byte(changed), 0o644)
}

// replaceBetween returns a text with the new content between the marks. Doing so twice changes
// nothing more.
func replaceBetween(text, content string) (string, error) {
	before, rest, ok := strings.Cut(text, comparisonBegin+"\n")
	_, after, closed := strings.Cut(rest, comparisonEnd)
	if !ok || !closed {
		return "", fmt.Errorf("has no lines %q and %q, between which the comparison belongs", comparisonBegin, comparisonEnd)
	}
	return before + comparisonBegin + "\n\n" + content + "\n" + comparisonEnd + after, nil
}

// charts returns the charts as Markdown: the first as a picture, the others as links. They show
// speeds, so that a machine that was busy has none.
func charts(r *report.Report, document, plots string) string {
	if plots == "" || isBusy(r) {
		return ""
	}
	made := drawings(r)
	var picture string
	var links []string
	for _, c := range []struct{ name, title string }{
		{"stream-ultrafast", "x264 ultrafast"},
		{"stream-veryfast", "x264 veryfast"},
		{"av1", "SVT-AV1"},
		{"clips", "clips"},
		{"film", "one film"},
		{"film-scaling", "one film by workers"},
	} {
		path, err := filepath.Rel(filepath.Dir(document), filepath.Join(plots, c.name+".svg"))
		switch {
		case err != nil || made[c.name] == "":
		case picture == "":
			picture = fmt.Sprintf("\n![%s: speed by that of the encoder alone](%s)\n", c.title, path)
		default:
			links = append(links, fmt.Sprintf("[%s](%s)", c.title, path))
		}
	}
	if len(links) > 0 {
		picture += "\nThe same chart for " + strings.Join(links, ", ") + ".\n"
	}
	return picture
}
