package scripts_test

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// commentWidth is how many characters a line may have that holds only a comment. A tab counts as
// one. The linter (lll) limits all other lines.
const commentWidth = 100

// unbreakable matches comments that cannot be wrapped: directives, those of cgo too, and single
// words such as addresses.
var unbreakable = regexp.MustCompile(`^\s*(//(go:|nolint|export |line |extern )|//\s*#cgo |//\s*\S+$)`)

// TestCommentsAreWrapped reads all Go files of the repository.
func TestCommentsAreWrapped(t *testing.T) {
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	read := 0
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, root+"/")
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		read++
		for _, complaint := range wideComments(t, name, source) {
			assert.Fail(t, complaint)
		}
		return nil
	}))
	t.Logf("%d files", read)
}

// wideComments returns a complaint for each line that is only a comment and is too wide. It leaves
// out the C code before import "C", and the output of examples, which must be as the program writes
// it.
func wideComments(t *testing.T, name string, source []byte) (complaints []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.ParseComments)
	require.NoError(t, err)
	var lines []string
	for in := bufio.NewScanner(bytes.NewReader(source)); in.Scan(); {
		lines = append(lines, in.Text())
	}
	preamble := preambleOf(file)
	for _, group := range file.Comments {
		if group == preamble || isOutput(group) {
			continue
		}
		for n := files.Position(group.Pos()).Line; n <= files.Position(group.End()).Line; n++ {
			line := lines[n-1]
			width := utf8.RuneCountInString(line)
			onlyComment := n > files.Position(group.Pos()).Line || strings.HasPrefix(strings.TrimSpace(line), "/")
			if onlyComment && width > commentWidth && !unbreakable.MatchString(line) {
				complaints = append(complaints, fmt.Sprintf("%s:%d: the comment has %d characters, more than %d",
					name, n, width, commentWidth))
			}
		}
	}
	return complaints
}

// preambleOf returns the comment that cgo compiles; nil: there is none.
func preambleOf(file *ast.File) *ast.CommentGroup {
	for _, decl := range file.Decls {
		imports, ok := decl.(*ast.GenDecl)
		if !ok || imports.Tok != token.IMPORT || len(imports.Specs) != 1 {
			continue
		}
		if imports.Specs[0].(*ast.ImportSpec).Path.Value == `"C"` {
			return imports.Doc
		}
	}
	return nil
}

func isOutput(group *ast.CommentGroup) bool {
	text := strings.ToLower(strings.TrimSpace(group.Text()))
	return strings.HasPrefix(text, "output:") || strings.HasPrefix(text, "unordered output:")
}

func TestWideCommentsAreFound(t *testing.T) {
	wide := strings.Repeat("wide ", 20)
	source := strings.Join([]string{
		"package p",
		"",
		"// " + wide, // line 3
		"// " + strings.Repeat("é", 97),
		"//go:generate " + wide,
		"// https://" + strings.Repeat("x", 100),
		"import \"fmt\"",
		"",
		"// int c; // " + wide, // cgo's
		"import \"C\"",
		"",
		"func f() {",
		"\t/* in several",
		"\tlines " + wide + "*/", // line 14
		"\tfmt.Println() // " + wide,
		"\t// Output: " + wide,
		"}",
	}, "\n")
	assert.Equal(t, []string{
		"p.go:3: the comment has 103 characters, more than 100",
		"p.go:14: the comment has 109 characters, more than 100",
	}, wideComments(t, "p.go", []byte(source)))
}
