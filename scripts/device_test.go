package scripts_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// runPacked runs device.sh on what a pack contains if its programs of tests print these lines, by
// package, and end with this status. It returns the report.
func runPacked(t *testing.T, status int, lines map[string]string) (report string, err error) {
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
	out, err := exec.Command("tar", "-C", m.path("content"), "-cf", m.path("pack/device.tar.xz"), ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	cmd := exec.Command("bash", "device.sh", "run", m.path("pack"), m.path("results"))
	cmd.Env = append(cmd.Environ(), "BENCHMARKS=0")
	out, err = cmd.CombinedOutput()
	report = m.read("results/report.txt")
	assert.Contains(t, string(out), report)
	assert.Contains(t, m.read("results/tests.txt"), lines["api"])
	return report, err
}

func TestDeviceTellsRealFromStandIn(t *testing.T) {
	t.Parallel()
	report, err := runPacked(t, 0, map[string]string{
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
	report, err := runPacked(t, 1, map[string]string{
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

// between returns what a text contains between two others.
func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, text, found := strings.Cut(text, before)
	require.True(t, found, before)
	text, _, found = strings.Cut(text, after)
	require.True(t, found, after)
	return text
}
