package api_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// A character device accepts every seek and keeps no position, so a container is written to it
// from front to back, as to a pipe.
func TestCharacterDevices(t *testing.T) {
	mediatest.NoLeaks(t)
	const device = "/dev/null"
	for _, format := range []string{"mp4", "mov", "mkv", "avi", "wav", "flv", "mpegts"} {
		t.Run(format, func(t *testing.T) {
			open := func(t *testing.T) *os.File {
				f, err := os.OpenFile(device, os.O_WRONLY, 0)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, f.Close()) })
				return f
			}
			for name, out := range map[string]api.Output{
				"file":    api.File(device, api.Format(format)),
				"writer":  api.Writer(open(t), format),
				"wrapped": api.Writer(struct{ *os.File }{open(t)}, format),
			} {
				t.Run(name, func(t *testing.T) {
					enc := api.NewEncoder()
					a := addAudio(t, enc, stereo())
					require.NoError(t, enc.Open(t.Context(), out))
					addTone(t, a, 0, 48000)
					require.NoError(t, enc.Close())
				})
			}
		})
	}
}
