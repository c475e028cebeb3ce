package api_test

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// The bytes of the parts do not depend on how the program feeds the streams, or when.
func TestBytesOfParts(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []partsCase{
		{extension: "mp4", video: partsVideo("libx264", map[string]any{"preset": "ultrafast"}), audio: "aac"},
		{extension: "mkv", video: partsVideo("libx264", map[string]any{"preset": "ultrafast"}), audio: "libopus"},
		{extension: "ts", video: partsVideo("libx264", map[string]any{"preset": "ultrafast"}), audio: "aac"},
	} {
		t.Run(c.extension, func(t *testing.T) {
			contents := func(feed func(r partsRecord)) (all []string) {
				dir := t.TempDir()
				recordInParts(t, c, dir, "", feed)
				for _, path := range partsIn(t, dir, c.extension) {
					content, err := os.ReadFile(path)
					require.NoError(t, err)
					all = append(all, string(content))
				}
				return all
			}
			want := contents(func(r partsRecord) { r.together(102) })
			for name, feed := range map[string]func(r partsRecord){
				"in three steps": func(r partsRecord) { r.together(3) },
				"sound first": func(r partsRecord) {
					r.addSamples(0, r.samples)
					r.addPictures(0, r.pictures)
				},
				"odd chunks": func(r partsRecord) { r.together(7) },
			} {
				requireSameParts(t, name, want, contents(feed))
			}
			synctest.Test(t, func(*testing.T) {
				live := contents(func(r partsRecord) {
					for k := range 34 {
						r.addPictures(3*k, 3*k+3)
						r.addSamples(4800*k, 4800*k+4800)
						time.Sleep(100 * time.Millisecond)
					}
				})
				requireSameParts(t, "by the clock", want, live)
			})
		})
	}
}

func requireSameParts(t *testing.T, name string, want, got []string) {
	t.Helper()
	require.Len(t, got, len(want))
	for k := range want {
		require.True(t, want[k] == got[k], "part %d, fed %s", k, name)
	}
}
