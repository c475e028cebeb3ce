package report_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/benchmarks/internal/host"
	"github.com/avloom/avloom/benchmarks/internal/measure"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

func example() *report.Report {
	r := &report.Report{Host: host.Host{CPU: "a CPU"}}
	units, names := map[string]int{"avloom": 10, "ceiling": 10}, []string{"avloom", "slow", "ceiling"}
	r.Add("stream", "1080p ultrafast", "frames", units, names, "ceiling", map[string][]measure.Sample{
		"avloom":  {{Wall: 2, CPU: 3, Memory: 7}, {Wall: 4, CPU: 6, Memory: 9}},
		"ceiling": {{Wall: 1, CPU: 2}, {Wall: 2, CPU: 4}},
	})
	return r
}

func TestAdd(t *testing.T) {
	r := example()
	require.Len(t, r.Rows, 2, "a contender without samples has no row")
	row := r.Rows[0]
	assert.InDelta(t, .5, row.Ratio.Median, 1e-9)
	assert.InDelta(t, 1.5, row.CPURatio.Median, 1e-9)
	assert.InDelta(t, 3.75, row.Rate.Median, 1e-9)
	assert.InDelta(t, 450, row.CPU.Median, 1e-9)
	assert.EqualValues(t, 9, row.Memory)
	assert.InDelta(t, .5, r.Rows[1].Lead.Median, 1e-9)
	assert.Len(t, r.Of("stream"), 2)
	assert.Empty(t, r.Of("clips"))
}

func TestTable(t *testing.T) {
	r := example()
	var b strings.Builder
	require.NoError(t, report.Table(&b, "stream", r.Rows, []report.Left{{Contender: "PyAV", Reason: "is not installed"}}))
	assert.Contains(t, b.String(), "0.50 (0.50-0.50)")
	assert.Regexp(t, `CPU / ceiling\s+avloom is\s`, b.String())
	assert.Regexp(t, `\n  ceiling .* 0.50x as fast \(0.50-0.50\)`, b.String(), "avloom takes twice as long")
	assert.Contains(t, b.String(), "left out: PyAV: is not installed")
}

// TestHonestCeiling: where it is known, each row and the table have a second ratio. The honest
// ceiling takes 4 s and 3 s here, and avloom 4 s.
func TestHonestCeiling(t *testing.T) {
	r := &report.Report{}
	reading := []measure.Sample{{Wall: 2}, {Wall: 1}}
	ceiling := []measure.Sample{{Wall: 2}, {Wall: 2}}
	names := []string{"avloom", "ceiling", report.HonestCeiling}
	r.Add("stream", "1080p", "frames", map[string]int{"avloom": 8, "ceiling": 8, report.HonestCeiling: 8}, names, "ceiling",
		map[string][]measure.Sample{
			"avloom": {{Wall: 4}, {Wall: 4}}, "ceiling": ceiling, report.HonestCeiling: measure.Sum(ceiling, reading),
		})
	assert.InDelta(t, .875, r.Rows[0].Honest.Median, 1e-9)
	assert.InDelta(t, .5, r.Rows[0].Ratio.Median, 1e-9)
	assert.InDelta(t, 1.75, r.Rows[1].Honest.Median, 1e-9)
	var b strings.Builder
	require.NoError(t, report.Table(&b, "stream", r.Rows, nil))
	assert.Regexp(t, `speed / ceiling +speed / honest ceiling +CPU ms`, b.String())
	assert.Regexp(t, `\n  avloom +2.00 +0.50 \(0.50-0.50\) +0.88 \(0.81-0.94\) `, b.String())
	assert.Regexp(t, `\n  honest ceiling +2.33 .* 1.00 \(1.00-1.00\) `, b.String())
}

func TestBenchIsGosFormat(t *testing.T) {
	var b strings.Builder
	require.NoError(t, example().Bench(&b))
	const line = "BenchmarkStream/1080p_ultrafast/avloom 10 200000000 ns/op 300000000 cpu-ns/op 5 frames/s\n"
	assert.Contains(t, b.String(), line)
}

func TestSaveAndLoad(t *testing.T) {
	name := filepath.Join(t.TempDir(), "r.json")
	r := example()
	require.NoError(t, r.Save(name))
	got, err := report.Load(name)
	require.NoError(t, err)
	assert.Equal(t, r, got)
}
