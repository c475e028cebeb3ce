package capacity

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/benchmarks/internal/host"
)

func example() *Result {
	fast := Case{"libx264", "ultrafast", "480p", 854, 480}
	slow := Case{"libx264", "veryslow", "1080p", 1920, 1080}
	return &Result{
		Host: host.Host{CPU: "A & B", Memory: 24576, System: "linux/amd64 6"}, Cores: 2, Load: [2]float64{.1, 2},
		Date: noon, Command: "go run ./benchmarks capacity", Settings: Settings{Rate: 30, Bound: 100 * time.Millisecond, Content: "film"},
		Rows: []Row{
			{
				Case: fast, Streams: 33, Failed: 34, Cores: 1.9, Memory: 450.4, Late: Pair{1, 17}, Latency: Pair{20, 41},
				Rate: 1480, PSNR: 42.14, Trials: []Tried{
					{Streams: 33, Counted: 5, Fits: true, Why: "fits, late by 17 ms"},
					{Streams: 34, Counted: 2, Why: "4 of 2040 frames dropped", Limit: "cores are short"},
				},
			},
			{Case: slow, Failed: 1, Speed: .34, NoPSNR: "no decoder"},
			{Case: Case{Codec: "nonsense", Size: "480p"}, Error: "there is no such encoder"},
		},
		Left: []Left{{Case{Codec: "libsvtav1", Preset: "12", Size: "480p"}, "the time was up"}},
	}
}

func TestWrite(t *testing.T) {
	var b strings.Builder
	require.NoError(t, example().write(&b))
	for _, want := range []string{
		"A & B, 2 cores, 24 GiB, linux/amd64 6, 2026-01-01. All figures are for this machine.",
		"Streams of 30 frames per second that fit: no frame is dropped, and 99 of 100 are at most 100ms late",
		"| 33 ", "| 34 ", "| 1.90 ", "| 450 ", "| 17 ", "| 42.1 ", "| 0: 0.34 of real time |", "nonsense 480p: there is no such encoder",
		"libx264 veryslow 1080p has no PSNR: no decoder",
		"What limits one more:\n  libx264 ultrafast 480p, 34 streams: cores are short\n", "Left out, because the time was up:\n  libsvtav1 12 480p\n",
	} {
		assert.Contains(t, b.String(), want)
	}
	assert.NotContains(t, b.String(), "busy")
	width := 0
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		if width == 0 {
			width = len(line)
		}
		assert.Len(t, line, width, "the columns are aligned")
		assert.Equal(t, 13, strings.Count(line, "|"))
	}
	busy := example()
	busy.Load[0] = 3
	require.NoError(t, busy.write(&b))
	assert.Contains(t, b.String(), "The machine was busy with other work when this began (load 3.0): it carries more.")
}

func TestDraw(t *testing.T) {
	drawn := example().draw()
	for d := xml.NewDecoder(strings.NewReader(drawn)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
	for _, want := range []string{"33, 1.9 cores, 450 MiB", "0: 0.34 of real time", ">480p<", ">1080p<", "A &amp; B"} {
		assert.Contains(t, drawn, want)
	}
	assert.NotContains(t, drawn, "NaN")
	assert.NotContains(t, drawn, "nonsense")
}

// TestJSON checks the names that programs read.
func TestJSON(t *testing.T) {
	name := filepath.Join(t.TempDir(), "c.json")
	require.NoError(t, example().save(name))
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	var r struct {
		Host     map[string]any `json:"host"`
		Cores    int            `json:"cores"`
		Date     time.Time      `json:"date"`
		Settings map[string]any `json:"settings"`
		Rows     []map[string]any
		Left     []map[string]any `json:"left_out"`
	}
	require.NoError(t, json.Unmarshal(text, &r))
	assert.Equal(t, "A & B", r.Host["cpu"])
	assert.Equal(t, 2, r.Cores)
	assert.Equal(t, noon, r.Date)
	assert.InDelta(t, 30, r.Settings["rate"], 0)
	assert.Equal(t, map[string]any{
		"codec": "libx264", "preset": "ultrafast", "size": "480p", "width": 854., "height": 480., "encoder": "",
		"streams": 33., "failed": 34., "speed": 0., "cores": 1.9, "memory_mib": 450.4, "kbit_per_second": 1480., "psnr_db": 42.14,
		"lateness_ms": map[string]any{"p50": 1., "p99": 17.}, "latency_ms": map[string]any{"p50": 20., "p99": 41.},
		"trials": []any{
			map[string]any{"streams": 33., "seconds": 5., "fits": true, "why": "fits, late by 17 ms"},
			map[string]any{"streams": 34., "seconds": 2., "fits": false, "why": "4 of 2040 frames dropped", "limit": "cores are short"},
		},
	}, r.Rows[0])
	assert.Equal(t, "there is no such encoder", r.Rows[2]["error"])
	assert.Equal(t, "the time was up", r.Left[0]["reason"])
}
