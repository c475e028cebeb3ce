package api_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// crashPartsDir names the folder in which TestCrashOfParts, when it is the child, writes until it
// is killed.
const crashPartsDir = "AVLOOM_TEST_CRASH_PARTS"

// crashPart is how long the parts of a recording last that is killed: so short that most processes
// are killed near a cut.
const crashPart = 400 * time.Millisecond

// crashParts are the recordings that a child writes at the same time.
func crashParts() []crashFile {
	return []crashFile{{"mp4", "fed"}, {"mkv", "fed"}, {"ts", "fed"}}
}

// TestCrashOfParts kills a process at random moments while it records in parts. All parts before
// the last ones are complete, and all of them together have what the muxers had received, but for
// half a second.
func TestCrashOfParts(t *testing.T) {
	if dir := os.Getenv(crashPartsDir); dir != "" {
		writePartsUntilKilled(t, dir)
		return
	}
	mediatest.NoLeaks(t)
	moments := 20
	if mediatest.Long(t) {
		moments = 50
	}
	atRandomMoments(t, moments, 10, crashLongest, func(i int, dir string, after time.Duration) error {
		reports, err := crash("^TestCrashOfParts$", crashPartsDir, len(crashParts()), dir, after)
		if assert.NoError(t, err) && assert.NotEmpty(t, reports) {
			for k, f := range crashParts() {
				assertPartsSaved(t, dir, f, k, reports, i%4 == 0)
			}
		}
		return nil
	})
}

// assertPartsSaved compares what can be read from the parts with what their muxers had received.
// The first parts are complete; they are read only if all are to be read.
func assertPartsSaved(t *testing.T, dir string, f crashFile, index int, reports []progress, all bool) {
	t.Helper()
	parts, err := filepath.Glob(filepath.Join(dir, f.name(), "*"))
	assert.NoError(t, err)
	slices.Sort(parts)
	numbers := []int{}
	complete := int(crashPart * crashRate / time.Second)
	for k, path := range parts {
		if !all && k < len(parts)-3 {
			numbers = counting(len(numbers) + complete)
			continue
		}
		in, err := numbersReadable(path)
		if k < len(parts)-2 { // two may be open
			assert.NoError(t, err, "%s of %d", path, len(parts))
			assert.Len(t, in, complete, "%s of %d", path, len(parts))
		}
		numbers = append(numbers, in...)
	}
	assert.Equal(t, counting(len(numbers)), numbers, "%s: all pictures are there once", f.name())
	p, ok := written(reports, index)
	if !ok {
		return
	}
	until, ok := f.due(index, p, reports)
	if saved := until - crashLoss - f.soundPacket(); ok && saved > 0 {
		assert.GreaterOrEqual(t, len(numbers), int(saved*crashRate/time.Second), "pictures of %s in %d parts, %v received",
			f.name(), len(parts), p.received[index])
	}
}

// numbersReadable reads the numbers of the pictures that the system's ffmpeg can read in a file.
func numbersReadable(path string) ([]int, error) {
	raw, err := exec.Command("ffmpeg", "-v", "quiet", "-i", path, "-map", "0:v", "-fps_mode", "passthrough",
		"-pix_fmt", "gray", "-f", "rawvideo", "-").Output()
	var numbers []int
	for size := numberedWidth * numberedHeight; len(raw) >= size; raw = raw[size:] {
		numbers = append(numbers, numberOf(raw[:size]))
	}
	return numbers, err
}

// writePartsUntilKilled is the child: it writes all recordings.
func writePartsUntilKilled(t *testing.T, dir string) {
	t.Helper()
	encoders := make([]*api.Encoder, len(crashParts()))
	feeds := make([]func(int), len(encoders))
	for i, f := range crashParts() {
		folder := filepath.Join(dir, f.name())
		require.NoError(t, os.Mkdir(folder, 0o700))
		output := api.Folder(folder, "%04d."+f.extension, api.SegmentEvery(crashPart))
		encoders[i], feeds[i] = openToCrash(t, output, f)
	}
	reportAndFeed(encoders, feeds)
}
