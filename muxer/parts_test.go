package muxer

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParts(t *testing.T) {
	for _, format := range []string{"mp4", "matroska"} {
		for name, feed := range map[string]func(r *reel){
			"together": func(r *reel) {
				for k := range int64(90) {
					r.give(pictures, k, k+1)
					r.give(sound, k, k+1)
				}
			},
			"sound behind": func(r *reel) {
				r.give(pictures, 0, 40)
				for k := range int64(50) {
					r.give(pictures, 40+k, 41+k)
					r.give(sound, k, k+1)
				}
				r.give(sound, 50, 90)
			},
			"pictures last": func(r *reel) {
				r.give(sound, 0, 90)
				r.give(pictures, 0, 90)
			},
			"with Sync in between": func(r *reel) {
				r.give(pictures, 0, 30)
				r.give(sound, 0, 20)
				require.NoError(r, r.Sync(r.Context()))
				require.Equal(r, "25-29", r.numbers(1, pictures, 25), "though part 0 waits for sound")
				r.give(pictures, 30, 90)
				r.give(sound, 20, 90)
			},
		} {
			t.Run(format+" "+name, func(t *testing.T) {
				r := newReel(t, format)
				feed(r)
				r.end(pictures)
				r.end(sound)
				r.flush()
				require.Equal(t, "part-0 part-1 part-2 part-3", r.names())
				r.requireParts(90, 90)
			})
		}
	}
}

// The bytes of the parts depend neither on which stream is ahead, nor on when parts are finished.
func TestBytesOfPartsDoNotDependOnTheOrder(t *testing.T) {
	content := func(feed func(r *reel)) (parts []string) {
		r := newReel(t, "mp4")
		feed(r)
		r.end(sound)
		r.end(pictures)
		r.flush()
		for part := range 12 {
			b, err := os.ReadFile(filepath.Join(r.dir, fmt.Sprintf("part-%d", part)))
			require.NoError(t, err)
			parts = append(parts, string(b))
		}
		return parts
	}
	want := content(func(r *reel) {
		for k := range int64(300) {
			r.give(pictures, k, k+1)
			r.give(sound, k, k+1)
		}
	})
	for name, feed := range map[string]func(r *reel){
		"sound first":    func(r *reel) { r.give(sound, 0, 300); r.give(pictures, 0, 300) },
		"pictures first": func(r *reel) { r.give(pictures, 0, 300); r.give(sound, 0, 300) },
	} {
		got := content(feed)
		for part := range want {
			require.True(t, want[part] == got[part], "part %d, %s", part, name)
		}
	}
}

// No more than Keep files exist at any moment, and files of others stay.
func TestKeptParts(t *testing.T) {
	for keep := 1; keep <= 3; keep++ {
		for _, format := range []string{"mp4", "avi"} {
			t.Run(fmt.Sprint(format, keep), func(t *testing.T) {
				r := newReel(t, format, func(cfg *PartsConfig) { cfg.Keep = keep })
				require.NoError(t, os.WriteFile(filepath.Join(r.dir, "part-77"), nil, 0o600))
				least := int64(0)
				for k := range int64(300) {
					r.give(sound, k, k+1)
					if k >= 50 {
						r.give(pictures, k-50, k-49) // two parts behind
					}
					require.LessOrEqual(t, len(strings.Fields(r.names())), keep+1)
					require.GreaterOrEqual(t, r.Written(), least)
					least = r.Written()
				}
				if r.ring.written[0] < r.open[0].number {
					oldest := filepath.Join(r.dir, fmt.Sprintf("part-%d", r.ring.written[0]))
					require.NoError(t, os.Remove(oldest), "by somebody else")
				}
				r.give(pictures, 250, 300)
				r.end(sound)
				r.end(pictures)
				r.flush()
				names := strings.Fields(r.names())
				require.Contains(t, names, "part-77")
				require.Contains(t, names, "part-11")
				require.Len(t, names, keep+1)
				require.Equal(t, "275-299", r.numbers(11, pictures, 275))
				require.Len(t, found(t, filepath.Join(r.dir, "part-11"), sound), 25)
			})
		}
	}
}

// A file that can be read only when it is complete gets its name then.
func TestNamesOfParts(t *testing.T) {
	r := newReel(t, "avi")
	require.NotContains(t, r.names(), "part-0")
	r.give(pictures, 0, 26)
	require.NotContains(t, r.names(), "part-0")
	r.give(sound, 0, 26)
	require.Contains(t, r.names(), "part-0")
	require.NotContains(t, r.names(), "part-1")
	r.flush()
	require.Equal(t, "part-0 part-1", r.names())
}
