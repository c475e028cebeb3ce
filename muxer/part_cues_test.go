package muxer

import (
	"math"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/internal/subtitle"
	"github.com/avloom/avloom/pipeline"
)

// text is the stream of subtitles of a reel, behind pictures and sound.
const text = 2

// newReelWithText opens a recording of pictures, sound and subtitles.
func newReelWithText(t *testing.T, set ...func(*PartsConfig)) *reel {
	t.Helper()
	described, err := DescribeText(subtitle.Find("subrip"), astiav.NewRational(1, pipeline.CueClock))
	require.NoError(t, err)
	t.Cleanup(described.Free)
	addText := func(cfg *PartsConfig) { cfg.Streams = append(cfg.Streams, Stream{Codec: described}) }
	return newReel(t, "matroska", append([]func(*PartsConfig){addText}, set...)...)
}

// giveCue gives the recording a cue, with times in seconds.
func (r *reel) giveCue(begin, end float64, words string) {
	r.Helper()
	p := pipeline.NewPacket()
	require.NoError(r, p.FromData([]byte(words)))
	p.SetPts(int64(begin * pipeline.CueClock))
	p.SetDuration(int64(math.Min(end*pipeline.CueClock, math.MaxInt64/2)) - p.Pts())
	p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
	require.NoError(r, r.Consume(r.Context(), text, p))
}

// giveBoth gives the recording pictures and sound, in turn.
func (r *reel) giveBoth(from, to int64) {
	r.Helper()
	for k := from; k < to; k++ {
		r.give(pictures, k, k+1)
		r.give(sound, k, k+1)
	}
}

// cues returns the cues of a part, and when they begin and end: "0.5-1 words".
func (r *reel) cues(part string) string {
	r.Helper()
	const format = "[Events]"
	out := string(mediatest.Run(r.T, "ffmpeg", "-v", "error", "-i", r.dir+"/"+part, "-map", "0:s", "-f", "ass", "-"))
	_, events, found := strings.Cut(out, format)
	require.True(r, found)
	var all []string
	for line := range strings.Lines(events) {
		fields := strings.Split(strings.TrimSpace(line), ",")
		if strings.HasPrefix(line, "Dialogue:") {
			all = append(all, fields[1]+"-"+fields[2]+" "+fields[len(fields)-1])
		}
	}
	return strings.Join(all, "; ")
}

// A cue that is shown for longer than anything is recorded is in every part, and takes no more
// memory than another one. Its end may be as far off as a number can be.
func TestPartsShowLongCues(t *testing.T) {
	for name, set := range map[string]func(*PartsConfig){
		"from the beginning": func(*PartsConfig) {},
		"late":               func(cfg *PartsConfig) { cfg.Late = true },
	} {
		t.Run(name, func(t *testing.T) {
			r := newReelWithText(t, set)
			r.giveCue(0.5, 1, "short")
			r.giveCue(0.5, math.MaxFloat64, "long")
			r.giveBoth(0, 50)
			r.giveCue(2.5, 1e12, "later")
			r.giveCue(9, 10, "never recorded")
			require.Less(t, r.Parts.cues.bytes, 100)
			r.giveBoth(50, 75)
			r.end(pictures)
			r.end(sound)
			r.flush()
			require.Equal(t, "part-0 part-1 part-2", r.names())
			require.Equal(t, "0:00:00.50-0:00:01.00 short; 0:00:00.50-0:00:01.00 long", r.cues("part-0"))
			require.Equal(t, "0:00:00.00-0:00:01.00 long", r.cues("part-1"))
			require.Equal(t, "0:00:00.00-0:00:01.00 long; 0:00:00.50-0:00:01.00 later", r.cues("part-2"))
			require.Equal(t, []string{"2: 1 cues are left out, because no part was being recorded at their times"}, r.warnings)
		})
	}
}

// Parts that were finished before a cue came do not have it; those after them do.
func TestPartsReportCuesThatComeLate(t *testing.T) {
	r := newReelWithText(t)
	r.giveBoth(0, 70)
	r.giveCue(0.5, 0.6, "gone")
	r.giveCue(0.5, 2.5, "partly gone")
	r.end(pictures)
	r.end(sound)
	r.flush()
	require.Empty(t, r.cues("part-0"))
	require.Equal(t, "0:00:00.00-0:00:00.50 partly gone", r.cues("part-2"))
	require.Equal(t, []string{
		"2: a cue of part 0 came after the part was finished, and is left out",
		"2: 2 cues are left out, because no part was being recorded at their times",
	}, r.warnings)
}

// A recording that joins late has neither the cues nor the pieces of cues from before it, and does
// not miss them.
func TestPartsThatJoinLateHaveLaterCues(t *testing.T) {
	r := newReelWithText(t, func(cfg *PartsConfig) { cfg.Late = true })
	r.giveCue(0.2, 0.4, "before")
	r.giveCue(0.5, 3.5, "over the beginning")
	r.give(sound, 50, 55)
	r.giveBoth(55, 100)
	r.end(pictures)
	r.end(sound)
	r.flush()
	require.Equal(t, "part-0 part-1", r.names())
	require.Equal(t, "0:00:00.00-0:00:00.80 over the beginning", r.cues("part-0"))
	require.Equal(t, "0:00:00.00-0:00:00.50 over the beginning", r.cues("part-1"))
	require.Empty(t, r.warnings)
}
