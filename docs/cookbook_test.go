package docs_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recipe is an exported function of examples/cookbook.
type recipe struct {
	text    string // its source, without the doc comment
	example bool   // an Example with an output calls it
	test    string // the file of its test, TestX beside ExampleX
	players []string
}

// TestCookbook compares docs/cookbook.md with examples/cookbook: each function is there as it is in
// the source, has an Example and a Test, and each section has the form of a recipe and an entry in
// the table of contents.
func TestCookbook(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("cookbook.md")
	require.NoError(t, err)
	recipes := cookbookRecipes(t)
	require.Contains(t, recipes, "LosslessRGB")
	head, sections := splitSections(string(content))
	shown := map[string]bool{}
	for title, section := range sections {
		t.Run(title, func(t *testing.T) {
			assert.Contains(t, head, "](#"+anchors("## " + title)[0]+")", "the table of contents leads to it")
			for _, part := range []string{"\n* ", "\n**Played by:** ", "\n**Checked:** ", "\n**Limits:** "} {
				assert.Contains(t, section, part, "the form of a recipe")
			}
			for _, name := range requireBlocks(t, section, recipes) {
				shown[name] = true
			}
		})
	}
	for name, r := range recipes {
		assert.True(t, shown[name], "cookbook.md does not show %s", name)
		assert.True(t, r.example, "%s has no Example with an output", name)
	}
}

// splitSections returns what comes before the first heading of level 2, and what comes below each
// of them.
func splitSections(text string) (head string, sections map[string]string) {
	parts := strings.Split(text, "\n## ")
	sections = map[string]string{}
	for _, part := range parts[1:] {
		title, body, _ := strings.Cut(part, "\n")
		sections[title] = body
	}
	return parts[0], sections
}

var goBlock = regexp.MustCompile("(?s)\n```go\n(.*?\n)```\n")

// requireBlocks checks that each block of code in a section is a recipe, and that the section links
// the recipe's test. It returns their names.
func requireBlocks(t *testing.T, section string, recipes map[string]recipe) (names []string) {
	t.Helper()
	for _, block := range goBlock.FindAllStringSubmatch(section, -1) {
		name, _, found := strings.Cut(strings.TrimPrefix(block[1], "func "), "(")
		require.True(t, found, "a block of code is a function:\n%s", block[1])
		require.Contains(t, recipes, name)
		r := recipes[name]
		assert.Equal(t, r.text, block[1], "the source of %s, which cookbook.md must repeat", name)
		assert.Contains(t, section, "[Test"+name+"](../"+r.test+")")
		assert.Equal(t, r.players, playersIn(section), "players, which %s plays the file in", r.test)
		names = append(names, name)
	}
	assert.NotEmpty(t, names, "a section shows a recipe")
	return names
}

var (
	playedBy = regexp.MustCompile(`(?s)\n\*\*Played by:\*\* (.*?)\.\s`)
	tried    = regexp.MustCompile(`(?s)requirePlayers\([^"]*(.*?)\)\n`)
	player   = regexp.MustCompile(`GStreamer|VLC|Chromium`)
)

// playersIn returns the players that the first sentence of a paragraph names, in order.
func playersIn(section string) []string {
	return sortedPlayers(playedBy.FindStringSubmatch(section))
}

// sortedPlayers returns the players that a match names.
func sortedPlayers(match []string) (names []string) {
	if match != nil {
		names = player.FindAllString(match[1], -1)
		slices.Sort(names)
	}
	return slices.Compact(names)
}

// playersTried returns the players in which a test plays its file.
func playersTried(t *testing.T, test string) []string {
	t.Helper()
	source, err := os.ReadFile("../" + test)
	require.NoError(t, err)
	players := sortedPlayers(tried.FindStringSubmatch(string(source)))
	if strings.Contains(string(source), "InChromium(t, ") && !slices.Contains(players, "Chromium") {
		players = slices.Insert(players, 0, "Chromium")
	}
	return players
}

// cookbookRecipes reads the functions of examples/cookbook.
func cookbookRecipes(t *testing.T) map[string]recipe {
	t.Helper()
	paths, err := filepath.Glob("../examples/cookbook/*.go")
	require.NoError(t, err)
	recipes, examples := map[string]recipe{}, map[string]bool{}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, source, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		if strings.HasSuffix(path, "_test.go") {
			for _, e := range doc.Examples(file) {
				examples[e.Name] = examples[e.Name] || e.Output != ""
			}
			continue
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				text := string(source[set.Position(f.Pos()).Offset:set.Position(f.End()).Offset]) + "\n"
				test := strings.TrimSuffix(strings.TrimPrefix(path, "../"), ".go") + "_test.go"
				recipes[f.Name.Name] = recipe{text: text, test: test, players: playersTried(t, test)}
			}
		}
	}
	for name, r := range recipes {
		r.example = examples[name]
		recipes[name] = r
	}
	return recipes
}
