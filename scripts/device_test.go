package scripts_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// packed returns a machine that has what a pack contains. Its programs of tests print these lines,
// by package, and end with this status.
func packed(t *testing.T, status int, lines map[string]string) *machine {
	t.Helper()
	m := newMachine(t)
	for _, folder := range []string{"gpu", "nodes", "api", "examples/cuda"} {
		name := folder[strings.LastIndex(folder, "/")+1:]
		m.write("content/repository/"+folder+"/go.mod", "")
		m.write("content/bin/"+name+".test", fmt.Sprintf("#!/bin/sh\n[ \"$1\" = -test.list ] && exit\n"+
			"cat <<'LINES'\n%s\nLINES\nexit %d\n", lines[folder], status))
	}
	m.write("content/versions", "avloom: commit 1234567\n")
	m.write("pack/empty", "")
	return m
}

// runPacked runs device.sh with these variables. It returns the report.
func (m *machine) runPacked(variables ...string) (report string, err error) {
	m.t.Helper()
	out, err := exec.Command("tar", "-C", m.path("content"), "-cf", m.path("pack/device.tar.xz"), ".").CombinedOutput()
	require.NoError(m.t, err, "%s", out)
	cmd := exec.Command("bash", "device.sh", "run", m.path("pack"), m.path("results"))
	cmd.Env = append(cmd.Environ(), variables...)
	out, err = cmd.CombinedOutput()
	report = m.read("results/report.txt")
	assert.Contains(m.t, string(out), report)
	return report, err
}

// testPacked runs the tests of a pack, and measures nothing. It returns the report.
func testPacked(t *testing.T, status int, lines map[string]string) (report string, err error) {
	t.Helper()
	m := packed(t, status, lines)
	report, err = m.runPacked("BENCHMARKS=0")
	assert.Contains(t, m.read("results/tests.txt"), lines["api"])
	var rows []map[string]string
	require.NoError(t, json.Unmarshal([]byte(m.read("results/tests.json")), &rows))
	for _, row := range rows {
		assert.Contains(t, report, row["reason"])
	}
	return report, err
}

func TestDeviceTellsRealFromStandIn(t *testing.T) {
	t.Parallel()
	report, err := testPacked(t, 0, map[string]string{
		"gpu": `=== RUN   TestGPU
    real.go:29: it takes a GPU: there is none
--- SKIP: TestGPU (0.00s)`,
		"api": `=== RUN   TestGPU
    real.go:29: device: the real GPU, with the stand-in for NVENC, since it has none
=== RUN   TestGPU/pixels
=== RUN   TestGPU/times
--- PASS: TestGPU (0.02s)
    --- PASS: TestGPU/pixels (0.01s)
    --- PASS: TestGPU/times (0.01s)
        --- PASS: TestGPU/times/mp4 (0.01s)
=== RUN   TestCUDA
    cases.go:44: device: the stand-in
--- PASS: TestCUDA (0.02s)
    --- PASS: TestCUDA/pixels (0.01s)
--- PASS: TestCUDAConfig (0.00s)
PASS`,
	})
	require.NoError(t, err)
	require.Equal(t, `     0      0       1  gpu            none
     2      0       0  api            the real GPU, with the stand-in for NVENC
     1      0       0  api            the stand-in
     1      0       0  api            none

the real GPU, with the stand-in for NVENC, since it has none
`, between(t, report, "device\n", "\n=="))
	for _, row := range []string{
		"SKIP gpu TestGPU none: it takes a GPU: there is none",
		"PASS api TestGPU/times the real GPU, with the stand-in for NVENC",
		"PASS api TestCUDA/pixels the stand-in",
	} {
		assert.Contains(t, strings.Join(strings.Fields(report), " "), row)
	}
	assert.Contains(t, report, "avloom: commit 1234567\n")
}

func TestDeviceFailsWithItsTests(t *testing.T) {
	t.Parallel()
	report, err := testPacked(t, 1, map[string]string{
		"gpu": `=== RUN   TestGPU
    real.go:29: device: the real GPU
--- FAIL: TestGPU (0.02s)
    --- FAIL: TestGPU/upload (0.01s)
        	            	    --- FAIL: TestGPU/upload (0.00s)
    --- PASS: TestGPU/rgb (0.01s)
FAIL`,
		"api": "panic: the driver is gone",
	})
	require.Error(t, err)
	words := strings.Join(strings.Fields(report), " ")
	assert.Contains(t, words, "1 1 0 gpu the real GPU ")
	assert.Contains(t, words, "FAIL gpu TestGPU/upload the real GPU PASS gpu TestGPU/rgb the real GPU ")
	assert.Contains(t, words, "FAIL api the whole program none: exit status 1")
}

// benchmarks is a stand-in for the benchmarks: it writes its arguments as results, and ends with an
// error where there is no GPU.
const benchmarks = `#!/bin/sh
args="$*"
while [ $# -gt 0 ]; do
	case $1 in
	-results) folder=$2 ;;
	-run) run=$2 ;;
	esac
	shift
done
case $run in
^nvenc/) echo no GPU; exit 1 ;;
esac
echo measured $run
mkdir -p $folder
printf '{"args": "%s"}' "$args" | tr '\\\\' / >$folder/16-core.json
`

// TestDeviceMeasures: each benchmark leaves its results as JSON.
func TestDeviceMeasures(t *testing.T) {
	t.Parallel()
	m := packed(t, 0, map[string]string{"gpu": `BenchmarkUpload/1080p-16   	     100	    250.5 ns/op	  4096 MB/s`})
	m.write("content/bin/benchmarks", benchmarks)
	report, err := m.runPacked()
	require.NoError(t, err)
	for _, text := range []string{
		"== gpu ==", "BenchmarkUpload", "measured ^scaling/", "== nvenc ==\n\nno GPU\nended with status 1", "\ntook ",
	} {
		assert.Contains(t, report, text)
	}
	for _, name := range []string{"scaling", "film-scaling", "clips", "stream"} {
		var results struct{ Args string }
		require.NoError(t, json.Unmarshal([]byte(m.read("results/"+name+".json")), &results))
		assert.Contains(t, results.Args, "-run ^"+name+"/")
		assert.Regexp(t, `^-within \d+s `, results.Args)
	}
	var gpu []struct {
		Benchmark, Unit string
		Runs            int
		Value           float64
	}
	require.NoError(t, json.Unmarshal([]byte(m.read("results/gpu.json")), &gpu))
	require.Len(t, gpu, 2)
	assert.Equal(t, "BenchmarkUpload/1080p-16", gpu[0].Benchmark)
	assert.InDelta(t, 250.5, gpu[0].Value, 0)
	assert.Equal(t, "MB/s", gpu[1].Unit)
	assert.NoFileExists(t, m.path("results/nvenc.json"))
}

// TestDeviceEndsInTime: a benchmark that does not end is ended when the time is up, and what would
// come after it is left out.
func TestDeviceEndsInTime(t *testing.T) {
	t.Parallel()
	m := packed(t, 0, nil)
	m.write("content/bin/benchmarks", "#!/bin/sh\nexec sleep 1000\n")
	report, err := m.runPacked("LIMIT=2")
	require.NoError(t, err)
	assert.Contains(t, report, "== stream ==\n\nleft out: the time is up")
}

// between returns what a text contains between two others.
func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, text, found := strings.Cut(text, before)
	require.True(t, found, before)
	text, _, found = strings.Cut(text, after)
	require.True(t, found, after)
	return text
}
