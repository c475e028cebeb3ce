package docs_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/build"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "draw folders.svg anew, with Graphviz")

const module = "github.com/avloom/avloom/"

// folders are the boxes of the drawing, each with a caption. Folders that are imported everywhere
// and say little (counters, checked sums, files) are left out.
var folders = map[string]string{
	"examples": "programs", "benchmarks": "measurements", "api/metrics": "Prometheus, expvar",
	"api": "what users see", "internal/film": "chunks → one stream", "internal/graph": "plans → running graph", "internal/plan": "configs → plans",
	"internal/diagnosis": "bottleneck, DOT", "internal/fflog": "log lines", "internal/color": "matrix, range, siting",
	"internal/codec": "encoders", "internal/avoption": "FFmpeg's options", "internal/images": "Go's images",
	"internal/fault": "errors", "muxer": "packets → container", "muxer/container": "formats",
	"muxer/movindex":    "index of mov, mp4",
	"muxer/destination": "where bytes go", "nodes": "convert, encode …", "gpu": "CUDA", "pipeline": "the engine",
	"internal/upload": "HTTP uploads", "internal/rgbyuv": "colour kernels", "internal/shelf": "frames for reuse",
	"internal/astiavx":    "FFmpeg bindings",
	"farm/embed/cmd/farm": "server, workers, runs", "farm/embed": "Temporal's server", "farm/examples": "programs",
	"farm": "jobs for many machines", "farm/internal/flow": "workflows", "farm/internal/work": "activities",
	"farm/internal/depot": "files in a store", "farm/internal/care": "places, builds", "farm/internal/meter": "Prometheus",
	"farm/internal/local": "no server",
}

// TestFolders compares the arrows of folders.svg with the imports of the code. An arrow that
// follows from others is not drawn.
func TestFolders(t *testing.T) {
	t.Parallel()
	want := reduced(t, imports(t))
	if *update {
		draw(t, want)
	}
	svg, err := os.ReadFile("folders.svg")
	require.NoError(t, err)
	var drawn []string
	for _, m := range regexp.MustCompile(`<title>(\S+)&#45;&gt;(\S+)</title>`).FindAllStringSubmatch(string(svg), -1) {
		drawn = append(drawn, m[1]+" -> "+m[2])
	}
	slices.Sort(drawn)
	require.Equal(t, want, drawn, "the drawing is old; draw it anew with: go test ./docs -run TestFolders -update")
}

// imports returns for each folder of the drawing those that its packages import, tests apart.
func imports(t *testing.T) map[string]map[string]bool {
	t.Helper()
	graph := map[string]map[string]bool{}
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, "../"))
		if d.Name() == "testdata" || strings.HasPrefix(name, ".") && name != ".." {
			return filepath.SkipDir
		}
		pkg, err := build.ImportDir(path, 0)
		from := folder(name)
		if err != nil || from == "" {
			return nil //nolint:nilerror // a folder without Go files for this machine
		}
		for _, path := range pkg.Imports {
			if to := folder(strings.TrimPrefix(path, module)); strings.HasPrefix(path, module) && to != "" && to != from {
				if graph[from] == nil {
					graph[from] = map[string]bool{}
				}
				graph[from][to] = true
			}
		}
		return nil
	}))
	return graph
}

// folder returns the box that a package belongs to, or "".
func folder(pkg string) string {
	for ; pkg != "."; pkg = filepath.Dir(pkg) {
		if _, ok := folders[pkg]; ok {
			return pkg
		}
	}
	return ""
}

// reduced returns the arrows of a graph that do not follow from others.
func reduced(t *testing.T, graph map[string]map[string]bool) (arrows []string) {
	t.Helper()
	for from, direct := range graph {
		for to := range direct {
			require.False(t, reaches(graph, to, from), "%s and %s import each other", from, to)
			others := maps.Clone(direct)
			delete(others, to)
			if !slices.ContainsFunc(slices.Collect(maps.Keys(others)), func(o string) bool { return reaches(graph, o, to) }) {
				arrows = append(arrows, from+" -> "+to)
			}
		}
	}
	slices.Sort(arrows)
	return arrows
}

func reaches(graph map[string]map[string]bool, from, to string) bool {
	for next := range graph[from] {
		if next == to || reaches(graph, next, to) {
			return true
		}
	}
	return false
}

// style gives the drawing the colours of a light or a dark page.
const style = `<style>
text { fill: #1f2328; font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
.node text + text { fill: #59636e; font-size: 10px }
.node path { fill: #ddf4ff; stroke: #0969da }
.edge path { stroke: #59636e } .edge polygon { fill: #59636e; stroke: #59636e }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .node text + text { fill: #9da7b3 }
.node path { fill: #12253d; stroke: #4493f8 }
.edge path { stroke: #9da7b3 } .edge polygon { fill: #9da7b3; stroke: #9da7b3 }
}
</style>
`

// draw has Graphviz draw the folders and the arrows.
func draw(t *testing.T, arrows []string) {
	t.Helper()
	var dot strings.Builder
	dot.WriteString("digraph folders {\nbgcolor=transparent; ranksep=.32; nodesep=.12\n" +
		"node [shape=box, style=rounded, fontname=\"DejaVu Sans\", fontsize=12, margin=\".1,.04\"]\nedge [arrowsize=.6]\n")
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		fmt.Fprintf(&dot, "%q [label=%q]\n", name, name+"\n"+folders[name])
	}
	for _, arrow := range arrows {
		from, to, _ := strings.Cut(arrow, " -> ")
		fmt.Fprintf(&dot, "%q -> %q\n", from, to)
	}
	dot.WriteString("}\n")
	program := exec.Command("dot", "-Tsvg")
	program.Stdin = strings.NewReader(dot.String())
	svg, err := program.Output()
	require.NoError(t, err)
	svg = bytes.Replace(svg, []byte("<g id="), []byte(style+"<g id="), 1)
	require.NoError(t, os.WriteFile("folders.svg", svg, 0o644))
}
