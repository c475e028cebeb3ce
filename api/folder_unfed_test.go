package api_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestFolderWithoutFrames closes folders some streams of which were never fed.
func TestFolderWithoutFrames(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, index := range []string{"index.m3u8", "manifest.mpd", "frame-%d.png"} {
		for _, fed := range []string{"nothing", "pictures", "sound"} {
			if index == "frame-%d.png" && fed != "nothing" {
				continue
			}
			t.Run(index+" "+fed, func(t *testing.T) {
				dir := t.TempDir()
				enc := api.NewEncoder()
				cfg := numberedVideo()
				if index == "frame-%d.png" {
					cfg.Codec, cfg.Preset = "", ""
				}
				v := addVideo(t, enc, cfg)
				var a *api.AudioStream
				if index != "frame-%d.png" {
					a = addAudio(t, enc, stereo())
				}
				require.NoError(t, enc.Open(context.Background(), api.Folder(dir, index)))
				switch fed {
				case "pictures":
					addNumbered(t, v, 0, 40)
				case "sound":
					addTone(t, a, 0, 48000)
				}
				err := enc.Close()
				requireNoTemporaryFiles(t, dir)
				if index == "manifest.mpd" {
					require.ErrorContains(t, err, "was never fed")
					return
				}
				require.NoError(t, err)
				switch {
				case index == "frame-%d.png":
					require.Empty(t, filesIn(t, dir))
				case fed == "pictures":
					require.Len(t, mediatest.Pictures(t, filepath.Join(dir, index), 0, "gray"), 40)
				}
			})
		}
	}
}
