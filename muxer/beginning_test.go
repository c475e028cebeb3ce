package muxer

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/destination"
)

// An output that joins before the first packet is what it would be without joining, priming
// included.
func TestLateFromTheStart(t *testing.T) {
	mediatest.NoLeaks(t)
	aac, opus, mp3 := record(t, "libx264", "bf=2", "aac"), record(t, "", "", "libopus"), record(t, "", "", "libmp3lame")
	for _, c := range []struct {
		*recording
		format     string
		seek, safe bool
	}{
		{aac, "mp4", true, true},
		{aac, "mp4", false, false},
		{aac, "matroska", false, false},
		{aac, "mpegts", false, false},
		{aac, "flv", false, false},
		{opus, "matroska", true, true},
		{opus, "ogg", true, false},
		{mp3, "mp3", true, false},
	} {
		write := func(late bool) []byte {
			path := filepath.Join(t.TempDir(), "file")
			c.write(t, Config{Format: c.format, CrashSafe: c.safe, Late: late}, path, c.seek, -10)
			written, err := os.ReadFile(path)
			require.NoError(t, err)
			return written
		}
		require.True(t, bytes.Equal(write(false), write(true)), "%s %v %v", c.format, c.seek, c.safe)
	}
}

// openLate opens a file that joins late, of pictures and sound.
func openLate(t *testing.T, format string, safe bool) (m *Mux, path string) {
	t.Helper()
	return openMuxOf(t, Config{Format: format, Streams: bothStreams(t, "aac"), CrashSafe: safe, Late: true})
}

// consumePicture gives a Mux a picture with these times.
func consumePicture(t *testing.T, m *Mux, stream int, dts, pts int64, key bool) {
	t.Helper()
	p := packetAt(t, dts, 100)
	p.SetPts(pts)
	p.SetDuration(1)
	if key {
		p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
	}
	require.NoError(t, m.Consume(t.Context(), stream, p))
}

// Pictures that need earlier ones are left out and told: those before the first key picture, and
// those that are decoded after it and shown before it.
func TestLateLeavesOutWhatCannotBeDecoded(t *testing.T) {
	mediatest.NoLeaks(t)
	var told []string
	m, path := openMuxOf(t, Config{
		Format: "mp4", Streams: bothStreams(t, "aac"), Late: true,
		Warn: func(stream int, text string) { told = append(told, fmt.Sprint(stream, ": ", text)) },
	})
	consumePicture(t, m, pictures, 8, 9, false)
	consumePicture(t, m, pictures, 9, 8, false)
	consumePicture(t, m, pictures, 10, 13, true)
	consumePicture(t, m, pictures, 11, 11, false)
	consumePicture(t, m, pictures, 12, 12, false)
	consumePicture(t, m, pictures, 13, 16, false)
	consumePicture(t, m, pictures, 14, 14, false)
	consume(t, m, sound, 15, 30) // from 0.32 s to 0.64 s, and the picture is shown at 0.52 s
	end(t, m)
	require.Equal(t, []string{"0: 4 pictures are left out at the beginning, because they need earlier ones"}, told)
	require.InDeltaSlice(t, []float64{0, 0.12, 0.04}, found(t, path, pictures), 1e-6)
	times := found(t, path, sound)
	require.InDelta(t, 24*1024./48000-0.52, times[0], 1e-4, "the packet that lasts beyond the beginning")
	require.Len(t, times, 6)
}

// Sync does not make an output begin without the pictures that it waits for.
func TestSyncDoesNotBeginWithoutPictures(t *testing.T) {
	mediatest.NoLeaks(t)
	m, path := openLate(t, "matroska", true)
	consume(t, m, sound, 90, 100) // from 1.92 s to 2.13 s
	require.NoError(t, m.Sync(t.Context()))
	require.Zero(t, m.dst.Written())
	consumePicture(t, m, pictures, 50, 50, true)
	require.NoError(t, m.Sync(t.Context()))
	require.Len(t, found(t, path, pictures), 1)
	require.Len(t, found(t, path, sound), 7, "from 1.984 s on")
	end(t, m)
}

// If sound is missing, Sync makes the output begin with pictures. Sound from before comes too late.
func TestSyncBeginsWithoutSound(t *testing.T) {
	mediatest.NoLeaks(t)
	m, path := openLate(t, "matroska", true)
	consumePicture(t, m, pictures, 50, 50, true)
	require.NoError(t, m.Sync(t.Context()))
	require.Len(t, found(t, path, pictures), 1)
	consume(t, m, sound, 90, 100)
	end(t, m)
	times := found(t, path, sound)
	require.Len(t, times, 7)
	require.InDelta(t, 93*1024./48000-2, times[0]-found(t, path, pictures)[0], 0.001)
}

// Pictures that are not fed are not waited for: time 0 is where sound begins. Pictures that come
// later have their time.
func TestLateWithSilentPictures(t *testing.T) {
	for _, format := range []string{"mp4", "matroska", "mpegts"} {
		synctest.Test(t, func(t *testing.T) {
			m, path := openLate(t, format, format != "mpegts")
			m.patience.limited = true
			fed, other := supplyMux(m)
			feed(t, m, other, sound, 90, 100)
			wait(t, m, DefaultPatience)
			require.True(t, m.beginning.begun)
			feed(t, m, fed, pictures, 100, 110) // 4 s
			feed(t, m, other, sound, 180, 190)
			end(t, m)
			require.InDelta(t, 4-1.92, found(t, path, pictures)[0]-found(t, path, sound)[0], 0.001, format)
		})
	}
}

// An output that got nothing is empty. That is no error if it joined late, not even in a container
// that has no empty files.
func TestLateWithoutPackets(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"mp4", "matroska", "mpegts", "nut", "avi"} {
		m, path := openLate(t, format, format == "matroska")
		consumePicture(t, m, pictures, 5, 5, false) // of no use
		end(t, m)
		if format != "mpegts" { // which has no header
			mediatest.Run(t, "mediainfo", path)
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.NotZero(t, info.Size(), format)
		}
	}
	gif := openCodec(t, "gif", func(cc *astiav.CodecContext) {
		cc.SetWidth(64)
		cc.SetHeight(64)
		cc.SetPixelFormat(astiav.PixelFormatRgb8)
		cc.SetTimeBase(astiav.NewRational(1, 25))
	})
	late, _ := openMuxOf(t, Config{Format: "gif", Streams: []Stream{gif}, Late: true})
	end(t, late)
	m, _ := openMuxOf(t, Config{Format: "gif", Streams: []Stream{gif}})
	require.NoError(t, m.EndInput(t.Context(), 0))
	_, empty := errors.AsType[*EmptyError](m.Flush(t.Context()))
	require.True(t, empty)
}

// New of an output that joins late finds what its header refuses, and the limits of its times.
func TestLateTriesItsHeader(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := Config{Format: "mp4", Streams: bothStreams(t, "aac"), Late: true, Options: map[string]string{"nonsense": "1"}}
	_, err := New(cfg, destination.DryFile(""))
	unused, _ := errors.AsType[*UnusedOptionsError](err)
	require.Equal(t, &UnusedOptionsError{Names: []string{"nonsense"}}, unused)
	m, _ := openLate(t, "mp4", false)
	require.NotZero(t, m.TimeLimits(pictures).Gap)
}

// The earliest of the first key pictures is time 0, exactly, whatever the rates.
func TestLateWithTwoStreamsOfPictures(t *testing.T) {
	mediatest.NoLeaks(t)
	streams := []Stream{bothStreams(t, "aac")[0], openCodec(t, "mpeg4", func(cc *astiav.CodecContext) {
		cc.SetWidth(64)
		cc.SetHeight(64)
		cc.SetPixelFormat(astiav.PixelFormatYuv420P)
		cc.SetTimeBase(astiav.NewRational(1001, 30000))
	})}
	m, path := openMuxOf(t, Config{Format: "nut", Streams: streams, Late: true})
	consumePicture(t, m, 1, 31, 31, false)
	consumePicture(t, m, 0, 26, 26, true) // 1.04 s
	consumePicture(t, m, 1, 32, 32, true) // 1.0677 s
	consumePicture(t, m, 1, 33, 33, false)
	end(t, m)
	require.InDeltaSlice(t, []float64{0}, found(t, path, 0), 1e-9)
	require.InDeltaSlice(t, []float64{32*1001./30000 - 1.04, 33*1001./30000 - 1.04}, found(t, path, 1), 1e-5)
}

// Nothing is left out of an output with an origin.
func TestOrigin(t *testing.T) {
	mediatest.NoLeaks(t)
	m, path := openMuxOf(t, Config{
		Format: "mp4", Streams: bothStreams(t, "aac"), Origin: Moment{50, astiav.NewRational(1, 25)},
	})
	consume(t, m, sound, 92, 100) // from 1.963 s
	consume(t, m, pictures, 50, 55)
	end(t, m)
	require.InDelta(t, 0, found(t, path, pictures)[0], 1e-9)
	require.InDelta(t, 92*1024./48000-2, found(t, path, sound)[0], 1e-4)
	require.Len(t, found(t, path, sound), 8)
}

func TestTimelineIsExact(t *testing.T) {
	ntsc, film, samples := astiav.NewRational(1001, 30000), astiav.NewRational(1, 24), astiav.NewRational(1, 44100)
	for _, c := range []struct {
		from   astiav.Rational
		origin Moment
		ticks  int64
		want   astiav.Rational // seconds
	}{
		{film, Moment{}, 7, astiav.NewRational(7, 24)},
		{film, Moment{24, film}, 25, astiav.NewRational(1, 24)},
		{ntsc, Moment{5, film}, 7, astiav.NewRational(7*1001*4-5*5000, 120000)},
		{samples, Moment{3, ntsc}, 4414, astiav.NewRational(4414*100-3*1001*147, 4410000)},
		{samples, Moment{1, astiav.NewRational(1, 25)}, 0, astiav.NewRational(-1, 25)},
	} {
		line := newTimeline(c.from, c.origin)
		got := line.since(c.ticks)
		require.Equal(t, got*int64(line.base.Num())*int64(c.want.Den()), int64(c.want.Num())*int64(line.base.Den()), "%+v", c)
	}
	odd, other := astiav.NewRational(1, 1<<31-1), astiav.NewRational(999_983, 1_000_003)
	line := newTimeline(other, Moment{1<<31 - 1, odd}) // 1 s
	require.InDelta(t, 10*other.Float64()-1, float64(line.since(10))*line.base.Float64(), 1e-3)
	require.NotZero(t, line.perTick)
}

// TrueHD can be decoded from some of its packets on only.
func TestLateWithDependentSound(t *testing.T) {
	mediatest.NoLeaks(t)
	truehd := openCodec(t, "truehd", func(cc *astiav.CodecContext) {
		cc.SetStrictStdCompliance(astiav.StrictStdComplianceExperimental)
		cc.SetSampleRate(48000)
		cc.SetSampleFormat(astiav.SampleFormatS16P)
		cc.SetChannelLayout(astiav.ChannelLayoutStereo)
		cc.SetTimeBase(astiav.NewRational(1, 48000))
	})
	for key, want := range map[int64][]float64{50: {0, 0.04}, 51: {0.04}} { // and the picture is at 2 s
		m, path := openMuxOf(t, Config{Format: "matroska", Streams: []Stream{bothStreams(t, "aac")[0], truehd}, Late: true})
		consumePicture(t, m, 0, 50, 50, true)
		for k := range int64(3) {
			p := packetAt(t, (49+k)*1920, 100) // of 0.04 s
			p.SetDuration(1920)
			if 49+k == 49 || 49+k == key {
				p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
			}
			require.NoError(t, m.Consume(t.Context(), 1, p))
		}
		end(t, m)
		require.InDeltaSlice(t, want, found(t, path, 1), 1e-9, "key packet %d", key)
	}
}
