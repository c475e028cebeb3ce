package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// crashDir names the folder in which TestCrash, when it is the child, writes until it is killed.
const crashDir = "AVLOOM_TEST_CRASH"

const (
	crashRate    = 50                      // pictures per second, fed as they are presented
	crashSound   = 48000 / crashRate       // samples that go with each
	crashReports = 20 * time.Millisecond   // how often the child says how far it is
	crashLongest = 2200 * time.Millisecond // from the first report to the end
)

// crashFile is one of the files that a child writes at the same time.
type crashFile struct {
	extension string
	sound     string // "none", "fed" or "never" fed
}

func (f crashFile) name() string { return "sound-" + f.sound + "." + f.extension }

func crashFiles() (files []crashFile) {
	for _, extension := range []string{"mp4", "mov", "mkv", "webm", "ts"} {
		for _, sound := range []string{"none", "fed", "never"} {
			files = append(files, crashFile{extension, sound})
		}
	}
	return files
}

// progress is how many packets had left the encoders of each file, and when, in seconds since the
// child began.
type progress struct {
	at      float64
	encoded [][2]int // pictures and sound, by file
}

// TestCrash kills a process at random moments while it writes all kinds of files, and looks for
// what had left its encoders.
func TestCrash(t *testing.T) {
	if dir := os.Getenv(crashDir); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	mediatest.NoLeaks(t)
	moments := 10
	if mediatest.Long(t) {
		moments = 50
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var g errgroup.Group
	g.SetLimit(6)
	for i := range moments {
		dir, after := t.TempDir(), time.Duration(random.Int64N(int64(crashLongest)))
		g.Go(func() error {
			reports, err := crash(dir, after)
			if assert.NoError(t, err) && assert.NotEmpty(t, reports) {
				for k, f := range crashFiles() {
					assertSaved(t, filepath.Join(dir, f.name()), f, k, reports, i%10 == 0)
				}
			}
			return nil
		})
	}
	require.NoError(t, g.Wait())
}

// crash runs a child and kills it this long after it has begun to write.
func crash(dir string, after time.Duration) (reports []progress, err error) {
	cmd := exec.Command(os.Args[0], "-test.run", "^TestCrash$")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	cmd.Stderr = io.Discard
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		r, err := parseProgress(lines.Text())
		if err != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			return nil, err
		}
		if len(reports) == 0 {
			defer time.AfterFunc(after, func() { _ = cmd.Process.Kill() }).Stop()
		}
		reports = append(reports, r)
	}
	if err := cmd.Wait(); err.Error() != "signal: killed" {
		return nil, fmt.Errorf("the child was not killed: %w", err)
	}
	return reports, nil
}

func parseProgress(line string) (p progress, err error) {
	fields := strings.Fields(line)
	if len(fields) != 1+len(crashFiles()) {
		return p, fmt.Errorf("the child says %q", line)
	}
	if _, err := fmt.Sscan(fields[0], &p.at); err != nil {
		return p, err
	}
	for _, field := range fields[1:] {
		var n [2]int
		if _, err := fmt.Sscanf(field, "%d+%d", &n[0], &n[1]); err != nil {
			return p, err
		}
		p.encoded = append(p.encoded, n)
	}
	return p, nil
}

// assertSaved compares what can be read from a file with what the child had reported. Half a second
// may be missing, and a few packets that were between an encoder and the file. While a stream has
// had nothing at all, the others wait half a second for it.
func assertSaved(t *testing.T, path string, f crashFile, index int, reports []progress, mediainfo bool) {
	last := reports[len(reports)-1]
	begun := slices.IndexFunc(reports, func(p progress) bool { return p.encoded[index][0] > 0 })
	if begun < 0 || f.sound == "never" && last.at-reports[begun].at < 1 {
		return
	}
	const inFlight = 5
	var want [2]int
	for k, encoded := range last.encoded[index] {
		want[k] = encoded - crashRate/2 - inFlight // packets of sound are no shorter than pictures
	}
	if want[0] <= 0 {
		return
	}
	out, err := exec.Command("ffprobe", "-v", "quiet", "-count_frames", "-show_entries", "stream=codec_type,nb_read_frames", "-of", "csv=p=0", path).
		Output()
	if !assert.NoError(t, err, "%s is opened", f.name()) {
		return
	}
	var got [2]int
	for line := range strings.Lines(string(out)) {
		if _, err := fmt.Sscanf(line, "video,%d", &got[0]); err != nil {
			_, _ = fmt.Sscanf(line, "audio,%d", &got[1])
		}
	}
	assert.GreaterOrEqual(t, got[0], want[0], "pictures of %s, of %d encoded", f.name(), last.encoded[index][0])
	if f.sound == "fed" {
		assert.GreaterOrEqual(t, got[1], want[1], "packets of sound of %s, of %d encoded", f.name(), last.encoded[index][1])
	}
	if mediainfo {
		out, err := exec.Command("mediainfo", "--Inform=General;%Format% %VideoCount%", path).Output()
		assert.NoError(t, err)
		assert.Regexp(t, `^\S.* 1\n`, string(out), "mediainfo opens %s", f.name())
	}
}

// writeUntilKilled is the child: it writes all files, and says again and again how far their
// encoders are.
func writeUntilKilled(t *testing.T, dir string) {
	t.Helper()
	encoders := make([]*api.Encoder, len(crashFiles()))
	feeds := make([]func(int), len(encoders))
	for i, f := range crashFiles() {
		encoders[i], feeds[i] = openToCrash(t, filepath.Join(dir, f.name()), f)
	}
	start := time.Now()
	go func() {
		for range time.Tick(crashReports) {
			line := fmt.Sprintf("%.3f", time.Since(start).Seconds())
			for _, e := range encoders {
				n := packetsEncoded(e.Stats())
				line += fmt.Sprintf(" %d+%d", n[0], n[1])
			}
			fmt.Println(line)
		}
	}()
	k := 0
	for range time.Tick(time.Second / crashRate) {
		for _, feed := range feeds {
			feed(k)
		}
		k++
	}
}

// openToCrash opens an encoder whose pictures leave it at once, and returns how to feed picture k
// and its sound.
func openToCrash(t *testing.T, path string, f crashFile) (*api.Encoder, func(k int)) {
	t.Helper()
	enc, cfg := api.NewEncoder(), quickVideo("."+f.extension)
	cfg.FrameRate = crashRate
	v := addVideo(t, enc, cfg)
	var a *api.AudioStream
	if f.sound != "none" {
		a = addAudio(t, enc, stereo())
	}
	require.NoError(t, enc.OpenFile(context.Background(), path))
	return enc, func(k int) {
		addNumbered(t, v, k, 1)
		if f.sound == "fed" {
			addTone(t, a, k*crashSound, crashSound)
		}
	}
}
