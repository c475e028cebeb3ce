package nodes

import (
	"context"
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// collect returns an Emit that keeps what it gets.
func collect[T any](to *[]T) pipeline.Emit[T] {
	return func(v T) error {
		*to = append(*to, v)
		return nil
	}
}

// lent returns a picture of one plane in Go memory, which the test keeps alive.
func lent(format astiav.PixelFormat, pixels []byte, stride int) pipeline.Input {
	return pipeline.Input{
		Format: format, Planes: [4]unsafe.Pointer{unsafe.Pointer(&pixels[0])}, Strides: [4]int{stride},
		Loan: pipeline.NewLoan(1),
	}
}

// rows returns a plane of a frame without its padding.
func rows(f pipeline.Frame, plane, bytes, n int) []byte {
	stride := f.Linesize()[plane]
	var out []byte
	for y := range n {
		out = append(out, unsafe.Slice((*byte)(unsafe.Add(astiavx.Plane(f.Frame, plane), y*stride)), bytes)...)
	}
	return out
}

func bt709(r astiav.ColorRange) astiavx.Color {
	return astiavx.Color{
		Space: astiav.ColorSpaceBt709, Range: r, Primaries: astiav.ColorPrimariesBt709,
		Transfer: astiav.ColorTransferCharacteristicBt709, Location: astiav.ChromaLocationCenter,
	}
}

// sameSize is the config of a conversion that keeps the size.
func sameSize(width, height int, format astiav.PixelFormat, color astiavx.Color) ConvertConfig {
	return ConvertConfig{
		Width: width, Height: height, OutWidth: width, OutHeight: height, Format: format, Color: color,
	}
}

// convertOne converts one picture, and checks that its memory was returned.
func convertOne(t *testing.T, cfg ConvertConfig, in pipeline.Input) pipeline.Frame {
	t.Helper()
	c, err := NewConvert(cfg)
	require.NoError(t, err)
	var out []pipeline.Frame
	require.True(t, in.Take())
	require.NoError(t, c.Process(context.Background(), in, collect(&out)))
	require.NoError(t, c.Flush(context.Background(), collect(&out)))
	c.Close()
	require.Len(t, out, 1)
	select {
	case <-in.Loan.Done():
	default:
		require.Fail(t, "the borrowed memory was not returned")
	}
	return out[0]
}

// TestConvertFollowsTheStandard compares flat colours with ITU-R BT.709, items 3.2 and 3.4: Y =
// 0.2126·R + 0.7152·G + 0.0722·B, Cb = (B−Y)/1.8556, Cr = (R−Y)/1.5748, at limited range 16+219·Y
// and 128+224·C, at full range 255·Y and 128+255·C.
func TestConvertFollowsTheStandard(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 18, 10
	for _, colorRange := range []astiav.ColorRange{astiav.ColorRangeMpeg, astiav.ColorRangeJpeg} {
		for _, c := range [][3]byte{
			{0, 0, 0}, {255, 255, 255}, {64, 64, 64}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {30, 200, 120},
		} {
			pixels := make([]byte, 3*width*height)
			for i := range pixels {
				pixels[i] = c[i%3]
			}
			cfg := sameSize(width, height, astiav.PixelFormatYuv420P, bt709(colorRange))
			f := convertOne(t, cfg, lent(astiav.PixelFormatRgb24, pixels, 3*width))
			r, g, b := float64(c[0])/255, float64(c[1])/255, float64(c[2])/255
			y := 0.2126*r + 0.7152*g + 0.0722*b
			want := [3]float64{16 + 219*y, 128 + 224*(b-y)/1.8556, 128 + 224*(r-y)/1.5748}
			if colorRange == astiav.ColorRangeJpeg {
				want = [3]float64{255 * y, 128 + 255*(b-y)/1.8556, 128 + 255*(r-y)/1.5748}
			}
			for plane, v := range want {
				w, h := width, height
				if plane > 0 {
					w, h = w/2, h/2
				}
				for _, got := range rows(f, plane, w, h) {
					require.InDelta(t, min(v, 255), got, 1, "%v plane %d", c, plane)
				}
			}
			require.Equal(t, bt709(colorRange).Space, f.ColorSpace())
			require.Equal(t, colorRange, f.ColorRange())
			f.Free()
		}
	}
}

func TestConvertCopiesPicturesInTheOutputFormat(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height, stride = 7, 3, 11
	pixels := make([]byte, stride*height)
	for i := range pixels {
		pixels[i] = byte(i)
	}
	cfg := sameSize(width, height, astiav.PixelFormatGray8, bt709(astiav.ColorRangeMpeg))
	f := convertOne(t, cfg, lent(astiav.PixelFormatGray8, pixels, stride))
	want := []byte{0, 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 17, 22, 23, 24, 25, 26, 27, 28}
	require.Equal(t, want, rows(f, 0, width, height))
	f.Free()
}

func TestPadRepeatsTheEdge(t *testing.T) {
	mediatest.NoLeaks(t)
	p := padder{width: 4, height: 4}
	defer p.free()
	pixels := []byte{
		1, 2, 3, 4, 5, 6, 7, 8, 9,
		11, 12, 13, 14, 15, 16, 17, 18, 19,
		21, 22, 23, 24, 25, 26, 27, 28, 29,
	}
	out, err := p.pad(lent(astiav.PixelFormatRgb24, pixels, 9), 3, 3)
	require.NoError(t, err)
	want := [][]byte{
		{1, 2, 3, 4, 5, 6, 7, 8, 9, 7, 8, 9},
		{11, 12, 13, 14, 15, 16, 17, 18, 19, 17, 18, 19},
		{21, 22, 23, 24, 25, 26, 27, 28, 29, 27, 28, 29},
		{21, 22, 23, 24, 25, 26, 27, 28, 29, 27, 28, 29},
	}
	for y, row := range want {
		require.Equal(t, row, unsafe.Slice((*byte)(unsafe.Add(out.Planes[0], y*out.Strides[0])), 12))
	}
}

var floatStereo = SampleSpec{Rate: 48000, Format: astiav.SampleFormatFltp, Layout: astiav.ChannelLayoutStereo}

// ramp returns n samples on each of two channels: first, first+1 and so on.
func ramp(t *testing.T, first, n int) pipeline.Samples {
	t.Helper()
	shelf := NewSampleShelf(floatStereo)
	defer shelf.Close() // blocks that come back later are freed then
	s, err := shelf.Get(n)
	require.NoError(t, err)
	for c := range 2 {
		for i := range n {
			astiavx.FloatPlane(s.Frame, c)[i] = float32(first + i)
		}
	}
	return s
}

func TestRechunkKeepsEverySample(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, chunks := range [][]int{{}, {1}, {100}, {101}, {1, 1, 1}, {99, 1, 250, 7}, {1000}, {33, 0, 66, 1}} {
		t.Run(fmt.Sprint(chunks), func(t *testing.T) {
			r := NewRechunk(floatStereo, 100, false)
			defer r.Close()
			var out []pipeline.Samples
			total := 0
			for _, n := range chunks {
				if n > 0 {
					require.NoError(t, r.Process(context.Background(), ramp(t, total, n), collect(&out)))
				}
				total += n
			}
			require.NoError(t, r.Flush(context.Background(), collect(&out)))
			next := 0
			for i, s := range out {
				if i < len(out)-1 {
					require.Equal(t, 100, s.NbSamples())
				}
				for _, v := range astiavx.FloatPlane(s.Frame, 1) {
					require.Equal(t, float32(next), v)
					next++
				}
				s.Free()
			}
			require.Equal(t, total, next)
		})
	}
}

func TestResampleKeepsTheLength(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, rate := range []int{8000, 32000, 44100, 48000, 96000} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			mono := SampleSpec{Rate: rate, Format: astiav.SampleFormatFltp, Layout: astiav.ChannelLayoutMono}
			r := NewResample(floatStereo, mono)
			defer r.Close()
			var out []pipeline.Samples
			for range 48 {
				require.NoError(t, r.Process(context.Background(), ramp(t, 0, 1000), collect(&out)))
			}
			require.NoError(t, r.Flush(context.Background(), collect(&out)))
			total := 0
			for _, s := range out {
				total += s.NbSamples()
				s.Free()
			}
			require.InDelta(t, rate, total, math.Ceil(float64(rate)/48000)+16, "a second is a second")
		})
	}
}

func TestEncodeFlushesEverything(t *testing.T) {
	mediatest.NoLeaks(t)
	codec := astiav.FindEncoderByName("libx264")
	require.NotNil(t, codec)
	cc := NewCodecContext(codec)
	astiavx.LogEncoder(cc, nil)
	cc.SetWidth(32)
	cc.SetHeight(32)
	cc.SetPixelFormat(astiav.PixelFormatGray8)
	cc.SetTimeBase(astiav.NewRational(1, 25))
	astiavx.KeepFrameDurations(cc)
	require.NoError(t, cc.Open(codec, nil))
	e := NewEncode[pipeline.Frame]("libx264", cc)
	defer e.Close()
	pool, err := astiavx.NewPicturePool(astiav.PixelFormatGray8, 32, 32)
	require.NoError(t, err)
	defer pool.Free()
	var out []pipeline.Packet
	for range 20 {
		f := pipeline.NewFrame()
		require.NoError(t, pool.Get(f.Frame))
		require.NoError(t, e.Process(context.Background(), f, collect(&out)))
	}
	require.Less(t, len(out), 20, "it looks ahead")
	require.NoError(t, e.Flush(context.Background(), collect(&out)))
	require.Len(t, out, 20)
	var total int64
	for _, p := range out {
		require.LessOrEqual(t, p.Dts(), p.Pts())
		total += p.Duration()
		p.Free()
	}
	require.Equal(t, int64(20), total, "the packets last as long as the pictures")
}
