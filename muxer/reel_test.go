package muxer

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// reel is a Parts whose parts last a second (25 pictures), and their folder.
type reel struct {
	*testing.T
	*Parts
	dir      string
	failing  failing
	warnings []string
}

// newReel opens a recording of pictures and sound.
func newReel(t *testing.T, format string, set ...func(*PartsConfig)) *reel {
	t.Helper()
	r := &reel{T: t, dir: t.TempDir()}
	store, err := destination.OpenFolder(r.dir, func(string) bool { return false })
	require.NoError(t, err)
	r.failing.Store = store
	cfg := PartsConfig{
		Config:   Config{Format: format, Streams: bothStreams(t, "aac"), CrashSafe: true},
		Length:   second(1, 1),
		FileName: func(part int64) string { return fmt.Sprintf("part-%d", part) },
	}
	cfg.Warn = func(stream int, text string) {
		r.warnings = append(r.warnings, strconv.Itoa(stream)+": "+text)
	}
	cfg.Streams[pictures].FrameRate = astiav.NewRational(25, 1)
	for _, s := range set {
		s(&cfg)
	}
	r.Parts, err = NewParts(cfg, destination.NewFolder(destination.Folder{Store: &r.failing}, ""))
	require.NoError(t, err)
	t.Cleanup(r.Close)
	return r
}

// gop is how many pictures there are from one key frame to the next.
const gop = 5

// give gives the recording the packets of a stream from number from up to, but not including,
// number to. A packet of sound lasts 40 ms too, so that numbers are comparable.
func (r *reel) give(stream int, from, to int64) {
	r.Helper()
	for k := from; k < to; k++ {
		require.NoError(r, r.giveOne(stream, k))
	}
}

func (r *reel) giveOne(stream int, k int64) error {
	r.Helper()
	duration := []int64{1, 1920}[stream]
	p := pipeline.NewPacket()
	require.NoError(r, p.FromData(bytes.Repeat([]byte{byte(k)}, 100)))
	p.SetDts(k * duration)
	p.SetPts(k * duration)
	p.SetDuration(duration)
	if stream == sound || k%gop == 0 {
		p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
	}
	return r.Consume(r.Context(), stream, p)
}

func (r *reel) end(stream int) {
	r.Helper()
	require.NoError(r, r.EndInput(r.Context(), stream))
}

func (r *reel) flush() {
	r.Helper()
	require.NoError(r, r.Flush(r.Context()))
}

// names returns the names of the files, in order, but not temporary ones.
func (r *reel) names() string {
	r.Helper()
	entries, err := os.ReadDir(r.dir)
	require.NoError(r, err)
	names := []string{}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return strings.Join(names, " ")
}

// numbers returns which packets of a stream are in a part, by their times: "25-49". first is the
// number of the first packet of the part.
func (r *reel) numbers(part, stream int, first int64) string {
	r.Helper()
	var text []string
	from, to := int64(-1), int64(-1)
	flush := func() {
		if from >= 0 {
			text = append(text, fmt.Sprintf("%d-%d", from, to))
		}
	}
	for _, pts := range found(r.T, filepath.Join(r.dir, fmt.Sprintf("part-%d", part)), stream) {
		k := first + int64(pts*25+1000.5) - 1000
		if k != to+1 || from < 0 {
			flush()
			from = k
		}
		to = k
	}
	flush()
	return strings.Join(text, " ")
}

// requireParts requires that each part has a second of both streams, but for the last one.
func (r *reel) requireParts(pictureCount, soundCount int64) {
	r.Helper()
	for part := int64(0); part*25 < max(pictureCount, soundCount); part++ {
		for stream, count := range []int64{pictureCount, soundCount} {
			want := ""
			if part*25 < count {
				want = fmt.Sprintf("%d-%d", part*25, min(part*25+24, count-1))
			}
			require.Equal(r, want, r.numbers(int(part), stream, part*25), "of stream %d in part %d", stream, part)
		}
	}
}

// supply gives the recording a fakeSupply for each stream.
func (r *reel) supply() (pictures, sound *fakeSupply) {
	made := time.Now().Add(-time.Minute)
	pictures, sound = &fakeSupply{made: made}, &fakeSupply{made: made}
	r.supplies = []supply{pictures, sound}
	for _, open := range r.open {
		open.mux.patience.supplies = r.supplies
	}
	return pictures, sound
}

// waitPatiently lets the patience of the output pass, and calls Tick when it is due.
func (r *reel) waitPatiently() {
	r.Helper()
	end := time.Now().Add(DefaultPatience)
	for time.Now().Before(end) {
		due := r.Due()
		if due.IsZero() || due.After(end) {
			time.Sleep(time.Until(end))
		} else {
			time.Sleep(time.Until(due))
		}
		if due = r.Due(); !due.IsZero() && !due.After(time.Now()) {
			require.NoError(r, r.Tick(r.Context()))
		}
	}
}
