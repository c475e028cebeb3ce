package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	crashLoss    = 500 * time.Millisecond  // what a killed process may lose of what its muxers had
	crashPriming = 22 * time.Millisecond   // at most, of AAC and Opus: how long before 0 sound begins
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

// soundPacket is how much sound is in a packet: Opus in WebM, AAC in the others.
func (f crashFile) soundPacket() time.Duration {
	if f.extension == "webm" {
		return 20 * time.Millisecond
	}
	return time.Second * 1024 / 48000
}

// progress is how many packets the muxer of each file had received, and when, in seconds since the
// child began.
type progress struct {
	at       float64
	received [][2]int // pictures and sound, by file
}

func (p progress) packets(index int) int { return p.received[index][0] + p.received[index][1] }

// TestCrash kills a process at random moments while it writes all kinds of files, and looks for
// what its muxers had received. The queues before the muxers are lost: how long packets wait there
// is up to the machine.
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
	atRandomMoments(t, moments, 6, crashLongest, func(i int, dir string, after time.Duration) error {
		reports, err := crash("^TestCrash$", crashDir, len(crashFiles()), dir, after)
		if assert.NoError(t, err) && assert.NotEmpty(t, reports) {
			for k, f := range crashFiles() {
				assertSaved(t, filepath.Join(dir, f.name()), f, k, reports, i%10 == 0)
			}
		}
		return nil
	})
}

// crash runs a child, a test that writes so many outputs if the variable names a folder, and kills
// it this long after it has begun to write.
func crash(test, variable string, outputs int, dir string, after time.Duration) (reports []progress, err error) {
	cmd := exec.Command(os.Args[0], "-test.run", test)
	cmd.Env = append(os.Environ(), variable+"="+dir)
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
		r, err := parseProgress(lines.Text(), outputs)
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

func parseProgress(line string, outputs int) (p progress, err error) {
	fields := strings.Fields(line)
	if len(fields) != 1+outputs {
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
		p.received = append(p.received, n)
	}
	return p, nil
}

// written returns a report all of whose packets of a file the muxer had written when the child was
// killed, except those that waited for another stream. The muxer takes a packet only when it is
// done with all earlier ones. Counters of a report are read one after another, so that the report
// of which that is known for certain is the one before the last one after which a packet was taken.
func written(reports []progress, index int) (p progress, ok bool) {
	last := reports[len(reports)-1].packets(index)
	k := len(reports) - 1
	for k >= 0 && reports[k].packets(index) == last {
		k--
	}
	if k < 1 {
		return progress{}, false
	}
	return reports[k-1], true
}

// due returns the time up to which all packets that the muxer had received could be written.
// Pictures wait for sound, and sound for pictures. While a stream has had nothing at all, the
// others wait half a second for it. False: nothing is due yet.
func (f crashFile) due(index int, p progress, reports []progress) (until time.Duration, ok bool) {
	begun := slices.IndexFunc(reports, func(p progress) bool { return p.received[index][0] > 0 })
	if begun < 0 || f.sound == "never" && p.at-reports[begun].at < 1 {
		return 0, false
	}
	until = time.Duration(p.received[index][0]-1) * time.Second / crashRate // the begin of the last picture
	if f.sound == "fed" {
		begins := time.Duration(p.received[index][1]-1)*f.soundPacket() - crashPriming
		until = min(until, begins)
	}
	return until, true
}

// assertSaved compares what can be read from a file with what its muxer had received. Half a second
// may be missing, and the packet that would have ended it.
func assertSaved(t *testing.T, path string, f crashFile, index int, reports []progress, mediainfo bool) {
	p, ok := written(reports, index)
	if !ok {
		return
	}
	until, ok := f.due(index, p, reports)
	saved := until - crashLoss - f.soundPacket() // packets of sound are no shorter than pictures
	if !ok || saved < time.Second/crashRate {
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
	of := fmt.Sprintf("of %s, %v written, then %v received", f.name(), p.received[index], reports[len(reports)-1].received[index])
	assert.GreaterOrEqual(t, got[0], int(saved*crashRate/time.Second), "pictures %s", of)
	if f.sound == "fed" {
		assert.GreaterOrEqual(t, got[1], int(saved/f.soundPacket()), "packets of sound after the priming %s", of)
	}
	if mediainfo {
		out, err := exec.Command("mediainfo", "--Inform=General;%Format% %VideoCount%", path).Output()
		assert.NoError(t, err)
		assert.Regexp(t, `^\S.* 1\n`, string(out), "mediainfo opens %s", f.name())
	}
}

// writeUntilKilled is the child: it writes all files.
func writeUntilKilled(t *testing.T, dir string) {
	t.Helper()
	encoders := make([]*api.Encoder, len(crashFiles()))
	feeds := make([]func(int), len(encoders))
	for i, f := range crashFiles() {
		encoders[i], feeds[i] = openToCrash(t, api.File(filepath.Join(dir, f.name())), f)
	}
	reportAndFeed(encoders, feeds)
}

// reportAndFeed feeds encoders by the clock until the process is killed, and says again and again
// how far their muxers are.
func reportAndFeed(encoders []*api.Encoder, feeds []func(int)) {
	start := time.Now()
	go func() {
		for range time.Tick(crashReports) {
			line := fmt.Sprintf("%.3f", time.Since(start).Seconds())
			for _, e := range encoders {
				n := packetsReceived(e.Stats())
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
func openToCrash(t *testing.T, output api.Output, f crashFile) (*api.Encoder, func(k int)) {
	t.Helper()
	enc, cfg := api.NewEncoder(), quickVideo("."+f.extension)
	cfg.FrameRate = crashRate
	v := addVideo(t, enc, cfg)
	var a *api.AudioStream
	if f.sound != "none" {
		a = addAudio(t, enc, stereo())
	}
	require.NoError(t, enc.Open(context.Background(), output))
	return enc, func(k int) {
		addNumbered(t, v, k, 1)
		if f.sound == "fed" {
			addTone(t, a, k*crashSound, crashSound)
		}
	}
}

// packetsReceived is how many packets of each stream the only muxer has received.
func packetsReceived(s api.Stats) map[int]int64 {
	received := map[int]int64{}
	for _, e := range s.Edges {
		if e.To == "mux" {
			received[e.Stream] = e.Received
		}
	}
	return received
}
