package api_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// carriesColumns are the columns of the table of what containers carry. Each is a variable in a
// file of its subject.
var carriesColumns = slices.Concat([]carriesColumn{
	carriesFileTags, carriesCodecTag, carriesPixelAspect,
	carriesPicture[0], carriesPicture[1], carriesPicture[2], carriesPicture[3],
	carriesChapters, carriesCover, carriesAttachment, carriesTimecode,
}, carriesStreams, carriesSubtitles)

// carriesColumn is something that a file may carry.
type carriesColumn struct {
	name string
	// ask changes a configuration so that the file must carry it. It returns false if the question
	// makes no sense for the container, such as a rotation of sound.
	ask func(*carriesConfig) bool
	// seen says whether other programs find in the file what was asked for. It is asked of the
	// manifest of DASH, and of the streams in it, which players join to files.
	seen func(t *testing.T, f carriedFile) bool
	// lists says that a refusal names the common containers that can carry it.
	lists bool
}

// carriesConfig is what a column may change before a file is written.
type carriesConfig struct {
	row     carriesRow
	video   *api.VideoConfig // nil: the container has sound alone
	audio   *api.AudioConfig // nil: the container has pictures alone
	options []api.OutputOption
	// add adds streams of other kinds before Open, and returns what feeds and ends them; nil: none.
	add func(*api.Encoder) (feed func(context.Context) error, err error)
}

// carriedFile is a file that was written as a column asked.
type carriedFile struct {
	carriesConfig

	path string
}

// The cells of the table.
const (
	carried    = "✓"
	refused    = "–"
	impossible = ""
)

// carriesCell is a cell of the table with the refusal that it stands for, which may be nil.
type carriesCell struct {
	text    string
	refusal *api.ConfigError
}

// TestCarries writes into each container what it may carry, and asks other programs whether it is
// there. What Open accepts must be there. The result is a table of docs/features.md.
func TestCarries(t *testing.T) {
	mediatest.NoLeaks(t)
	rows := carriesRows
	if !mediatest.Long(t) && !*update {
		rows = slices.DeleteFunc(slices.Clone(rows), func(r carriesRow) bool { return !r.common })
	}
	cells := make([][]carriesCell, len(rows))
	t.Run("cells", func(t *testing.T) {
		for i, row := range rows {
			cells[i] = make([]carriesCell, len(carriesColumns))
			for j, column := range carriesColumns {
				t.Run(row.name+"/"+column.name, func(t *testing.T) {
					t.Parallel()
					cells[i][j] = carriesCellOf(t, row, column)
				})
			}
		}
	})
	if t.Failed() {
		return
	}
	requireLists(t, rows, cells)
	compareCarries(t, rows, cells)
}

// carriesCellOf writes a file and looks at it.
func carriesCellOf(t *testing.T, row carriesRow, column carriesColumn) carriesCell {
	t.Helper()
	c := carriesConfig{row: row, video: row.videoConfig(), audio: row.audioConfig()}
	if !column.ask(&c) {
		return carriesCell{text: impossible}
	}
	path, err := c.write(t)
	if err != nil {
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, "what a container cannot carry is a *ConfigError")
		return carriesCell{text: refused, refusal: config}
	}
	for _, path := range row.files(t, path) {
		if column.seen(t, carriedFile{carriesConfig: c, path: path}) {
			return carriesCell{text: carried}
		}
	}
	t.Errorf("Open accepted it, and it is not in the file:\n%s",
		mediatest.Run(t, "ffprobe", "-v", "error", "-show_format", "-show_streams", path))
	return carriesCell{}
}

// write writes a file. The error is that of the call that refused the configuration.
func (c *carriesConfig) write(t *testing.T) (path string, err error) {
	t.Helper()
	ctx, enc := context.Background(), api.NewEncoder()
	defer func() { _ = enc.Abort(errors.New("the test is over")) }()
	var feeds []func(context.Context) error
	if c.video != nil {
		v, err := enc.AddVideo(*c.video)
		if err != nil {
			return "", err
		}
		pictures := make([]byte, 25*c.video.Width*c.video.Height*carriesBytes(c.video.InputFormat))
		feeds = append(feeds, func(ctx context.Context) error {
			return v.AddFrames(ctx, api.Frames{Data: pictures, Layout: api.Raw})
		}, func(context.Context) error { return v.End() })
	}
	if c.audio != nil {
		a, err := enc.AddAudio(*c.audio)
		if err != nil {
			return "", err
		}
		samples := tone(c.audio.NumChannels, 0, 48000)
		feeds = append(feeds, func(ctx context.Context) error { return a.AddSamples(ctx, samples) },
			func(context.Context) error { return a.End() })
	}
	if c.add != nil {
		feed, err := c.add(enc)
		if err != nil {
			return "", err
		}
		feeds = append(feeds, feed)
	}
	out, path := c.row.output(t, c.options)
	if err := enc.Open(ctx, out); err != nil {
		return "", err
	}
	for _, feed := range feeds {
		require.NoError(t, feed(ctx))
	}
	require.NoError(t, enc.Close())
	return path, nil
}

// carriesBytes returns the bytes of a pixel of the input formats that columns use.
func carriesBytes(format string) int {
	return map[string]int{"gray": 1, "rgb24": 3, "rgba": 4, "rgb48le": 6}[format]
}

// requireLists checks that each refusal names the common containers that can.
func requireLists(t *testing.T, rows []carriesRow, cells [][]carriesCell) {
	t.Helper()
	for j, column := range carriesColumns {
		for i := range rows {
			if !column.lists || cells[i][j].refusal == nil {
				continue
			}
			assert.NotContains(t, cells[i][j].refusal.Supported, rows[i].name)
			refusal := cells[i][j].refusal
			named := append(strings.FieldsFunc(refusal.Reason, func(r rune) bool { return r == ' ' || r == ',' }),
				refusal.Supported...)
			for k, other := range rows {
				if other.common && cells[k][j].text == carried {
					assert.Contains(t, named, other.name, "%s in %s: %v", column.name, rows[i].name, refusal)
				}
			}
		}
	}
}

// The marks in docs/features.md between which the table lies.
const (
	carriesBegin = "<!-- The table of what containers carry: go test ./api -run TestCarries -update -->\n"
	carriesEnd   = "<!-- The end of the table of what containers carry. -->\n"
)

// compareCarries compares the table with that of docs/features.md, or writes it there.
func compareCarries(t *testing.T, rows []carriesRow, cells [][]carriesCell) {
	t.Helper()
	path := filepath.Join("..", "docs", "features.md")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, begins := strings.Cut(string(content), carriesBegin)
	old, after, ends := strings.Cut(rest, carriesEnd)
	require.True(t, begins && ends, "%s has no place for the table", path)
	table := carriesTable(rows, cells)
	if *update {
		text := before + carriesBegin + strings.Join(table, "") + carriesEnd + after
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return
	}
	for _, line := range table { // which lacks rows in a short run
		require.Contains(t, old, line, "the table is old; go test ./api -run TestCarries -update writes it anew")
	}
}

// carriesTable returns the lines of the table.
func carriesTable(rows []carriesRow, cells [][]carriesCell) []string {
	header, rule := "| container |", "|---|"
	for _, column := range carriesColumns {
		header, rule = header+" "+column.name+" |", rule+":-:|"
	}
	lines := []string{header + "\n", rule + "\n"}
	for i, row := range rows {
		line := "| " + row.name + " |"
		for _, cell := range cells[i] {
			line += strings.TrimSuffix(" "+cell.text, " ") + " |"
		}
		lines = append(lines, line+"\n")
	}
	return lines
}
