package muxer

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// The recordings of these tests: pictures of 96×64, 25 a second, and stereo sound.
const (
	lateRate   = 48000
	lateFrames = 100
	lateKey    = 25 // a key frame every second
)

// recording is what encoders have made of a program, from its beginning.
type recording struct {
	streams []Stream
	packets [][]pipeline.Packet // by stream
}

// record encodes pictures and sound. An empty name leaves a stream out.
func record(t *testing.T, video, options, audio string) *recording {
	t.Helper()
	r := &recording{}
	if video != "" {
		cc := openEncoder(t, video, options, func(cc *astiav.CodecContext) {
			cc.SetWidth(96)
			cc.SetHeight(64)
			cc.SetPixelFormat(astiav.PixelFormatYuv420P)
			cc.SetTimeBase(astiav.NewRational(1, 25))
			cc.SetFramerate(astiav.NewRational(25, 1))
			cc.SetGopSize(lateKey)
		})
		s := Stream{FrameRate: astiav.NewRational(25, 1), DecodedAhead: nodes.DecodedAhead(cc)}
		r.add(t, cc, s, func(emit emitPacket) { encodePictures(t, cc, emit) })
	}
	if audio != "" {
		cc := openEncoder(t, audio, "", func(cc *astiav.CodecContext) {
			cc.SetSampleRate(lateRate)
			cc.SetSampleFormat(sampleFormat(audio))
			cc.SetChannelLayout(astiav.ChannelLayoutStereo)
			cc.SetTimeBase(astiav.NewRational(1, lateRate))
			cc.SetBitRate(128000)
		})
		r.add(t, cc, Stream{}, func(emit emitPacket) { encodeSound(t, cc, emit) })
	}
	return r
}

func sampleFormat(encoder string) astiav.SampleFormat {
	switch encoder {
	case "libopus", "flac", "pcm_s16le", "mp2":
		return astiav.SampleFormatS16
	case "libmp3lame":
		return astiav.SampleFormatS16P
	}
	return astiav.SampleFormatFltp
}

func openEncoder(t *testing.T, name, options string, set func(*astiav.CodecContext)) *astiav.CodecContext {
	t.Helper()
	codec := astiav.FindEncoderByName(name)
	require.NotNil(t, codec, name)
	cc := nodes.NewCodecContext(codec)
	astiavx.LogEncoder(cc, nil)
	set(cc)
	cc.SetFlags(cc.Flags().Add(astiav.CodecContextFlagGlobalHeader))
	for o := range strings.FieldsSeq(options) {
		key, value, _ := strings.Cut(o, "=")
		require.NoError(t, astiavx.SetOption(cc, key, value), o)
	}
	astiavx.KeepFrameDurations(cc)
	require.NoError(t, astiavx.Open(cc, codec))
	return cc
}

// add encodes a stream and describes it.
func (r *recording) add(t *testing.T, cc *astiav.CodecContext, s Stream, encode func(emitPacket)) {
	t.Helper()
	var err error
	s.Codec, err = DescribeCodec(cc)
	require.NoError(t, err)
	t.Cleanup(s.Codec.Free)
	var packets []pipeline.Packet
	encode(func(p pipeline.Packet) error { packets = append(packets, p); return nil })
	t.Cleanup(func() { freeAll(packets) })
	if s.Codec.Encoder == "libaom-av1" {
		s.Codec, err = s.Codec.WithHeader(astiavx.NewExtraData(packets[0].Packet))
		require.NoError(t, err)
		t.Cleanup(s.Codec.Free)
	}
	r.streams, r.packets = append(r.streams, s), append(r.packets, packets)
}

type emitPacket = pipeline.Emit[pipeline.Packet]

// encodePictures encodes a pattern that moves, and frees the encoder.
func encodePictures(t *testing.T, cc *astiav.CodecContext, emit emitPacket) {
	t.Helper()
	e := nodes.NewEncode[pipeline.Frame]("pictures", cc)
	defer e.Close()
	for n := range lateFrames {
		f := pipeline.NewFrame()
		f.SetWidth(96)
		f.SetHeight(64)
		f.SetPixelFormat(astiav.PixelFormatYuv420P)
		require.NoError(t, f.AllocBuffer(0))
		pixels := make([]byte, 96*64*3/2)
		for i := range pixels {
			pixels[i] = byte(128 + 90*math.Sin(float64(i%96+2*n)/7)*math.Cos(float64(i/96-n)/11))
		}
		require.NoError(t, f.Data().SetBytes(pixels, 1))
		f.SetPts(int64(n))
		require.NoError(t, e.Process(t.Context(), f, emit))
	}
	require.NoError(t, e.Flush(t.Context(), emit))
}

// encodeSound encodes a tone that rises, so that each moment sounds unlike all others, and frees
// the encoder.
func encodeSound(t *testing.T, cc *astiav.CodecContext, emit emitPacket) {
	t.Helper()
	e := nodes.NewEncode[pipeline.Samples]("sound", cc)
	defer e.Close()
	block := cc.FrameSize()
	if block == 0 || astiavx.EncoderCapabilities(astiavx.OpenEncoder(cc)).VariableFrameSize {
		block = usualBlock
	}
	for at := 0; at < lateFrames*lateRate/25; at += block {
		s := pipeline.NewSamples()
		s.SetNbSamples(block)
		s.SetSampleRate(lateRate)
		s.SetSampleFormat(cc.SampleFormat())
		s.SetChannelLayout(astiav.ChannelLayoutStereo)
		require.NoError(t, s.AllocBuffer(0))
		require.NoError(t, s.Data().SetBytes(tone(at, block, cc.SampleFormat()), 0))
		require.NoError(t, e.Process(t.Context(), s, emit))
	}
	require.NoError(t, e.Flush(t.Context(), emit))
}

func tone(at, block int, format astiav.SampleFormat) []byte {
	var left, both []byte
	for i := range block {
		seconds := float64(at+i) / lateRate
		v := 0.4 * math.Sin(2*math.Pi*(200+150*seconds)*seconds)
		var sample []byte
		if format == astiav.SampleFormatFltp {
			sample = binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(v)))
		} else {
			sample = binary.LittleEndian.AppendUint16(nil, uint16(int16(v*32767)))
		}
		left = append(left, sample...)
		both = append(append(both, sample...), sample...)
	}
	if format == astiav.SampleFormatS16 {
		return both
	}
	plane := (len(left) + 31) / 32 * 32
	left = append(left, make([]byte, plane-len(left))...)
	return append(left, left...)
}

// from returns the packets that come from a moment of decoding on, in seconds, in that order.
func (r *recording) from(at float64) (packets []pipeline.Packet) {
	seconds := func(p pipeline.Packet) float64 {
		return float64(p.Dts()) * r.streams[p.StreamIndex()].Codec.TimeBase.Float64()
	}
	for i, stream := range r.packets {
		for _, p := range stream {
			p.SetStreamIndex(i)
			if seconds(p) >= at {
				packets = append(packets, p)
			}
		}
	}
	slices.SortStableFunc(packets, func(a, b pipeline.Packet) int { return cmp.Compare(seconds(a), seconds(b)) })
	return packets
}

// feedAll gives a Mux references of packets.
func feedAll(t *testing.T, m *Mux, packets []pipeline.Packet) {
	t.Helper()
	for _, p := range packets {
		ref, err := p.Ref()
		require.NoError(t, err)
		require.NoError(t, m.Consume(t.Context(), p.StreamIndex(), ref))
	}
}

// end ends all streams and writes the rest.
func end(t *testing.T, m *Mux) {
	t.Helper()
	for i := range m.tracks {
		require.NoError(t, m.EndInput(t.Context(), i))
	}
	require.NoError(t, m.Flush(t.Context()))
}
