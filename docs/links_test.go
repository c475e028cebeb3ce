// Package docs_test checks that the links of the documents lead somewhere.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	fence   = regexp.MustCompile("(?ms)^\\s*```.*?^\\s*```$")
	link    = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]+)\)`)
	mention = regexp.MustCompile("`((?:api|nodes|muxer|gpu|pipeline|internal|benchmarks|examples|scripts|docs)" +
		"/[\\w./-]+)`")
	heading = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	noSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	symbol  = regexp.MustCompile(`^(Test|Example|Benchmark|Fuzz)\w*$`)
)

// TestLinks follows each relative link of each document: the file exists, and so does the heading
// or the function that the link names. Files and folders that are mentioned exist, too.
func TestLinks(t *testing.T) {
	t.Parallel()
	var documents []string
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".md" {
			documents = append(documents, path)
		}
		return err
	}))
	require.Contains(t, documents, "../README.md")
	for _, document := range documents {
		t.Run(strings.TrimPrefix(document, "../"), func(t *testing.T) {
			t.Parallel()
			text := prose(t, document)
			for _, m := range link.FindAllStringSubmatch(text, -1) {
				checkLink(t, document, m[1], m[2])
			}
			for _, m := range mention.FindAllStringSubmatch(text, -1) {
				_, err := os.Stat(filepath.Join("..", m[1]))
				assert.NoError(t, err, "it is mentioned")
			}
		})
	}
}

// checkLink checks one link. Links to other sites are not followed.
func checkLink(t *testing.T, document, text, target string) {
	t.Helper()
	if strings.Contains(target, "://") {
		return
	}
	name, anchor, _ := strings.Cut(target, "#")
	path := filepath.Join(filepath.Dir(document), name)
	if name == "" {
		path = document
	}
	info, err := os.Stat(path)
	if !assert.NoError(t, err, target) {
		return
	}
	if anchor != "" && assert.Equal(t, ".md", filepath.Ext(path), target) {
		assert.Contains(t, anchors(prose(t, path)), anchor, target)
	}
	if symbol.MatchString(text) && assert.False(t, info.IsDir(), target) {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Contains(t, string(content), "\nfunc "+text+"(", target)
	}
}

// anchors returns the anchors that the headings of a document have on a web page.
func anchors(text string) (slugs []string) {
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		slug := noSlug.ReplaceAllString(strings.ToLower(m[1]), "")
		slugs = append(slugs, strings.ReplaceAll(slug, " ", "-"))
	}
	return slugs
}

// prose returns a document without its blocks of code.
func prose(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return fence.ReplaceAllString(string(content), "")
}
