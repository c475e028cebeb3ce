package muxer

import (
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/destination"
)

// The streams of these tests: pictures, 25 a second, and sound with priming.
const (
	pictures = 0
	sound    = 1
)

// openCodec opens an encoder, of which a container needs no more than the description.
func openCodec(t *testing.T, name string, set func(cc *astiav.CodecContext)) Stream {
	t.Helper()
	codec := astiav.FindEncoderByName(name)
	cc := astiav.AllocCodecContext(codec)
	cc.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagGlobalHeader))
	t.Cleanup(cc.Free)
	set(cc)
	require.NoError(t, cc.Open(codec, nil))
	return Stream{Codec: cc}
}

func bothStreams(t *testing.T, audio string) []Stream {
	t.Helper()
	return []Stream{
		openCodec(t, "mpeg4", func(cc *astiav.CodecContext) {
			cc.SetWidth(64)
			cc.SetHeight(64)
			cc.SetPixelFormat(astiav.PixelFormatYuv420P)
			cc.SetTimeBase(astiav.NewRational(1, 25))
		}),
		openCodec(t, audio, func(cc *astiav.CodecContext) {
			cc.SetSampleRate(48000)
			cc.SetSampleFormat(astiav.SampleFormatFltp)
			cc.SetChannelLayout(astiav.ChannelLayoutMono)
			cc.SetTimeBase(astiav.NewRational(1, 48000))
		}),
	}
}

// openMux opens a file of both streams that is to be crash-safe, or not.
func openMux(t *testing.T, format string, safe bool) (m *Mux, path string) {
	t.Helper()
	return openMuxOf(t, Config{Format: format, Streams: bothStreams(t, "aac"), CrashSafe: safe})
}

// openMuxOf opens a file.
func openMuxOf(t *testing.T, cfg Config) (m *Mux, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file")
	dst, err := destination.CreateFile(path)
	require.NoError(t, err)
	m, err = New(cfg, dst)
	require.NoError(t, err)
	t.Cleanup(m.Close)
	return m, path
}

// consume gives a Mux the packets from and up to these numbers of a stream.
func consume(t *testing.T, m *Mux, stream int, from, to int64) {
	t.Helper()
	duration := []int64{1, 1024}[stream]
	for k := from; k < to; k++ {
		p := packetAt(t, k*duration, 100)
		p.SetDuration(duration)
		p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
		require.NoError(t, m.Consume(t.Context(), stream, p))
	}
}

// fakeSupply is a stream that is fed as a test says.
type fakeSupply struct {
	made     time.Time
	fed      time.Duration // 0: never
	underway bool
}

func (s *fakeSupply) Underway() bool       { return s.underway }
func (s *fakeSupply) FedAt() time.Duration { return s.fed }
func (s *fakeSupply) Age() time.Duration   { return max(time.Since(s.made), 1) }
func (s *fakeSupply) feed()                { s.fed = s.Age() }

func (s *fakeSupply) SilentAt(from, long time.Duration) time.Duration {
	if s.fed > 0 {
		from = s.fed
	}
	return from + long
}

// supply gives a Mux a fakeSupply for each stream.
func supplyMux(m *Mux) (pictures, sound *fakeSupply) {
	made := time.Now().Add(-time.Minute)
	pictures, sound = &fakeSupply{made: made}, &fakeSupply{made: made}
	m.patience.supplies = []supply{pictures, sound}
	return pictures, sound
}

func tick(t *testing.T, m *Mux) {
	t.Helper()
	require.NoError(t, m.Tick(t.Context()))
}

// due is how long from now a Mux wants to be called; negative: not.
func due(m *Mux) time.Duration {
	if m.Due().IsZero() {
		return -1
	}
	return time.Until(m.patience.nextSilence())
}

func found(t *testing.T, path string, stream int) (times []float64) {
	t.Helper()
	for _, p := range mediatest.Packets(t, path) {
		if p.Stream == stream {
			times = append(times, p.PTS)
		}
	}
	return times
}

// feed has a stream fed with packets from and up to these numbers, which its encoder gives out at
// once.
func feed(t *testing.T, m *Mux, s *fakeSupply, stream int, from, to int64) {
	t.Helper()
	s.feed()
	consume(t, m, stream, from, to)
}

// wait lets time pass, and calls Tick when it is due.
func wait(t *testing.T, m *Mux, long time.Duration) {
	t.Helper()
	for end := time.Now().Add(long); ; {
		next := due(m)
		if next < 0 || next > time.Until(end) {
			time.Sleep(time.Until(end))
			return
		}
		time.Sleep(next)
		tick(t, m)
	}
}

func TestPatience(t *testing.T) {
	for _, format := range []string{"mp4", "mov", "matroska"} {
		t.Run(format, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, path := openMux(t, format, true)
				fed, other := supplyMux(m)
				header := m.dst.Written()
				require.EqualValues(t, -1, due(m))
				feed(t, m, fed, pictures, 0, 10)
				wait(t, m, 100*time.Millisecond)
				feed(t, m, fed, pictures, 10, 12)
				require.Equal(t, DefaultPatience-100*time.Millisecond, due(m), "it counts from the first packet")
				other.underway = true
				wait(t, m, DefaultPatience)
				require.LessOrEqual(t, due(m), lookAgain, "sound is on its way")
				require.Equal(t, header, m.dst.Written())
				other.underway = false
				feed(t, m, fed, pictures, 12, 13)
				wait(t, m, lookAgain)
				require.Len(t, found(t, path, pictures), 13, "it is not")

				feed(t, m, fed, pictures, 13, 40)
				require.GreaterOrEqual(t, len(found(t, path, pictures)), 25, "nobody waits any more: half a second at a time")
				other.feed()
				feed(t, m, fed, pictures, 40, 45)
				require.True(t, m.order.awaits(sound), "once it is fed they wait for it, before it sends anything")
				feed(t, m, other, sound, 0, 3)
				require.Equal(t, DefaultPatience, due(m))
				wait(t, m, DefaultPatience)
				require.Len(t, found(t, path, pictures), 45)
				require.Len(t, found(t, path, sound), 3)
				require.NoError(t, m.Flush(t.Context()))
			})
		})
	}
}

// TestOneSilentStreamDoesNotDisorderTheOthers: they wait for each other all the same.
func TestOneSilentStreamDoesNotDisorderTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, path := openMux(t, "matroska", true)
		_, other := supplyMux(m)
		header := m.dst.Written()
		feed(t, m, other, sound, 0, 200)
		wait(t, m, DefaultPatience-1)
		require.Equal(t, header, m.dst.Written())
		wait(t, m, 1)
		require.Len(t, found(t, path, sound), 200)
	})
}

// TestFedStreamsAreWaitedFor whatever their encoders hold back: the clock decides nothing.
func TestFedStreamsAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, path := openMux(t, "matroska", true)
		fed, other := supplyMux(m)
		header := m.dst.Written()
		for k := range int64(100) { // 2 s, at the rate at which they are shown
			fed.feed()
			feed(t, m, other, sound, k, k+1)
			wait(t, m, 1024*time.Second/48000)
		}
		require.Equal(t, header, m.dst.Written())
		feed(t, m, fed, pictures, 0, 1)
		wait(t, m, DefaultPatience)
		require.Len(t, found(t, path, sound), 100)
	})
}

// TestSlowStreamsHaveMorePatience: nobody is silent for being slow.
func TestSlowStreamsHaveMorePatience(t *testing.T) {
	p := newPatience(Config{Streams: []Stream{
		{Codec: bothStreams(t, "aac")[0].Codec, FrameRate: astiav.NewRational(1, 2)},
		{Codec: bothStreams(t, "aac")[0].Codec, FrameRate: astiav.NewRational(30, 1)},
		bothStreams(t, "aac")[1],
	}}, true)
	require.Equal(t, []time.Duration{4 * time.Second, DefaultPatience, DefaultPatience}, p.ofStream)
	require.Equal(t, DefaultPatience, p.ofOutput)
}

// TestAnotherSilenceMayComeFirst: the engine keeps the time at which it was to look for the first
// that was awaited.
func TestAnotherSilenceMayComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := openMux(t, "matroska", true)
		slow, other := supplyMux(m)
		m.patience.ofStream[pictures] = time.Hour
		slow.feed()
		feed(t, m, other, sound, 0, 2)
		require.Equal(t, time.Hour, due(m))
		require.LessOrEqual(t, time.Until(m.Due()), DefaultPatience/looksPerPatience)
	})
}

// TestIndexDoesNotWait for a stream that has ended without a packet, nor for one that begins later
// than the first fragment ends.
func TestIndexDoesNotWait(t *testing.T) {
	for name, begin := range map[string]func(t *testing.T, m *Mux){
		"one ended":       func(t *testing.T, m *Mux) { require.NoError(t, m.EndInput(t.Context(), sound)) },
		"one begins late": func(t *testing.T, m *Mux) { consume(t, m, sound, 500, 501) },
	} {
		t.Run(name, func(t *testing.T) {
			m, path := openMux(t, "mp4", true)
			begin(t, m)
			consume(t, m, pictures, 0, 40)
			require.Len(t, found(t, path, pictures), 39, "three fragments of 13 pictures")
		})
	}
}

func TestWhoIsPatient(t *testing.T) {
	for _, c := range []struct {
		format   string
		safe     bool
		patience time.Duration
		seekable bool
		want     bool
	}{
		{"mp4", true, 0, true, true},
		{"mp4", false, 0, true, false},
		{"avi", true, 0, true, false},
		{"avi", true, time.Second, true, true},
		{"mp4", false, 0, false, true},
		{"mpegts", false, 0, false, true},
	} {
		dst := destination.DryFile("")
		if !c.seekable {
			dst = destination.DryConnection()
		}
		m, err := New(Config{Format: c.format, Streams: bothStreams(t, "aac"), CrashSafe: c.safe, Patience: c.patience}, dst)
		require.NoError(t, err)
		require.Equal(t, c.want, m.patience.limited, "%+v", c)
		m.Close()
	}
}

// TestStreamThatBeginsLate has nothing for the first five seconds of the file, and comes long after
// they were written.
func TestStreamThatBeginsLate(t *testing.T) {
	for _, format := range []string{"mp4", "mov", "matroska"} {
		t.Run(format, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				write := func(safe bool) (path string) {
					m, path := openMux(t, format, safe)
					consume(t, m, pictures, 0, 150)
					if safe {
						_, _ = supplyMux(m)
						m.patience.first = 1
						time.Sleep(DefaultPatience)
						tick(t, m)
					}
					consume(t, m, sound, 234, 300) // 4.992 s
					require.NoError(t, m.Flush(t.Context()))
					return path
				}
				safe, plain := write(true), write(false)
				for stream := range 2 {
					require.Equal(t, found(t, plain, stream), found(t, safe, stream))
				}
				require.InDelta(t, 4.992, found(t, safe, sound)[0]-found(t, safe, pictures)[0], 0.001)
			})
		})
	}
}

// TestEndBesideASilentStream brings what came before it to the destination: Close may be far off.
func TestEndBesideASilentStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, path := openMux(t, "matroska", true)
		fed, _ := supplyMux(m)
		feed(t, m, fed, pictures, 0, 10)
		wait(t, m, DefaultPatience)
		feed(t, m, fed, pictures, 10, 13)
		require.NoError(t, m.EndInput(t.Context(), pictures))
		require.Len(t, found(t, path, pictures), 13)
	})
}

// Only the mov family needs a packet of AC-3 before it can describe the stream. Matroska cuts its
// clusters although such a stream has had none.
func TestClustersDoNotWaitForAC3(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, path := openMuxOf(t, Config{Format: "matroska", Streams: bothStreams(t, "ac3"), CrashSafe: true})
		fed, _ := supplyMux(m)
		feed(t, m, fed, pictures, 0, 10)
		wait(t, m, DefaultPatience)
		require.Len(t, found(t, path, pictures), 10)
	})
}

// Held counts the packets of all streams together, and HeldOf those of one stream.
func TestHeld(t *testing.T) {
	m, _ := openMuxOf(t, Config{Format: "matroska", Streams: bothStreams(t, "aac")})
	require.Zero(t, m.Held())
	consume(t, m, pictures, 0, 5)
	require.Equal(t, []int64{5, 5, 0}, []int64{m.Held(), m.HeldOf(pictures), m.HeldOf(sound)})
	consume(t, m, sound, 0, 9) // to 0.192 s: pictures up to 0.16 s are due, and sound from then on waits
	require.Equal(t, []int64{1, 0, 1}, []int64{m.Held(), m.HeldOf(pictures), m.HeldOf(sound)})
	require.NoError(t, m.Sync(t.Context()))
	require.Zero(t, m.Held())
	consume(t, m, pictures, 5, 9)
	require.EqualValues(t, 4, m.Held())
	m.Close()
	require.Zero(t, m.Held(), "packets that were given up are held no more")
}

// BenchmarkHeld shows that the cost of Held, which the engine calls after each packet, does not
// grow with the number of streams.
func BenchmarkHeld(b *testing.B) {
	for _, streams := range []int{1, 64} {
		b.Run(strconv.Itoa(streams), func(b *testing.B) {
			m := &Mux{order: newInterleaver(make([]track, streams))}
			for b.Loop() {
				_ = m.Held()
			}
		})
	}
}
