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

// openCodec opens an encoder. A container needs only its description.
func openCodec(t *testing.T, name string, set func(cc *astiav.CodecContext)) Stream {
	t.Helper()
	codec := astiav.FindEncoderByName(name)
	cc := astiav.AllocCodecContext(codec)
	cc.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagGlobalHeader))
	t.Cleanup(cc.Free)
	set(cc)
	require.NoError(t, cc.Open(codec, nil))
	described, err := DescribeCodec(cc)
	require.NoError(t, err)
	t.Cleanup(described.Free)
	return Stream{Codec: described}
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

// openMux opens a file of both streams, crash-safe or not.
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

// consume gives a Mux the packets of a stream from number from up to, but not including, number to.
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

// fakeSupply is a stream that a test feeds.
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

// supplyMux gives a Mux a fakeSupply for each stream.
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

// due returns in how long a Mux wants Tick to be called; negative: it does not.
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

// feed notes that a stream was fed, and gives the Mux its packets from number from up to, but not
// including, number to.
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

// The index does not wait for a stream that has ended without a packet, or for one that begins
// after the end of the first fragment.
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

// The second stream begins at five seconds of the file, and its first packet comes long after these
// five seconds were written.
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
