package muxer

import (
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

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

// A recording that joins late just before a cut begins with the part of its first picture, and
// leaves out the sound of the part before.
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

// Parts stay open for pictures of a stream that is silent, as far as there is a place for them.
// Later pictures are lost, up to the next part, if the output does not wait, and an error
// otherwise.
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
