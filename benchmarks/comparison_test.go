package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/benchmarks/internal/host"
	"github.com/avloom/avloom/benchmarks/internal/measure"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// compareExample returns a report in which each contender needs so many seconds for 100 units.
func compareExample() *report.Report {
	r := &report.Report{
		Host: host.Host{CPU: "A CPU", Cores: 2}, Date: time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC), Load: [2]float64{0.3, 2},
		Versions: map[string]string{
			"avloom": "1234567", "FFmpeg": "9.0.2", "SVT-AV1": "2.3.0", "PyAV": "18.1.0, FFmpeg 8.1.2, SVT-AV1 4.1.0",
			"torchcodec NCHW": "0.17.0, torch 2.15.0, FFmpeg 9.0.2, SVT-AV1 2.3.0", theCeiling: "FFmpeg 9.0.2",
		},
	}
	add := func(group, name, of string, contenders []string, seconds ...float64) []*report.Row {
		samples, units := map[string][]measure.Sample{}, map[string]int{}
		for i, who := range contenders {
			units[who], samples[who] = 100, []measure.Sample{{Wall: seconds[i], CPU: 2 * seconds[i]}, {Wall: seconds[i], CPU: 2 * seconds[i]}}
		}
		return r.Add(group, name, "frames", units, contenders, of, samples)
	}
	stream := []string{
		theCeiling, theReading, report.HonestCeiling, "avloom NCHW", "avloom Raw", "torchcodec NCHW", "torchcodec NHWC", "PyAV",
	}
	for _, row := range add("stream", "1080p ultrafast", theCeiling, stream, .4, .02, .42, .45, .43, .6, .9, 1) {
		row.X264 = "164 r3095"
		if row.Contender == "PyAV" {
			row.X264 = "165"
		}
	}
	for i, row := range add("av1", "1080p SVT-AV1 preset 8", theCeiling, []string{theCeiling, "avloom NCHW", "PyAV"}, 2, 2, 4) {
		row.Bytes, row.PSNR = int64(300000+1000*i), 45.12-float64(i)
	}
	add("clips", "256x256 ultrafast", theCeiling, []string{theCeiling, "avloom NCHW"}, .5, .6)
	add("film", "480p libvpx-vp9", "ceiling, 2 processes",
		[]string{"ceiling, 2 processes", "avloom RenderFilm", "ffmpeg on chunks, concat"}, 1, 1, 1.25)
	r.Left = []report.Left{
		{Group: "stream", Case: "1080p ultrafast", Contender: "OpenCV", Reason: "does not start: no encoder for H.264"},
		{Group: "clips", Case: "256x256 ultrafast", Contender: "OpenCV", Reason: "does not start: no encoder for H.264"},
		{Group: "nvenc", Case: "1080p", Contender: "all", Reason: "no GPU"},
	}
	return r
}

// TestComparison compares what goes into the README with testdata/comparison.golden, which -update
// writes anew.
func TestComparison(t *testing.T) {
	got := comparison(compareExample()) + charts(compareExample(), "README.md", "benchmarks/plots/peers")
	const golden = "testdata/comparison.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// TestComparisonOfABusyMachine: speeds mean nothing there, so it shows processor time.
func TestComparisonOfABusyMachine(t *testing.T) {
	r := compareExample()
	assert.NotContains(t, comparison(r), "other work")
	assert.Contains(t, comparison(r), "| **avloom NCHW** | 222 (0.93) |")
	r.Load[0] = 7.2
	assert.Contains(t, comparison(r), "**The machine had other work (7 threads), so this shows processor time, and no speeds.**")
	assert.Contains(t, comparison(r), "| **avloom NCHW** | 9.00 (1.12) |")
	assert.NotContains(t, comparison(r), "per second")
	assert.Empty(t, charts(r, "README.md", "plots"), "they would show speeds")
}

// TestComparisonGoesBetweenItsMarks: what stands around the marks stays, and writing twice is like
// writing once.
func TestComparisonGoesBetweenItsMarks(t *testing.T) {
	document := filepath.Join(t.TempDir(), "README.md")
	text := "# before\n\n" + comparisonBegin + "\nold\n" + comparisonEnd + "\n\nafter\n"
	require.NoError(t, os.WriteFile(document, []byte(text), 0o600))
	var first string
	for range 2 {
		require.NoError(t, writeComparison(compareExample(), document, filepath.Join(filepath.Dir(document), "plots")))
		got, err := os.ReadFile(document)
		require.NoError(t, err)
		assert.Regexp(t, `(?s)^# before\n\n`+comparisonBegin+`\n\nA CPU, .*\n`+comparisonEnd+`\n\nafter\n$`, string(got))
		assert.NotContains(t, string(got), "old")
		assert.Contains(t, string(got), "](plots/stream-ultrafast.svg)")
		if first != "" {
			assert.Equal(t, first, string(got))
		}
		first = string(got)
	}
	require.NoError(t, os.WriteFile(document, []byte("# no marks\n"), 0o600))
	err := writeComparison(compareExample(), document, "")
	assert.ErrorContains(t, err, document+`: has no lines "`+comparisonBegin+`"`)
}

// TestReadmeHasTheMarks: "make bench-peers" must find them.
func TestReadmeHasTheMarks(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, err = replaceBetween(string(text), "")
	assert.NoError(t, err)
}
