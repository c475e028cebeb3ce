package api_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// childOf names the variable that makes TestHash print the hash of a file instead of being a test.
const childOf = "AVLOOM_TEST_CODEC"

// TestEqualInputGivesEqualFiles encodes the same pictures in processes whose fresh memory holds different bytes (glibc's
// MALLOC_PERTURB_): an encoder that reads memory that nobody wrote is found out, unless avloom keeps it from that.
func TestEqualInputGivesEqualFiles(t *testing.T) {
	for _, codec := range []string{"libx264", "libx265", "libvpx-vp9", "libsvtav1", "mpeg4"} {
		t.Run(codec, func(t *testing.T) {
			hashes := map[string]string{}
			for _, perturb := range []string{"0", "85", "255"} {
				cmd := exec.Command(os.Args[0], "-test.run", "^TestHash$", "-test.v")
				cmd.Env = append(os.Environ(), childOf+"="+codec, "MALLOC_PERTURB_="+perturb)
				out, err := cmd.CombinedOutput()
				require.NoError(t, err, string(out))
				_, hash, found := strings.Cut(string(out), "hash ")
				require.True(t, found, string(out))
				hash, _, _ = strings.Cut(hash, "\n")
				hashes[hash] = perturb
			}
			require.Len(t, hashes, 1)
		})
	}
}

// TestHash is the child of TestEqualInputGivesEqualFiles, and the proof in one process otherwise.
func TestHash(t *testing.T) {
	codec, child := os.LookupEnv(childOf)
	if !child {
		codec = "libx264"
	}
	hash := func() string {
		var memory api.MemoryFile
		o := oracle{cfg: api.VideoConfig{Codec: codec, PixelFormat: "yuv420p", Threads: 1}}
		if codec == "libsvtav1" {
			o.cfg.Preset = "10"
		}
		encodeMoving(t, o, 30, moving(t), api.Writer(&memory, "mkv"))
		return fmt.Sprintf("%x", sha256.Sum256(memory.Bytes()))
	}
	first := hash()
	if child {
		fmt.Println("hash", first)
		return
	}
	require.Equal(t, first, hash())
}
