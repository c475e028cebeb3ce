package muxer

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
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

func TestParts(t *testing.T) {
	for _, format := range []string{"mp4", "matroska"} {
		for name, feed := range map[string]func(r *reel){
			"together": func(r *reel) {
				for k := range int64(90) {
					r.give(pictures, k, k+1)
					r.give(sound, k, k+1)
				}
			},
			"sound behind": func(r *reel) {
				r.give(pictures, 0, 40)
				for k := range int64(50) {
					r.give(pictures, 40+k, 41+k)
					r.give(sound, k, k+1)
				}
				r.give(sound, 50, 90)
			},
			"pictures last": func(r *reel) {
				r.give(sound, 0, 90)
				r.give(pictures, 0, 90)
			},
			"with Sync in between": func(r *reel) {
				r.give(pictures, 0, 30)
				r.give(sound, 0, 20)
				require.NoError(r, r.Sync(r.Context()))
				require.Equal(r, "25-29", r.numbers(1, pictures, 25), "though part 0 waits for sound")
				r.give(pictures, 30, 90)
				r.give(sound, 20, 90)
			},
		} {
			t.Run(format+" "+name, func(t *testing.T) {
				r := newReel(t, format)
				feed(r)
				r.end(pictures)
				r.end(sound)
				r.flush()
				require.Equal(t, "part-0 part-1 part-2 part-3", r.names())
				r.requireParts(90, 90)
			})
		}
	}
}

// The bytes of the parts depend neither on which stream is ahead, nor on when parts are finished.
func TestBytesOfPartsDoNotDependOnTheOrder(t *testing.T) {
	content := func(feed func(r *reel)) (parts []string) {
		r := newReel(t, "mp4")
		feed(r)
		r.end(sound)
		r.end(pictures)
		r.flush()
		for part := range 12 {
			b, err := os.ReadFile(filepath.Join(r.dir, fmt.Sprintf("part-%d", part)))
			require.NoError(t, err)
			parts = append(parts, string(b))
		}
		return parts
	}
	want := content(func(r *reel) {
		for k := range int64(300) {
			r.give(pictures, k, k+1)
			r.give(sound, k, k+1)
		}
	})
	for name, feed := range map[string]func(r *reel){
		"sound first":    func(r *reel) { r.give(sound, 0, 300); r.give(pictures, 0, 300) },
		"pictures first": func(r *reel) { r.give(pictures, 0, 300); r.give(sound, 0, 300) },
	} {
		got := content(feed)
		for part := range want {
			require.True(t, want[part] == got[part], "part %d, %s", part, name)
		}
	}
}

// A recording that joins its streams late begins with a shorter part, whose number is 0. The others
// are cut where those of another recording are.
func TestPartsThatJoinLate(t *testing.T) {
	for _, format := range []string{"mp4", "matroska"} {
		t.Run(format, func(t *testing.T) {
			r := newReel(t, format, func(cfg *PartsConfig) { cfg.Late = true })
			r.give(sound, 62, 80)
			for k := range int64(70) {
				r.give(pictures, 65+k, 66+k)
				r.give(sound, 80+k, 81+k)
			}
			r.end(sound)
			r.end(pictures)
			r.flush()
			require.Equal(t, "part-0 part-1 part-2 part-3", r.names())
			require.Equal(t, "65-74", r.numbers(0, pictures, 65), "it begins with the first key frame")
			require.Equal(t, "65-74", r.numbers(0, sound, 65))
			require.Equal(t, "75-99", r.numbers(1, pictures, 75))
			require.Equal(t, "75-99", r.numbers(1, sound, 75))
			require.Equal(t, "100-124", r.numbers(2, pictures, 100))
			require.Equal(t, "125-134", r.numbers(3, pictures, 125))
			require.Equal(t, "125-149", r.numbers(3, sound, 125))
			require.Empty(t, r.warnings)
		})
	}
}

// A recording that joins late just before a cut begins with the part of its first picture, and leaves
// out the sound of the part before.
func TestPartsThatJoinBeforeACut(t *testing.T) {
	r := newReel(t, "matroska", func(cfg *PartsConfig) { cfg.Late = true })
	r.give(sound, 72, 75)
	r.give(pictures, 75, 110)
	r.give(sound, 75, 110)
	r.end(sound)
	r.end(pictures)
	r.flush()
	require.Equal(t, "part-0 part-1", r.names())
	require.Equal(t, "75-99", r.numbers(0, pictures, 75))
	require.Equal(t, "75-99", r.numbers(0, sound, 75))
	require.Equal(t, "100-109", r.numbers(1, pictures, 100))
}

// A recording of sound alone joins late, as does one whose pictures do not come.
func TestPartsThatJoinWithoutPictures(t *testing.T) {
	t.Run("sound alone", func(t *testing.T) {
		r := newReel(t, "matroska", func(cfg *PartsConfig) { cfg.Late, cfg.Streams = true, cfg.Streams[sound:] })
		for k := int64(60); k < 80; k++ {
			p := packetAt(t, k*1920, 100)
			p.SetDuration(1920)
			p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
			require.NoError(t, r.Consume(t.Context(), 0, p))
		}
		r.flush()
		require.Equal(t, "part-0 part-1", r.names())
		require.Len(t, found(t, filepath.Join(r.dir, "part-0"), 0), 15)
	})
	for name, tell := range map[string]func(r *reel){
		"ended":     func(r *reel) { r.end(pictures) },
		"silent":    func(r *reel) { r.waitPatiently() },
		"never fed": func(*reel) {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newReel(t, "matroska", func(cfg *PartsConfig) { cfg.Late = true })
				_, fed := r.supply()
				fed.feed()
				r.give(sound, 60, 80)
				tell(r)
				fed.feed()
				r.give(sound, 80, 110)
				r.end(sound)
				r.flush()
				require.Equal(t, "part-0 part-1 part-2", r.names())
				for part, n := range []int{15, 25, 10} {
					require.Len(t, found(t, filepath.Join(r.dir, fmt.Sprintf("part-%d", part)), sound), n)
				}
			})
		})
	}
}

// A stream that ends early, or is never fed, is waited for in no part.
func TestPartsWithoutAStream(t *testing.T) {
	t.Run("ended early", func(t *testing.T) {
		r := newReel(t, "mp4")
		r.give(sound, 0, 30)
		r.end(sound)
		r.give(pictures, 0, 80)
		require.Equal(t, "part-0 part-1 part-2 part-3", r.names())
		r.end(pictures)
		r.flush()
		r.requireParts(80, 30)
	})
	t.Run("ended before it began", func(t *testing.T) {
		r := newReel(t, "mp4")
		r.end(pictures)
		r.give(sound, 0, 80)
		r.end(sound)
		r.flush()
		for part := range 4 {
			require.NotEmpty(t, r.numbers(part, 0, 0), "sound alone")
		}
	})
	t.Run("nothing at all", func(t *testing.T) {
		r := newReel(t, "mp4")
		r.end(pictures)
		r.end(sound)
		r.flush()
		require.Equal(t, "part-0", r.names())
		mediatest.Probe(t, filepath.Join(r.dir, "part-0"))
	})
	for _, format := range []string{"mp4", "matroska"} {
		t.Run("never fed "+format, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newReel(t, format)
				fed, _ := r.supply()
				fed.feed()
				r.give(pictures, 0, 30)
				require.Equal(t, "part-0 part-1", r.names())
				require.Len(t, r.open, 2, "part 0 waits for sound")
				r.waitPatiently()
				require.Len(t, r.open, 1)
				require.Equal(t, "0-24", r.numbers(0, pictures, 0))
				require.Equal(t, "25-29", r.numbers(1, pictures, 25), "which does not wait once more")
				fed.feed()
				r.give(pictures, 30, 51)
				require.Len(t, r.open, 1)
				r.end(pictures)
				r.end(sound)
				r.flush()
				r.requireParts(51, 0)
			})
		})
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

// Sound that comes after its part was finished without it is in the next one, before its beginning.
func TestLateSound(t *testing.T) {
	for _, format := range []string{"mp4", "matroska"} {
		t.Run(format, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newReel(t, format)
				fed, other := r.supply()
				fed.feed()
				other.feed()
				r.give(sound, 0, 15)
				r.give(pictures, 0, 30)
				r.waitPatiently()
				require.Len(t, r.open, 1)
				other.feed()
				r.give(sound, 15, 30)
				r.give(pictures, 30, 60)
				r.give(sound, 30, 60)
				r.end(pictures)
				r.end(sound)
				r.flush()
				require.Len(t, r.warnings, 1)
				require.Contains(t, r.warnings[0], "1: sound came after its part was finished")
				require.Len(t, found(t, filepath.Join(r.dir, "part-0"), sound), 15)
				require.Len(t, found(t, filepath.Join(r.dir, "part-1"), sound), 35)
				require.Len(t, found(t, filepath.Join(r.dir, "part-1"), pictures), 25)
			})
		})
	}
}

// Parts stay open for pictures of a stream that is silent, as far as there is a place for them. Later
// pictures are lost, up to the next part, if the output does not wait, and an error otherwise.
func TestLatePictures(t *testing.T) {
	for name, c := range map[string]struct {
		silentUntil int64 // the number of packets of sound that come meanwhile
		numbers     []string
		warnings    int
	}{
		"kept": {60, []string{"0-24", "25-49"}, 0},
		"lost": {mostOpenParts*25 + 1, []string{"0-11", "25-49"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newReel(t, "mp4")
				fed, other := r.supply()
				fed.feed()
				other.feed()
				r.give(pictures, 0, 12)
				r.give(sound, 0, 30)
				r.waitPatiently()
				other.feed()
				r.give(sound, 30, c.silentUntil)
				fed.feed()
				r.give(pictures, 12, 60)
				r.end(pictures)
				r.end(sound)
				r.flush()
				for part, want := range c.numbers {
					require.Equal(t, want, r.numbers(part, pictures, int64(part)*25))
				}
				require.Len(t, r.warnings, c.warnings)
				if c.warnings > 0 {
					require.Contains(t, r.warnings[0], "0: pictures of part 0 came after it was finished")
					require.Equal(t, "0: 13 pictures are lost that came after their part was finished", r.warnings[1])
				}
			})
		})
	}
	t.Run("too far behind", func(t *testing.T) {
		r := newReel(t, "mp4", func(cfg *PartsConfig) { cfg.CrashSafe = false })
		var err error
		for k := int64(0); err == nil && k < 80; k++ { // three parts
			p := packetAt(t, k*1920, 1<<20)
			p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
			err = r.Consume(t.Context(), sound, p)
		}
		require.NoError(t, err)
		err = r.giveOne(pictures, 0)
		require.ErrorContains(t, err, "feed the streams together")
	})
}

// No more than Keep files exist at any moment, and files of others stay.
func TestKeptParts(t *testing.T) {
	for keep := 1; keep <= 3; keep++ {
		for _, format := range []string{"mp4", "avi"} {
			t.Run(fmt.Sprint(format, keep), func(t *testing.T) {
				r := newReel(t, format, func(cfg *PartsConfig) { cfg.Keep = keep })
				require.NoError(t, os.WriteFile(filepath.Join(r.dir, "part-77"), nil, 0o600))
				least := int64(0)
				for k := range int64(300) {
					r.give(sound, k, k+1)
					if k >= 50 {
						r.give(pictures, k-50, k-49) // two parts behind
					}
					require.LessOrEqual(t, len(strings.Fields(r.names())), keep+1)
					require.GreaterOrEqual(t, r.Written(), least)
					least = r.Written()
				}
				if r.ring.written[0] < r.open[0].number {
					oldest := filepath.Join(r.dir, fmt.Sprintf("part-%d", r.ring.written[0]))
					require.NoError(t, os.Remove(oldest), "by somebody else")
				}
				r.give(pictures, 250, 300)
				r.end(sound)
				r.end(pictures)
				r.flush()
				names := strings.Fields(r.names())
				require.Contains(t, names, "part-77")
				require.Contains(t, names, "part-11")
				require.Len(t, names, keep+1)
				require.Equal(t, "275-299", r.numbers(11, pictures, 275))
				require.Len(t, found(t, filepath.Join(r.dir, "part-11"), sound), 25)
			})
		}
	}
}

// A file that can be read only when it is complete gets its name then.
func TestNamesOfParts(t *testing.T) {
	r := newReel(t, "avi")
	require.NotContains(t, r.names(), "part-0")
	r.give(pictures, 0, 26)
	require.NotContains(t, r.names(), "part-0")
	r.give(sound, 0, 26)
	require.Contains(t, r.names(), "part-0")
	require.NotContains(t, r.names(), "part-1")
	r.flush()
	require.Equal(t, "part-0 part-1", r.names())
}

// failing is a Store whose files may fail.
type failing struct {
	destination.Store
	create, remove, write, commit error // nil: as usual
}

type failingFile struct {
	destination.StoredFile
	store *failing
}

func (f *failing) CreateVisible(name string) (destination.StoredFile, error) {
	if f.create != nil {
		return nil, f.path("create", name, f.create)
	}
	file, err := f.Store.CreateVisible(name)
	if err != nil {
		return nil, err
	}
	return &failingFile{file, f}, nil
}

func (f *failing) Remove(name string) error {
	if f.remove != nil {
		return f.path("remove", name, f.remove)
	}
	return f.Store.Remove(name)
}

func (f *failing) path(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: f.Path(name), Err: err}
}

func (f *failingFile) Write(p []byte) (int, error) {
	if f.store.write != nil {
		return 0, f.store.path("write", "the part", f.store.write)
	}
	return f.StoredFile.Write(p)
}

func (f *failingFile) Commit() error {
	if f.store.commit != nil {
		return f.store.path("close", "the part", f.store.commit)
	}
	return f.StoredFile.Commit()
}

// Errors of the files are Go's own, end the recording, and leave the finished parts whole.
func TestPartsFail(t *testing.T) {
	for name, fail := range map[string]func(f *failing, err error){
		"create": func(f *failing, err error) { f.create = err },
		"remove": func(f *failing, err error) { f.remove = err },
		"write":  func(f *failing, err error) { f.write = err },
		"commit": func(f *failing, err error) { f.commit = err },
	} {
		t.Run(name, func(t *testing.T) {
			r := newReel(t, "mp4", func(cfg *PartsConfig) { cfg.Keep = 3 })
			r.give(pictures, 0, 60)
			r.give(sound, 0, 60)
			fail(&r.failing, syscall.ENOSPC)
			var err error
			for k := int64(60); err == nil && k < 200; k++ {
				if err = r.giveOne(pictures, k); err == nil {
					err = r.giveOne(sound, k)
				}
			}
			require.ErrorIs(t, err, syscall.ENOSPC)
			var path *fs.PathError
			require.True(t, errors.As(err, &path))
			require.Contains(t, err.Error(), r.dir)
			require.Equal(t, 1, strings.Count(err.Error(), r.dir), "%v", err)
			r.Close()
			require.Equal(t, "25-49", r.numbers(1, pictures, 25))
		})
	}
}
