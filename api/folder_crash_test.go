package api_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// folderCrashDir names the folder in which TestFolderCrash, when it is the child, writes until it
// is killed.
const folderCrashDir = "AVLOOM_TEST_FOLDER_CRASH"

// crashFolders are the folders that the child writes at the same time.
var crashFolders = map[string]string{"hls": "index.m3u8", "ts": "index.m3u8", "window": "index.m3u8", "dash": "manifest.mpd"}

// TestFolderCrash kills a process at random moments while it writes folders. Everything that a
// playlist or manifest names is there and can be decoded, and every picture is whole. The next run
// in the folder removes what the killed one had not completed.
func TestFolderCrash(t *testing.T) {
	if dir := os.Getenv(folderCrashDir); dir != "" {
		writeFoldersUntilKilled(t, dir)
		return
	}
	mediatest.NoLeaks(t)
	moments := 20
	if mediatest.Long(t) {
		moments = 200
	}
	var indices atomic.Int64
	atRandomMoments(t, moments, 4, 400*time.Millisecond, func(i int, dir string, after time.Duration) error {
		if err := crashInFolders(dir, after); err != nil {
			return err
		}
		for folder, index := range crashFolders {
			if _, err := os.Stat(filepath.Join(dir, folder, index)); err == nil {
				indices.Add(1)
			}
			if i%len(crashFolders) == len(folder)%len(crashFolders) || mediatest.Long(t) {
				assertPlays(t, filepath.Join(dir, folder, index))
			}
		}
		assertWholePictures(t, filepath.Join(dir, "png"))
		assertNextRunTidies(t, filepath.Join(dir, "hls"))
		return nil
	})
	require.NotZero(t, indices.Load(), "every process was killed before it had written anything")
}

// crashInFolders runs a child and kills it this long after it has begun to write.
func crashInFolders(dir string, after time.Duration) error {
	cmd := exec.Command(os.Args[0], "-test.run", "^TestFolderCrash$")
	cmd.Env = append(os.Environ(), folderCrashDir+"="+dir)
	cmd.Stderr = io.Discard
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		return fmt.Errorf("the child did not begin: %w", err)
	}
	time.Sleep(after) // the moment is what the test varies
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
	return nil
}

// writeFoldersUntilKilled writes as fast as it can: the shorter the segments last, the more often
// files are replaced.
func writeFoldersUntilKilled(t *testing.T, dir string) {
	ctx := context.Background()
	outputs := []api.Output{}
	for folder, index := range crashFolders {
		path := filepath.Join(dir, folder)
		require.NoError(t, os.Mkdir(path, 0o777))
		opts := []api.OutputOption{api.SegmentEvery(200 * time.Millisecond)}
		switch folder {
		case "ts":
			opts = append(opts, api.FormatOptions(mpegts))
		case "window":
			opts = append(opts, api.SegmentKeep(3))
		}
		outputs = append(outputs, api.Folder(path, index, opts...))
	}
	enc := api.NewEncoder()
	cfg := numberedVideo()
	cfg.KeyInterval = 6
	v, a := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
	require.NoError(t, enc.Open(ctx, outputs...))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "png"), 0o777))
	pictures := api.NewEncoder()
	p := addVideo(t, pictures, api.VideoConfig{Width: numberedWidth, Height: numberedHeight, FrameRate: 30})
	require.NoError(t, pictures.Open(ctx, api.Folder(filepath.Join(dir, "png"), "%d.png", api.SegmentKeep(50))))
	fmt.Println("begun")
	for i := 0; ; i++ {
		addNumbered(t, v, i, 1)
		addTone(t, a, i*1600, 1600)
		addNumbered(t, p, i, 1)
	}
}

// assertPlays checks that every file is there that the index names, if there is an index, and that
// it can be decoded without an error.
func assertPlays(t *testing.T, index string) {
	if _, err := os.Stat(index); err != nil {
		return
	}
	for _, name := range named(t, index) {
		assert.FileExists(t, filepath.Join(filepath.Dir(index), name), "%s names it", index)
	}
	if filepath.Ext(index) == ".mpd" {
		for i := range readManifest(t, index).Sets {
			assertDecodes(t, joinRepresentation(t, index, i))
		}
		return
	}
	// The playlist goes on for ffmpeg, which would wait for more, so it is ended here.
	ended := strings.TrimSuffix(index, ".m3u8") + "-ended.m3u8"
	text := append(bytes.TrimSpace(read(t, index)), "\n#EXT-X-ENDLIST\n"...)
	assert.NoError(t, os.WriteFile(ended, text, 0o600))
	assertDecodes(t, ended)
}

// joinRepresentation joins the files of a stream of DASH to a fragmented mp4.
func joinRepresentation(t *testing.T, index string, stream int) (joined string) {
	m := readManifest(t, index)
	m.Sets = m.Sets[stream : stream+1]
	var content []byte
	for _, name := range m.names() {
		content = append(content, read(t, filepath.Join(filepath.Dir(index), name))...)
	}
	joined = fmt.Sprintf("%s-%d.mp4", index, stream)
	assert.NoError(t, os.WriteFile(joined, content, 0o600))
	return joined
}

// assertDecodes decodes a file with the system's ffmpeg, which must not complain.
func assertDecodes(t *testing.T, path string) {
	var complaints bytes.Buffer
	cmd := exec.Command("ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-")
	cmd.Stderr = &complaints
	assert.NoError(t, cmd.Run(), "%s: %s", path, &complaints)
	assert.Empty(t, complaints.String(), path)
}

// assertNextRunTidies checks that a run in the folder of a killed one leaves no temporary file.
func assertNextRunTidies(t *testing.T, dir string) {
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	if assert.NoError(t, enc.Open(context.Background(), api.Folder(dir, crashFolders["hls"]))) {
		addNumbered(t, v, 0, 1)
		assert.NoError(t, enc.Close())
	}
	requireNoTemporaryFiles(t, dir)
}

// assertWholePictures decodes all pictures.
func assertWholePictures(t *testing.T, dir string) {
	for _, name := range filesIn(t, dir) {
		if !strings.HasPrefix(name, ".") {
			_, err := png.Decode(bytes.NewReader(read(t, filepath.Join(dir, name))))
			assert.NoError(t, err, name)
		}
	}
}
