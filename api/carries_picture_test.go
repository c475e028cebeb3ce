package api_test

import (
	"strings"
	"testing"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// carriesPicture are the columns about how pictures are to be seen.
var carriesPicture = []carriesColumn{
	{name: "rotation", ask: askPicture(func(c *api.VideoConfig) { c.Rotation = 90 }), seen: saysPicture("rotation=-90")},
	{name: "HDR", ask: askPicture(func(c *api.VideoConfig) {
		c.HDR, c.ColorTransfer = display(), "smpte2084"
	}), seen: saysPicture("max_content=987")},
	{name: "360°", ask: askPicture(func(c *api.VideoConfig) {
		c.Projection = "equirectangular"
	}), seen: saysPicture("projection=equirectangular")},
	{name: "stereo", ask: askPicture(func(c *api.VideoConfig) {
		c.Stereo = "side-by-side"
	}), seen: saysPicture("type=side by side", "TAG:stereo_mode=left_right")},
}

// askPicture asks it of the pictures, where there are some.
func askPicture(change func(c *api.VideoConfig)) func(*carriesConfig) bool {
	return func(c *carriesConfig) bool {
		if c.video != nil {
			change(c.video)
		}
		return c.video != nil
	}
}

// saysPicture says whether an ffprobe has one of these lines about the stream or its pictures. The
// system's does not read HDR metadata of H.264; that of the same FFmpeg does.
func saysPicture(lines ...string) func(t *testing.T, f carriedFile) bool {
	return func(t *testing.T, f carriedFile) bool {
		t.Helper()
		for _, program := range []string{"ffprobe", sameFFprobe(t)} {
			said := string(mediatest.Run(t, program, "-v", "error", "-select_streams", "v", "-show_streams", "-show_frames", f.path))
			for _, line := range lines {
				if strings.Contains(said, line+"\n") {
					return true
				}
			}
		}
		return false
	}
}
