package material_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/benchmarks/internal/material"
)

// TestProgramsInCCompile checks the sources, which the go command does not compile. Building the
// kernels takes much longer.
func TestProgramsInCCompile(t *testing.T) {
	t.Parallel()
	libraries := []string{"--cflags", "libavformat", "libavcodec", "libavutil", "libswscale"}
	flags, err := exec.Command("pkg-config", libraries...).Output()
	require.NoError(t, err)
	for _, source := range []string{"ceiling.c", "kernels.c"} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			args := []string{"-fsyntax-only", "-DPEERS", "-Wno-psabi", "-I", "../../../internal/rgbyuv"}
			args = append(append(args, strings.Fields(string(flags))...), "../../native/"+source)
			out, err := exec.Command("gcc", args...).CombinedOutput()
			assert.NoError(t, err, "%s", out)
		})
	}
}

// TestCeilingThatIsBuilt: where the ceiling cannot be built, a variable names it.
func TestCeilingThatIsBuilt(t *testing.T) {
	t.Setenv("AVLOOM_CEILING", "/bin/ceiling")
	program, err := material.Ceiling("/nowhere")
	require.NoError(t, err)
	require.Equal(t, "/bin/ceiling", program)
}
