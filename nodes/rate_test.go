package nodes

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// shown is a picture at an instant of the output.
type shown struct {
	pts     int64
	picture int // its number in the input
}

// clip is a list of pictures with their times.
type clip struct {
	base astiav.Rational
	pts  []int64
	end  int64 // of the last picture
	rate astiav.Rational
}

// constant is a clip of n pictures at a constant rate.
func constant(n int, from, to astiav.Rational) clip {
	c := clip{base: from.Invert(), end: int64(n), rate: to}
	for k := range n {
		c.pts = append(c.pts, int64(k))
	}
	return c
}

const (
	rateTestWidth  = 4
	rateTestHeight = 2
)

// ours returns what Rate makes of the clip.
func (c clip) ours(t *testing.T) []shown {
	t.Helper()
	pool, err := astiavx.NewPicturePool(astiav.PixelFormatGray8, rateTestWidth, rateTestHeight)
	require.NoError(t, err)
	defer pool.Free()
	last := c.pts[len(c.pts)-1]
	r := NewRate(RateConfig{Base: c.base, Duration: c.end - last, Rate: c.rate})
	defer r.Close()
	var all []shown
	emit := func(f pipeline.Frame) error {
		all = append(all, shown{f.Pts(), int(*(*uint32)(astiavx.Plane(f.Frame, 0)))})
		f.Free()
		return nil
	}
	for k, pts := range c.pts {
		f := pipeline.NewFrame()
		require.NoError(t, pool.Get(f.Frame))
		*(*uint32)(astiavx.Plane(f.Frame, 0)) = uint32(k)
		f.SetPts(pts)
		require.NoError(t, r.Process(context.Background(), f, emit))
	}
	require.NoError(t, r.Flush(context.Background(), emit))
	return all
}

// theirs returns what the fps filter of the ffmpeg command makes of the clip.
func (c clip) theirs(t *testing.T) []shown {
	t.Helper()
	raw, numbers := c.raw()
	var times strings.Builder // the expression of the filter setpts, with the end after the last picture
	for k, pts := range append(c.pts, c.end) {
		fmt.Fprintf(&times, "%d*eq(N,%d)+", pts, k)
	}
	filter := fmt.Sprintf("settb=%s,setpts='%s0',fps=%s", c.base, &times, c.rate)
	if c.end == int64(len(c.pts)) {
		filter = fmt.Sprintf("settb=%s,setpts=N,fps=%s", c.base, c.rate)
	}
	script := filepath.Join(t.TempDir(), "filter")
	require.NoError(t, os.WriteFile(script, []byte(filter), 0o644))
	cmd := exec.Command(filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg"), "-v", "error",
		"-f", "rawvideo", "-pix_fmt", "gray", "-s", fmt.Sprintf("%dx%d", rateTestWidth, rateTestHeight), "-i", "-",
		"-/vf", script, "-fps_mode", "passthrough", "-f", "framemd5", "-")
	cmd.Stdin = bytes.NewReader(raw)
	out, err := cmd.Output()
	require.NoError(t, err, filter)
	var all []shown
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSpace(line), ",")
		pts, err := strconv.ParseInt(strings.TrimSpace(fields[2]), 10, 64)
		require.NoError(t, err)
		number, ok := numbers[strings.TrimSpace(fields[5])]
		require.True(t, ok, line)
		all = append(all, shown{pts, number})
	}
	return all
}

// raw returns the pictures, each with its number in it, and the numbers by their checksums.
func (c clip) raw() (pictures []byte, numbers map[string]int) {
	numbers = map[string]int{}
	for k := range c.pts {
		picture := make([]byte, rateTestWidth*rateTestHeight)
		binary.NativeEndian.PutUint32(picture, uint32(k))
		pictures = append(pictures, picture...)
		numbers[fmt.Sprintf("%x", md5.Sum(picture))] = k
	}
	return pictures, numbers
}

// TestRateIsTheFilterFPS compares the pictures and their times with those of the ffmpeg command.
func TestRateIsTheFilterFPS(t *testing.T) {
	mediatest.NoLeaks(t)
	rate := astiav.NewRational
	whole := func(perSecond int) astiav.Rational { return rate(perSecond, 1) }
	cases := map[string]clip{
		"leaves out":         constant(100, whole(30), whole(25)),
		"repeats":            constant(100, whole(25), whole(60)),
		"film to NTSC":       constant(100, rate(24000, 1001), rate(30000, 1001)),
		"film to 30":         constant(100, rate(24000, 1001), whole(30)),
		"ties":               constant(100, whole(60), whole(30)),
		"the same":           constant(10, whole(30), whole(30)),
		"many times":         constant(3, whole(1), whole(240)),
		"few":                constant(1000, whole(240), whole(1)),
		"one is long enough": constant(1, whole(30), whole(15)),
		"one is too short":   constant(1, whole(30), whole(14)),
		"an hour of 29.97":   constant(107_892, rate(2997, 100), whole(30)),
		"later than 0":       {rate(1, 90000), []int64{450_000, 450_001, 630_000}, 720_000, whole(10)},
		"an hour of one":     {rate(1, 90000), []int64{0, 3600 * 90000}, 3601 * 90000, whole(2)},
		"ties later than 0":  {rate(1, 1000), []int64{50, 150, 250}, 350, whole(10)},
	}
	if mediatest.Long(t) {
		cases["an hour of 29.97"] = constant(107_892, rate(2997, 100), whole(30))
		cases["an hour of 30 to NTSC"] = constant(108_000, whole(30), rate(30000, 1001))
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.theirs(t), c.ours(t))
		})
	}
}

// TestRateIsTheFilterFPSAtAnyTime does the same for random times.
func TestRateIsTheFilterFPSAtAnyTime(t *testing.T) {
	mediatest.NoLeaks(t)
	n := 12
	if mediatest.Long(t) {
		n = 300
	}
	for seed := range uint64(n) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			c := randomClip(rand.New(rand.NewPCG(seed, 7)))
			require.Equal(t, c.theirs(t), c.ours(t), "%+v", c)
		})
	}
}

// randomClip returns some pictures with jitter and pauses. The output has about as many, ten times
// as many, or a tenth.
func randomClip(random *rand.Rand) clip {
	bases := []astiav.Rational{
		astiav.NewRational(1, 90000), astiav.NewRational(1, 60000), astiav.NewRational(1, 1000), astiav.NewRational(1001, 30000),
	}
	c := clip{base: bases[random.IntN(len(bases))]}
	mean := 1 + random.Int64N(1+int64(0.2/c.base.Float64())) // a picture lasts as many units, up to 0.2 s
	next := random.Int64N(3 * mean)
	for range 1 + random.IntN(60) {
		c.pts = append(c.pts, next)
		next += 1 + random.Int64N(2*mean)
		if random.IntN(20) == 0 {
			next += random.Int64N(50 * mean)
		}
	}
	c.end = next
	perSecond := 1 / (float64(mean) * c.base.Float64()) * []float64{0.1, 0.5, 1, 2, 10}[random.IntN(5)]
	c.rate = astiav.NewRational(1+int(perSecond*1001), []int{1000, 1001}[random.IntN(2)])
	return c
}

// TestRateRepeatsByReference: all repeats show the same memory.
func TestRateRepeatsByReference(t *testing.T) {
	mediatest.NoLeaks(t)
	pool, err := astiavx.NewPicturePool(astiav.PixelFormatGray8, 16, 16)
	require.NoError(t, err)
	defer pool.Free()
	r := NewRate(RateConfig{Base: astiav.NewRational(1, 1), Duration: 1, Rate: astiav.NewRational(5, 1)})
	defer r.Close()
	f := pipeline.NewFrame()
	require.NoError(t, pool.Get(f.Frame))
	f.SetPts(0)
	var out []pipeline.Frame
	require.NoError(t, r.Process(context.Background(), f, collect(&out)))
	require.Empty(t, out)
	require.Equal(t, int64(1), r.Held())
	require.NoError(t, r.Flush(context.Background(), collect(&out)))
	require.Zero(t, r.Held())
	planes := map[unsafe.Pointer]bool{}
	for k, f := range out {
		require.Equal(t, int64(k), f.Pts())
		planes[astiavx.Plane(f.Frame, 0)] = true
		f.Free()
	}
	require.Len(t, out, 5)
	require.Len(t, planes, 1)
}

// TestRateOfTimesBeyondCounting: a time that no number of instants reaches is an error, and the
// picture is freed.
func TestRateOfTimesBeyondCounting(t *testing.T) {
	mediatest.NoLeaks(t)
	r := NewRate(RateConfig{Base: astiav.NewRational(1, 1), Duration: 1, Rate: astiav.NewRational(math.MaxInt32, 1)})
	defer r.Close()
	f := pipeline.NewFrame()
	f.SetPts(math.MaxInt64 / 2)
	var out []pipeline.Frame
	require.ErrorContains(t, r.Process(context.Background(), f, collect(&out)), "later than 2147483647/1 frames per second")
	require.Empty(t, out)
}
