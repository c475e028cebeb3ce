package nodes

import (
	"context"
	"testing"
	"time"
	"unsafe"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// second is when picture n, or sample n, was accepted in these tests.
func second(n int64) time.Time { return time.Unix(n, 0) }

// openTestEncoder opens an encoder with these options.
func openTestEncoder(t *testing.T, name string, options map[string]string, set func(*astiav.CodecContext)) *astiav.CodecContext {
	t.Helper()
	codec := astiav.FindEncoderByName(name)
	require.NotNil(t, codec, name)
	cc := NewCodecContext(codec)
	astiavx.LogEncoder(cc, nil)
	set(cc)
	for key, value := range options {
		require.NoError(t, astiavx.SetOption(cc, key, value), key)
	}
	require.NoError(t, astiavx.Open(cc, codec))
	return cc
}

const testEncoderWidth, testEncoderHeight = 128, 96

// openPictures opens an encoder of pictures, 30 a second.
func openPictures(t *testing.T, name string, options map[string]string) *astiav.CodecContext {
	t.Helper()
	return openTestEncoder(t, name, options, func(cc *astiav.CodecContext) {
		cc.SetWidth(testEncoderWidth)
		cc.SetHeight(testEncoderHeight)
		cc.SetPixelFormat(astiav.PixelFormatYuv420P)
		cc.SetTimeBase(astiav.NewRational(1, 30))
		cc.SetFramerate(astiav.NewRational(30, 1))
	})
}

// movingPicture returns a picture in which a bar moves, with its time and when it was accepted.
func movingPicture(t *testing.T, pool *astiavx.PicturePool, n int64) pipeline.Frame {
	t.Helper()
	f := pipeline.NewFrame()
	require.NoError(t, pool.Get(f.Frame))
	for plane, value := range []byte{40, 90, 160} {
		stride := f.Linesize()[plane]
		height := testEncoderHeight
		if plane > 0 {
			height /= 2
		}
		pixels := unsafe.Slice((*byte)(astiavx.Plane(f.Frame, plane)), stride*height)
		for i := range pixels {
			pixels[i] = value
			if x := i % stride; int64(x) >= n%32 && int64(x) < n%32+20 {
				pixels[i] = value + 60 + byte(i*7)%30
			}
		}
	}
	f.SetPts(n)
	f.Accepted = second(n)
	return f
}

// TestPacketsKnowWhenTheirPictureWasAccepted: also if the encoder changes the order of pictures,
// keeps many of them back, or makes packets that are not shown.
func TestPacketsKnowWhenTheirPictureWasAccepted(t *testing.T) {
	mediatest.NoLeaks(t)
	const pictures = 70
	for name, c := range map[string]struct {
		encoder string
		options map[string]string
	}{
		"B-frames":          {"mpeg4", map[string]string{"bf": "2"}},
		"lookahead":         {"libx264", map[string]string{"preset": "veryfast", "bf": "3"}},
		"no lookahead":      {"libx264", map[string]string{"preset": "ultrafast", "tune": "zerolatency"}},
		"x265":              {"libx265", map[string]string{"preset": "ultrafast", "x265-params": "log-level=none"}},
		"alt-ref of VP8":    {"libvpx", map[string]string{"auto-alt-ref": "1", "lag-in-frames": "16", "cpu-used": "5", "b": "200k"}},
		"alt-ref of VP9":    {"libvpx-vp9", map[string]string{"auto-alt-ref": "1", "lag-in-frames": "20", "cpu-used": "8", "b": "200k"}},
		"hidden frames":     {"libaom-av1", map[string]string{"cpu-used": "8", "lag-in-frames": "19"}},
		"every frame a key": {"mjpeg", map[string]string{"strict": "unofficial"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, err := astiavx.NewPicturePool(astiav.PixelFormatYuv420P, testEncoderWidth, testEncoderHeight)
			require.NoError(t, err)
			defer pool.Free()
			e := NewEncode[pipeline.Frame](c.encoder, openPictures(t, c.encoder, c.options))
			defer e.Close()
			var packets []pipeline.Packet
			for n := range int64(pictures) {
				require.NoError(t, e.Process(context.Background(), movingPicture(t, pool, n), collect(&packets)))
				require.LessOrEqual(t, int64(len(e.acceptance.given)), e.Held()+20, "what can still come is kept, and no more")
			}
			require.NoError(t, e.Flush(context.Background(), collect(&packets)))
			require.GreaterOrEqual(t, len(packets), pictures)
			for _, p := range packets {
				require.Equal(t, second(p.Pts()), p.Accepted)
				p.Free()
			}
			require.LessOrEqual(t, len(e.acceptance.given), 3)
		})
	}
}

// TestPacketsKnowWhenTheirSoundWasAccepted: a packet has the time of the block in which its sound
// begins, and priming that of the first block.
func TestPacketsKnowWhenTheirSoundWasAccepted(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, format := range map[string]astiav.SampleFormat{
		"aac": astiav.SampleFormatFltp, "libopus": astiav.SampleFormatFlt, "ac3": astiav.SampleFormatFltp,
		"libmp3lame": astiav.SampleFormatFltp, "flac": astiav.SampleFormatS16, "mp2": astiav.SampleFormatS16,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := SampleSpec{Rate: 48000, Format: format, Layout: astiav.ChannelLayoutStereo}
			e := NewEncode[pipeline.Samples](name, openTestEncoder(t, name, nil, func(cc *astiav.CodecContext) {
				cc.SetSampleRate(spec.Rate)
				cc.SetSampleFormat(spec.Format)
				cc.SetChannelLayout(spec.Layout)
				cc.SetTimeBase(astiav.NewRational(1, spec.Rate))
			}))
			defer e.Close()
			blocks := NewSampleShelf(spec)
			defer blocks.Close()
			size := int64(e.codec.FrameSize())
			var packets []pipeline.Packet
			const last = 49
			for n := range int64(last + 1) {
				block, err := blocks.silence(int(size))
				require.NoError(t, err)
				block.Accepted = second(n)
				require.NoError(t, e.Process(context.Background(), block, collect(&packets)))
			}
			require.NoError(t, e.Flush(context.Background(), collect(&packets)))
			require.Greater(t, len(packets), last)
			for _, p := range packets {
				want := min(max(p.Pts(), 0)/size, last)
				require.Equal(t, second(want), p.Accepted, "%d", p.Pts())
				p.Free()
			}
			require.LessOrEqual(t, len(e.acceptance.given), 3)
		})
	}
}

// TestBlocksKnowWhenTheirLastSampleWasAccepted: blocks of 1000 samples become blocks of 1024.
func TestBlocksKnowWhenTheirLastSampleWasAccepted(t *testing.T) {
	mediatest.NoLeaks(t)
	in := SampleSpec{Rate: 48000, Format: astiav.SampleFormatFltp, Layout: astiav.ChannelLayoutMono}
	out := in
	out.Format = astiav.SampleFormatS16
	resample, rechunk := NewResample(in, out), NewRechunk(out, 1024, true)
	defer resample.Close()
	defer rechunk.Close()
	var blocks []pipeline.Samples
	chain := pipeline.Chain[pipeline.Samples, pipeline.Samples, pipeline.Samples](resample, rechunk)
	for n := range int64(100) {
		block, err := resample.Blanks().silence(1000)
		require.NoError(t, err)
		block.Accepted = second(n)
		require.NoError(t, chain.Process(context.Background(), block, collect(&blocks)))
	}
	require.NoError(t, chain.Flush(context.Background(), collect(&blocks)))
	require.Len(t, blocks, 98)
	for i, b := range blocks {
		last := min(int64(i+1)*1024, 100*1000) - 1
		require.Equal(t, second(last/1000), b.Accepted, "block %d", i)
		b.Free()
	}
}

// TestRepeatsKnowWhenTheirPictureWasAccepted: and the pictures that are left out leave no trace.
func TestRepeatsKnowWhenTheirPictureWasAccepted(t *testing.T) {
	mediatest.NoLeaks(t)
	pool, err := astiavx.NewPicturePool(astiav.PixelFormatGray8, 16, 16)
	require.NoError(t, err)
	defer pool.Free()
	r := NewRate(RateConfig{Base: astiav.NewRational(1, 10), Duration: 1, Rate: astiav.NewRational(10, 1)})
	defer r.Close()
	var out []pipeline.Frame
	for n, pts := range []int64{0, 3, 3, 4} {
		f := pipeline.NewFrame()
		require.NoError(t, pool.Get(f.Frame))
		f.SetPts(pts)
		f.Accepted = second(int64(n))
		require.NoError(t, r.Process(context.Background(), f, collect(&out)))
	}
	require.NoError(t, r.Flush(context.Background(), collect(&out)))
	for i, n := range []int64{0, 0, 0, 2, 3} {
		require.Equal(t, second(n), out[i].Accepted, "picture %d", i)
		out[i].Free()
	}
	require.Len(t, out, 5)
}

// TestAcceptanceForgets: an encoder that drops and merges pictures does not make it grow.
func TestAcceptanceForgets(t *testing.T) {
	mediatest.NoLeaks(t)
	var a acceptance
	packet := pipeline.NewPacket()
	defer packet.Free()
	require.Zero(t, a.find(packet).accepted)
	for n := range int64(1000) {
		a.note(n, second(n))
		if n%10 == 9 { // one packet for ten pictures
			packet.SetPts(n - 2)
			packet.SetDts(n - 5)
			require.Equal(t, second(n-2), a.find(packet).accepted)
		}
	}
	require.Len(t, a.given, 6)
	require.LessOrEqual(t, cap(a.given), 64)
	packet.SetPts(994)
	require.Equal(t, second(994), a.find(packet).accepted)
	packet.SetPts(astiav.NoPtsValue)
	require.NotPanics(t, func() { a.find(packet) })
}

// copyingDevice takes pictures as they are.
type copyingDevice struct{ Device }

func (copyingDevice) Upload(to, from *astiav.Frame) error { return to.Ref(from) }
func (copyingDevice) AwaitUpload() error                  { return nil }
func (copyingDevice) Close()                              {}

// TestFramesKeepWhatTheirInputCarries: whether the picture is converted, passed on or uploaded.
func TestFramesKeepWhatTheirInputCarries(t *testing.T) {
	mediatest.NoLeaks(t)
	const side = 8
	want := pipeline.Orders{Key: true, BitRate: 5000}
	cfg := sameSize(side, side, astiav.PixelFormatGray8, bt709(astiav.ColorRangeMpeg))
	cfg.InputFormat = astiav.PixelFormatGray8
	convert, err := NewConvert(cfg)
	require.NoError(t, err)
	defer convert.Close()
	upload := NewUpload(copyingDevice{})
	defer upload.Close()
	chain := pipeline.Chain[pipeline.Input, pipeline.Frame, pipeline.Frame](convert, upload)
	owned, err := convert.Blanks().Get()
	require.NoError(t, err)
	borrowed := lent(astiav.PixelFormatGray8, make([]byte, side*side), side)
	require.True(t, borrowed.Take())
	for _, in := range []pipeline.Input{borrowed, {Format: astiav.PixelFormatGray8, Owned: owned}} {
		in.PTS, in.Accepted, in.Orders = 7, second(3), want
		var out []pipeline.Frame
		require.NoError(t, chain.Process(context.Background(), in, collect(&out)))
		require.Len(t, out, 1)
		require.Equal(t, int64(7), out[0].Pts())
		require.Equal(t, second(3), out[0].Accepted)
		require.Equal(t, want, out[0].Orders)
		out[0].Free()
	}
}
