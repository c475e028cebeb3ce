package api_test

import (
	"bytes"
	"cmp"
	"math"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/container"
)

// The live tests feed pictures and sound by the clock, which is a fake one: no second of it is
// waited for, and a machine that is busy does not matter.

// A tick of a live program is the time of one picture.
const (
	liveRate  = 25
	liveTick  = time.Second / liveRate
	liveTicks = 6 * liveRate
)

// liveCase says when which stream is fed: how many frames and how many samples per channel at each
// tick.
type liveCase struct {
	fast     bool // as fast as it goes, instead of by the clock
	sound    func(tick int) (samples int)
	pictures func(tick int) (frames int)
	patience time.Duration // 0: the default
}

const samplesPerTick = 48000 / liveRate

func always(n int) func(int) int { return func(int) int { return n } }

// fed says that a stream is fed n at each tick between two of them.
func fed(n, from, to int) func(int) int {
	return func(tick int) int {
		if tick < from || tick >= to {
			return 0
		}
		return n
	}
}

// chunks are n times as much at every nth tick.
func chunks(n int) func(int) int {
	return func(tick int) int {
		if tick%n != 0 {
			return 0
		}
		return n * samplesPerTick
	}
}

var liveCases = map[string]liveCase{
	"fast":                  {fast: true, sound: always(samplesPerTick), pictures: always(1)},
	"live":                  {sound: always(samplesPerTick), pictures: always(1)},
	"no sound":              {sound: always(0), pictures: always(1)},
	"no pictures":           {sound: always(samplesPerTick), pictures: always(0)},
	"sound stops":           {sound: fed(samplesPerTick, 0, 2*liveRate), pictures: always(1)},
	"pictures stop":         {sound: always(samplesPerTick), pictures: fed(1, 0, 4*liveRate)},
	"sound is late":         {sound: fed(samplesPerTick, 3*liveRate, liveTicks), pictures: always(1)},
	"pictures are late":     {sound: always(samplesPerTick), pictures: fed(1, 3*liveRate, liveTicks)},
	"chunks of 2 s":         {sound: chunks(2 * liveRate), pictures: always(1)},
	"chunks, with patience": {sound: chunks(2 * liveRate), pictures: always(1), patience: 3 * time.Second},
}

// tape is a writer that cannot seek, and notes when it got how much.
type tape struct {
	bytes.Buffer
	start time.Time
	notes []tapeNote
}

type tapeNote struct {
	at  time.Duration
	end int
}

func (w *tape) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	w.notes = append(w.notes, tapeNote{time.Since(w.start), w.Len()})
	return n, err
}

// sizeAt is how much there was at a moment.
func (w *tape) sizeAt(at time.Duration) (size int) {
	for _, n := range w.notes {
		if n.at <= at {
			size = n.end
		}
	}
	return size
}

// liveRun is what came of a case.
type liveRun struct {
	tape
	header  int              // bytes when Open returned
	first   [2]time.Duration // when the first packet of pictures and of sound left its encoder; 0: none did
	slowest time.Duration    // how long the slower of the encoders took from the first that it was fed to that
}

// firstPacket is when the slowest of the encoders that were fed at first gave its first packet.
func (r *liveRun) firstPacket() time.Duration {
	if r.first[0] > 0 && r.first[1] > 0 && max(r.first[0], r.first[1]) < 3*time.Second {
		return max(r.first[0], r.first[1])
	}
	return min(cmp.Or(r.first[0], r.first[1]), cmp.Or(r.first[1], r.first[0]))
}

// runLive encodes a case into a container, in a bubble.
func runLive(t *testing.T, c astiavx.Container, how liveCase) *liveRun {
	t.Helper()
	r := &liveRun{}
	enc, p := api.NewEncoder(), particulars[c.Name]
	defer func() { _ = enc.Abort(nil) }()
	v, a := addLiveStreams(t, enc, p)
	opts := []api.OutputOption{api.FormatOptions(p.options)}
	if how.patience > 0 {
		opts = append(opts, api.Patience(how.patience))
	}
	r.start = time.Now()
	require.NoError(t, enc.OpenWriter(t.Context(), &r.tape, c.Name, opts...))
	r.header = r.Len()
	var began [2]time.Duration // when each stream was first fed
	for tick, samples := 0, 0; tick < liveTicks; tick++ {
		now := time.Since(r.start)
		if n := how.pictures(tick); n > 0 {
			began[0] = cmp.Or(began[0], now+1)
			require.NoError(t, v.AddFrames(t.Context(), api.Frames{Data: livePictures(p, tick, n), Layout: api.Raw}))
		}
		if n := how.sound(tick); n > 0 {
			began[1] = cmp.Or(began[1], now+1)
			require.NoError(t, a.AddSamples(t.Context(), tone(2, samples, n)))
			samples += n
		}
		if !how.fast {
			time.Sleep(liveTick)
			synctest.Wait()
			r.note(enc.Stats(), began)
		}
	}
	require.NoError(t, enc.Close())
	return r
}

// note notes which encoders have given a packet by now.
func (r *liveRun) note(s api.Stats, began [2]time.Duration) {
	for i, stream := range s.Streams {
		if stream.Packets > 0 && r.first[i] == 0 {
			r.first[i] = time.Since(r.start)
			r.slowest = max(r.slowest, r.first[i]-began[i])
		}
	}
}

// addLiveStreams adds pictures and sound as the container takes them.
func addLiveStreams(t *testing.T, enc *api.Encoder, p particular) (*api.VideoStream, *api.AudioStream) {
	t.Helper()
	video := api.VideoConfig{
		Width:        64,
		Height:       64,
		FrameRate:    liveRate,
		Codec:        p.video,
		PixelFormat:  p.format,
		InputFormat:  "gray",
		ExtraOptions: p.extra,
		Threads:      1,
	}
	if p.width > 0 {
		video.Width, video.Height = p.width, p.height
	}
	return addVideo(t, enc, video), addAudio(t, enc, api.AudioConfig{
		SampleRate:     48000,
		NumChannels:    2,
		Codec:          p.audio,
		ExtraOptions:   p.sound,
		OutSampleRate:  p.rate,
		OutNumChannels: p.channels,
	})
}

// livePictures are n pictures that change.
func livePictures(p particular, first, n int) []byte {
	width, height := 64, 64
	if p.width > 0 {
		width, height = p.width, p.height
	}
	data := make([]byte, n*width*height)
	for i := range data {
		data[i] = byte(i%width + i/width*(first+1))
	}
	return data
}

// liveContainers are all that carry pictures and sound, and can be written front to back.
func liveContainers(t *testing.T) (all []astiavx.Container) {
	t.Helper()
	for _, c := range astiavx.Containers() {
		p := particulars[c.Name]
		if c.NoFile || c.VideoCodec == astiav.CodecIDNone || c.AudioCodec == astiav.CodecIDNone ||
			unavailable[c.Name] != "" ||
			sought[c.Name] ||
			p.either {
			continue
		}
		carries := func(id astiav.CodecID) bool { can, known := container.Carries(c.Name, id); return can || !known }
		if carries(c.VideoCodec) && carries(c.AudioCodec) {
			all = append(all, c)
		}
	}
	return all
}

// atTheEnd are containers that are one line, written on Close.
var atTheEnd = []string{"crc", "hash", "md5", "streamhash"}

// sideBySide are containers whose pictures and sound cannot go on without each other. They wait,
// and fail if it is in vain.
var sideBySide = []string{"dv", "mxf", "swf", "avm2"}

// inOrder are containers that take packets in the order of their times alone. They wait, but do not
// fail.
var inOrder = []string{"asf", "asf_stream"}

// inStep are the cases in which neither stream ends before the other, or begins after it.
var inStep = []string{"fast", "live", "chunks of 2 s", "chunks, with patience"}

// TestLive feeds every container that can be written front to back as live programs do: both
// streams, one alone, one that stops, one that is late, and sound in large chunks.
func TestLive(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range liveContainers(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			runs := map[string]*liveRun{}
			for name, how := range liveCases {
				uneven := !slices.Contains(inStep, name)
				if uneven && slices.Contains(sideBySide, c.Name) {
					continue
				}
				synctest.Test(t, func(t *testing.T) { runs[name] = runLive(t, c, how) })
				waits := uneven && slices.Contains(inOrder, c.Name) || slices.Contains(atTheEnd, c.Name)
				if !how.fast && !waits {
					requireFlow(t, name, runs[name], how)
				}
			}
			for _, name := range []string{"live", "chunks, with patience"} {
				if slices.Contains(unequal, c.Name) {
					continue
				}
				assert.True(t, bytes.Equal(runs["fast"].Bytes(), runs[name].Bytes()), "%s: the same bytes as fast", name)
			}
			requireOrder(t, c, runs)
		})
	}
}

// requireFlow checks that the first bytes are there in time, and that from then on they come.
func requireFlow(t *testing.T, name string, r *liveRun, how liveCase) {
	t.Helper()
	patience := cmp.Or(how.patience, 500*time.Millisecond)
	due := r.firstPacket() + patience + liveTick
	assert.Greater(t, r.sizeAt(due), r.header, "%s: the first packet left its encoder at %v", name, r.first)
	const fragment = 400 * time.Millisecond
	last := time.Duration(0)
	for _, n := range r.notes {
		if n.end > r.header && last > 0 {
			assert.LessOrEqual(t, n.at-last, patience+r.slowest+fragment+2*liveTick, "%s: nothing came from %v on", name, last)
		}
		if n.end > r.header {
			last = n.at
		}
	}
}

// requireOrder checks that no stream is ahead of another by more than a second in file order, where
// none was silent for longer than the patience of the output, and by no more than a chunk where one
// was.
func requireOrder(t *testing.T, c astiavx.Container, runs map[string]*liveRun) {
	t.Helper()
	if unreadable[c.Name] != "" || c.Name == "mxf" || c.Name == "dv" { // which have a place for each frame
		return
	}
	for name, most := range map[string]float64{"live": 1, "chunks, with patience": 1, "chunks of 2 s": 2.5} {
		path := temporary(t, "live."+append(c.Extensions, "x")[0])
		require.NoError(t, os.WriteFile(path, runs[name].Bytes(), 0o600))
		latest := map[int]float64{}
		for _, p := range mediatest.Packets(t, path) {
			at := p.DTS
			if math.IsNaN(at) {
				at = p.PTS
			}
			latest[p.Stream] = at
			for _, other := range latest {
				require.LessOrEqual(t, at-other, most, "%s: stream %d", name, p.Stream)
			}
		}
		require.Len(t, latest, 2, name)
	}
}
