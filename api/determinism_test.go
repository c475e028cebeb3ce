package api_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// childOf names the variable that makes TestHash print the hash of a file instead of being a test.
const childOf = "AVLOOM_TEST_CODEC"

// TestEqualInputGivesEqualFiles encodes the same pictures in processes whose fresh memory holds
// different bytes (glibc's MALLOC_PERTURB_): an encoder that reads memory that nobody wrote is
// found out, unless avloom keeps it from that.
func TestEqualInputGivesEqualFiles(t *testing.T) {
	perturbs := []string{"85", "255", "0"}
	if !mediatest.Long(t) {
		perturbs = perturbs[:2]
	}
	for _, codec := range []string{"libx264", "libx265", "libvpx-vp9", "libsvtav1", "mpeg4"} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			hashes := map[string]string{}
			for _, perturb := range perturbs {
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

// TestEqualInputGivesEqualFilesOfAColumn of blocks or two, where x265 searches in memory that
// nobody wrote: memory used before shows it.
func TestEqualInputGivesEqualFilesOfAColumn(t *testing.T) {
	mediatest.NoLeaks(t)
	again := 8
	if mediatest.Long(t) {
		again = 30
	}
	for _, width := range []int{20, 32, 48, 64, 80} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			pictures := enlarged(0, 40, width, 64)
			encode := func() []byte {
				var memory api.MemoryFile
				enc := api.NewEncoder()
				v := addVideo(t, enc, api.VideoConfig{Width: width, Height: 64, FrameRate: 30, Codec: "libx265", Threads: 1})
				require.NoError(t, enc.OpenWriter(context.Background(), &memory, "hevc"))
				for done := 0; done < len(pictures); done += len(pictures) / 4 {
					require.NoError(
						t,
						v.AddFrames(context.Background(), api.Frames{Data: pictures[done : done+len(pictures)/4], Layout: api.NHWC}),
					)
				}
				require.NoError(t, enc.Close())
				return memory.Bytes()
			}
			first := encode()
			for range again {
				require.Equal(t, sha256.Sum256(first), sha256.Sum256(encode()))
			}
		})
	}
}

// TestBriefHEVC: so few pictures that x265 never learns how long one takes have decoding times all
// the same.
func TestBriefHEVC(t *testing.T) {
	mediatest.NoLeaks(t)
	again := 3
	if mediatest.Long(t) {
		again = 8
	}
	for n := 1; n <= 4; n++ {
		for _, width := range []int{numberedWidth, 2 * numberedWidth} {
			for range again {
				path := temporary(t, "brief.mp4")
				enc := api.NewEncoder()
				v := addVideo(
					t,
					enc,
					api.VideoConfig{
						Width:     width,
						Height:    numberedHeight,
						FrameRate: 30,
						Codec:     "libx265",
						Preset:    "ultrafast",
						Threads:   1,
					},
				)
				require.NoError(t, enc.OpenFile(context.Background(), path))
				require.NoError(
					t,
					v.AddFrames(context.Background(), api.Frames{Data: enlarged(0, n, width, numberedHeight), Layout: api.NHWC}),
				)
				require.NoError(t, enc.Close())
				packets := mediatest.Packets(t, path)
				require.Len(t, packets, n)
				for i, p := range packets {
					require.InDelta(t, i-1, 30*p.DTS, 1.01, "%d pictures: decoding is two of them ahead at most", n)
					require.LessOrEqual(t, p.DTS, p.PTS)
				}
			}
		}
	}
}
