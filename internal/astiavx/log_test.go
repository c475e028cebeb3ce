package astiavx_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// kept collects lines.
type kept struct {
	mu    sync.Mutex
	lines []astiavx.LogLine
}

func (k *kept) add(l astiavx.LogLine) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lines = append(k.lines, l)
}

// newEncoder allocates an encoder that is not open, and collects its lines.
func newEncoder(name string, most astiav.LogLevel) (*astiav.CodecContext, *kept) {
	k := &kept{}
	cc := astiav.AllocCodecContext(astiav.FindEncoderByName(name))
	astiavx.LogEncoder(cc, &astiavx.Log{Most: most, To: k.add})
	return cc, k
}

func TestLinesGoToTheirEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	a, ofA := newEncoder("libx264", astiav.LogLevelInfo)
	b, ofB := newEncoder("libopus", astiav.LogLevelDebug)
	defer astiavx.FreeEncoder(b)
	astiav.Log(a, astiav.LogLevelWarning, "one\n")
	astiav.Log(b, astiav.LogLevelDebug, "two\n")
	astiav.Log(a, astiav.LogLevelDebug, "not wanted\n")
	astiav.Log(a, astiav.LogLevelPanic, "a panic, to whose level nothing is added\n")
	// The codec's own data logs this.
	require.Error(t, a.PrivateData().Options().Set("crf", "none?", astiav.NewOptionSearchFlags()))
	require.Equal(t, []astiavx.LogLine{
		{Level: astiav.LogLevelWarning, From: "libx264", Text: "one"},
		{Level: astiav.LogLevelPanic, From: "libx264", Text: "a panic, to whose level nothing is added"},
		// The parent of this context is the codec's own data.
		{Level: astiav.LogLevelError, From: "Eval", Text: "Invalid chars '?' at the end of expression 'none?'"},
		{Level: astiav.LogLevelError, From: "libx264", Text: "Unable to parse \"crf\" option value \"none?\""},
	}, ofA.lines)
	require.Equal(t, []astiavx.LogLine{{Level: astiav.LogLevelDebug, From: "libopus", Text: "two"}}, ofB.lines)
	astiavx.FreeEncoder(a)
	astiav.Log(b, astiav.LogLevelInfo, "three\n")
	require.Len(t, ofB.lines, 2)
}

func TestPiecesOfLines(t *testing.T) {
	mediatest.NoLeaks(t)
	cc, k := newEncoder("libx264", astiav.LogLevelInfo)
	defer astiavx.FreeEncoder(cc)
	for _, piece := range []string{"a ", "line in", " pieces\nand\r", "\n\n", "another \xff one\n", "unfinished"} {
		astiav.Log(cc, astiav.LogLevelInfo, "%s", piece)
	}
	for range 5 {
		astiav.Log(cc, astiav.LogLevelInfo, "%s", strings.Repeat("x", 2000))
	}
	texts := make([]string, len(k.lines))
	for i, l := range k.lines {
		texts[i] = l.Text
	}
	require.Equal(t, []string{"a line in pieces", "and", "another ? one"}, texts[:3])
	require.Len(t, texts, 4)
	require.Equal(t, "unfinished"+strings.Repeat("x", 4*1023), texts[3],
		"a line without an end is cut; each piece is as long as FFmpeg's pieces may be")
}

// TestLinesOfContainers has a container log, and the muxer's own data.
func TestLinesOfContainers(t *testing.T) {
	mediatest.NoLeaks(t)
	fc, err := astiav.AllocOutputFormatContext(nil, "matroska", "")
	require.NoError(t, err)
	k := &kept{}
	source := astiavx.LogContainer(fc, &astiavx.Log{Most: astiav.LogLevelWarning, To: k.add})
	astiav.Log(fc, astiav.LogLevelWarning, "one\n")
	require.Error(t, fc.PrivateData().Options().Set("cluster_size_limit", "none?", astiav.NewOptionSearchFlags()))
	astiav.Log(fc, astiav.LogLevelInfo, "not wanted\n")
	require.Equal(t, []astiavx.LogLine{
		{Level: astiav.LogLevelWarning, From: "matroska", Text: "one"},
		{Level: astiav.LogLevelError, From: "Eval", Text: "Invalid chars '?' at the end of expression 'none?'"},
		{
			Level: astiav.LogLevelError, From: "matroska/webm muxer",
			Text: "Unable to parse \"cluster_size_limit\" option value \"none?\"",
		},
	}, k.lines)
	fc.Free()
	source.Remove()
}

func TestManyLogAtOnce(t *testing.T) {
	mediatest.NoLeaks(t)
	var working sync.WaitGroup
	for i := range 16 {
		working.Go(func() {
			own := fmt.Sprintf("encoder %d", i)
			for range 50 {
				cc, k := newEncoder("libx264", astiav.LogLevelInfo)
				for range 20 {
					astiav.Log(cc, astiav.LogLevelInfo, "%s", own+"\n")
				}
				astiavx.FreeEncoder(cc)
				if len(k.lines) != 20 || k.lines[0].Text != own || k.lines[19].Text != own {
					t.Errorf("%s got %v", own, k.lines)
				}
			}
		})
	}
	working.Wait()
}

// alone runs a test in another process, and returns that process's stderr. In that process it
// returns false.
func alone(t *testing.T) (stderr string, parent bool) {
	t.Helper()
	const variable = "AVLOOM_TEST_ALONE"
	if os.Getenv(variable) != "" {
		return "", false
	}
	var out, err bytes.Buffer
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), variable+"=1"), &out, &err
	require.NoError(t, cmd.Run(), "%s%s", &out, &err)
	return err.String(), true
}

// TestLinesOfOthers logs about an encoder that avloom does not know, and about an encoder and a
// container without a log. The lines of the first go to stderr, the others nowhere, before and
// after the callback is set.
func TestLinesOfOthers(t *testing.T) {
	stderr, parent := alone(t)
	if parent {
		require.Regexp(t, `^\[libx264 @ 0x[0-9a-f]+\] before\n\[libx264 @ 0x[0-9a-f]+\] after\nof nobody\n$`, stderr)
		return
	}
	mediatest.NoLeaks(t)
	others := astiav.AllocCodecContext(astiav.FindEncoderByName("libx264"))
	defer others.Free()
	quiet := astiav.AllocCodecContext(astiav.FindEncoderByName("libx264"))
	defer astiavx.FreeEncoder(quiet)
	astiavx.LogEncoder(quiet, nil)
	fc, err := astiav.AllocOutputFormatContext(nil, "matroska", "")
	require.NoError(t, err)
	source := astiavx.LogContainer(fc, nil)
	defer source.Remove()
	defer fc.Free()
	log := func(text string) {
		astiav.Log(others, astiav.LogLevelWarning, "%s", text)
		astiav.Log(quiet, astiav.LogLevelError, "quiet\n")
		astiav.Log(fc, astiav.LogLevelError, "quiet\n")
	}
	log("before\n")
	cc, _ := newEncoder("libx264", astiav.LogLevelInfo)
	defer astiavx.FreeEncoder(cc)
	log("after\n")
	astiav.Log(nil, astiav.LogLevelError, "of nobody\n")
}

// TestLinesOfChildren has FFmpeg log with contexts whose parent is an encoder or a container
// without a log: they have levels of their own. No line may reach stderr.
func TestLinesOfChildren(t *testing.T) {
	if stderr, parent := alone(t); parent {
		require.Empty(t, stderr)
		return
	}
	mediatest.NoLeaks(t)
	openTooLarge(t) // before the callback is set
	cc, _ := newEncoder("libx264", astiav.LogLevelInfo)
	defer astiavx.FreeEncoder(cc)
	openTooLarge(t)
	quiet := astiav.AllocCodecContext(astiav.FindEncoderByName("libx264"))
	defer astiavx.FreeEncoder(quiet)
	astiavx.LogEncoder(quiet, nil)
	require.Error(t, quiet.PrivateData().Options().Set("crf", "none?", astiav.NewOptionSearchFlags()))
	require.ErrorIs(t, astiavx.SetOption(quiet, "qmin", "none?"), astiav.Error(-int(syscall.EINVAL)))
	fc, err := astiav.AllocOutputFormatContext(nil, "matroska", "")
	require.NoError(t, err)
	source := astiavx.LogContainer(fc, nil)
	defer source.Remove()
	defer fc.Free()
	require.Error(t, fc.PrivateData().Options().Set("cluster_size_limit", "none?", astiav.NewOptionSearchFlags()))
}

// openTooLarge opens an encoder without a log for pictures that have more pixels than it is told
// to allow. FFmpeg checks that with a context whose parent is the encoder.
func openTooLarge(t *testing.T) {
	t.Helper()
	codec := astiav.FindEncoderByName("libx264")
	cc := astiav.AllocCodecContext(codec)
	defer astiavx.FreeEncoder(cc)
	astiavx.LogEncoder(cc, nil)
	cc.SetWidth(64)
	cc.SetHeight(64)
	cc.SetPixelFormat(astiav.PixelFormatYuv420P)
	cc.SetTimeBase(astiav.NewRational(1, 25))
	require.NoError(t, astiavx.SetOption(cc, "max_pixels", "100"))
	require.ErrorIs(t, astiavx.Open(cc, codec), astiav.Error(-int(syscall.EINVAL)))
}

func TestLinesTakeNoMemory(t *testing.T) {
	if _, parent := alone(t); parent {
		return
	}
	cc, k := newEncoder("libx264", astiav.LogLevelInfo)
	defer astiavx.FreeEncoder(cc)
	text := strings.Repeat("x", 1000) + "\n"
	log := func(n int) int {
		for range n {
			astiav.Log(cc, astiav.LogLevelInfo, "%s", text)
			k.lines = k.lines[:0]
		}
		runtime.GC()
		debug.FreeOSMemory()
		return resident(t)
	}
	before := log(1000)
	require.Less(t, log(40_000)-before, 8<<20, "forty million bytes were logged")
}

// resident is how much memory of the process is resident, in bytes.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	require.NoError(t, err)
	return pages * os.Getpagesize()
}
