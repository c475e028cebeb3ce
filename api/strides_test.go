package api_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// memoryPlane is a plane of a frame in memory.
type memoryPlane struct{ row, rows int }

// memoryPlanes returns the planes of a frame, in the order in which they lie in memory.
func memoryPlanes(layout api.Layout, format string, width, height int) (planes []memoryPlane, palette int) {
	switch layout {
	case api.NCHW:
		plane := memoryPlane{width, height}
		return []memoryPlane{plane, plane, plane}, 0
	case api.NHWC:
		return []memoryPlane{{3 * width, height}}, 0
	}
	f := astiav.FindPixelFormatByName(format)
	raw, _ := astiavx.RawLayout(f, width, height)
	info := astiavx.DescribePixelFormat(f)
	for i := range info.Planes {
		plane := memoryPlane{raw.Strides[i], info.Rows(i, height)}
		planes, raw.Size = append(planes, plane), raw.Size-plane.row*plane.rows
	}
	return planes, raw.Size
}

// spread puts packed frames into memory with these strides. Padding has any value. That after the
// very last row is left out.
func spread(packed []byte, planes []memoryPlane, palette int, strides []int, bottomUp bool, rnd *rand.Rand) []byte {
	var out []byte
	last := 0
	for len(packed) > 0 {
		for i, p := range planes {
			for y := range p.rows {
				if bottomUp {
					y = p.rows - 1 - y
				}
				out = append(out, packed[y*p.row:][:p.row]...)
				last = len(out)
				for range strides[min(i, len(strides)-1)] - p.row {
					out = append(out, byte(rnd.Uint32()))
				}
			}
			packed = packed[p.row*p.rows:]
		}
		if palette > 0 {
			out, packed = append(out, packed[:palette]...), packed[palette:]
			last = len(out)
		}
	}
	return out[:last:last]
}

// spaced returns strides with this padding, which differs from plane to plane.
func spaced(planes []memoryPlane, padding int) []int {
	var strides []int
	for i, p := range planes {
		strides = append(strides, p.row+padding*(i+1))
	}
	return strides
}

// stridedCase is a video that is fed from memory with and without padding.
type stridedCase struct {
	container, codec, encoded, input string
	layout                           api.Layout
	width, height                    int
}

func stridedCases() []stridedCase {
	var cases []stridedCase
	for _, size := range [][2]int{{64, 48}, {67, 45}} {
		w, h := size[0], size[1]
		for _, layout := range []api.Layout{api.NCHW, api.NHWC} {
			cases = append(cases,
				stridedCase{"mp4", "libx264", "yuv420p", "", layout, w, h},
				stridedCase{"mkv", "ffv1", "yuv420p10le", "", layout, w, h},
				stridedCase{"nut", "rawvideo", "rgb24", "", layout, w, h})
		}
		for _, input := range []string{
			"rgb24", "bgra", "gbrp", "yuv420p", "nv12", "p010le", "yuyv422", "uyvy422", "uyyvyy411", "yuv410p", "yuv411p",
			"pal8", "monow", "monob", "bayer_rggb8", "bayer_grbg16le", "gray", "gray16be", "rgb565le", "rgb4_byte", "yuva444p",
			"gbrpf32le", "nv24", "xyz12le", "x2rgb10le", "v30xle",
		} {
			cases = append(cases,
				stridedCase{"mp4", "libx264", "yuv420p", input, api.Raw, w, h},
				stridedCase{"mkv", "ffv1", "bgr0", input, api.Raw, w, h})
		}
		for _, both := range []string{"yuv420p", "nv12", "yuyv422", "monow", "pal8", "rgb4", "rgb24", "gbrp10le", "yuv410p", "gray"} {
			cases = append(cases, stridedCase{"nut", "rawvideo", both, both, api.Raw, w, h})
		}
	}
	return cases
}

// TestStridesAndBottomUp feeds the same pictures with and without padding, and bottom up: the files
// are equal to the last byte, whatever the padding holds.
func TestStridesAndBottomUp(t *testing.T) {
	mediatest.NoLeaks(t)
	const n = 3
	for _, c := range stridedCases() {
		t.Run(fmt.Sprintf("%s/%s/%s/%s/%d", c.codec, c.encoded, c.input, c.layout, c.width), func(t *testing.T) {
			cfg := api.VideoConfig{
				Width: c.width, Height: c.height, FrameRate: 25, Codec: c.codec, PixelFormat: c.encoded,
				InputFormat: c.input, OddSize: api.OddSizePad, Threads: 1,
			}
			planes, palette := memoryPlanes(c.layout, c.input, c.width, c.height)
			packed := noisyFrames(planes, palette, n)
			encode := func(f api.Frames) []byte {
				f.Layout = c.layout
				var file api.MemoryFile
				encodeStream(t, api.Writer(&file, c.container), cfg, func(v *api.VideoStream) {
					require.NoError(t, v.AddFrames(context.Background(), f))
				})
				return file.Bytes()
			}
			want := encode(api.Frames{Data: packed})
			rnd := rand.New(rand.NewPCG(2, 2))
			for _, padding := range []int{0, 1, 64} {
				for _, bottomUp := range []bool{false, true} {
					strides := spaced(planes, padding)
					f := api.Frames{Strides: strides, BottomUp: bottomUp}
					f.Data = spread(packed, planes, palette, strides, bottomUp, rnd)
					if padding == 0 {
						f.Strides = nil
					}
					require.True(t, string(want) == string(encode(f)), "strides %v, bottom up: %v", strides, bottomUp)
				}
			}
			if c.layout == api.NCHW {
				f := api.Frames{Strides: []int{c.width + 5}}
				f.Data = spread(packed, planes, palette, f.Strides, false, rnd)
				require.True(t, string(want) == string(encode(f)), "one stride for three planes")
			}
		})
	}
}

// noisyFrames returns packed frames. The first row differs from all others, and each frame from the
// next.
func noisyFrames(planes []memoryPlane, palette, n int) []byte {
	size := palette
	for _, p := range planes {
		size += p.row * p.rows
	}
	rnd := rand.New(rand.NewPCG(1, uint64(size)))
	data := make([]byte, n*size)
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	return data
}

// TestBottomUpTurnsThePictureOver decodes a picture that was fed bottom up with another program.
func TestBottomUpTurnsThePictureOver(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 8, 4
	var bottomUp, want []byte
	for y := range height {
		for range width {
			bottomUp = append(bottomUp, byte(60*(height-1-y)), 10, 200, 255)
			want = append(want, byte(60*y), 10, 200)
		}
		bottomUp = append(bottomUp, make([]byte, 32)...)
	}
	cfg := api.VideoConfig{
		Width: width, Height: height, FrameRate: 25, Codec: "ffv1", PixelFormat: "bgr0", InputFormat: "rgba",
	}
	file := encodePictures(t, cfg, func(v *api.VideoStream) {
		f := api.Frames{Data: bottomUp, Layout: api.Raw, Strides: []int{64}, BottomUp: true}
		require.NoError(t, v.AddFrames(context.Background(), f))
	})
	require.Equal(t, [][]byte{want}, mediatest.Pictures(t, saved(t, "up.mkv", file), 0, "rgb24"))
}

// TestStridesRefused gives strides and data that do not fit: the error tells what would do, and
// nothing is accepted.
func TestStridesRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	data := func(n int) []byte { return make([]byte, n) }
	for name, c := range map[string]struct {
		input string
		frame api.Frames
		field string
		text  string
	}{
		"short":     {"", api.Frames{Data: data(900), Layout: api.NHWC, Strides: []int{47}}, "Strides", "1 stride of 48 bytes"},
		"none":      {"", api.Frames{Data: data(900), Layout: api.NHWC, Strides: []int{0}}, "Strides", "48 bytes"},
		"negative":  {"", api.Frames{Data: data(900), Layout: api.NHWC, Strides: []int{-64}}, "Strides", "BottomUp"},
		"two":       {"", api.Frames{Data: data(900), Layout: api.NHWC, Strides: []int{64, 64}}, "Strides", "1 stride"},
		"NCHW, two": {"", api.Frames{Data: data(900), Strides: []int{64, 64}}, "Strides", "1 or 3 strides of 16"},
		"NCHW, one of three short": {
			"", api.Frames{Data: data(900), Strides: []int{64, 15, 64}}, "Strides", "1 or 3 strides of 16",
		},
		"int32":   {"", api.Frames{Data: data(900), Layout: api.NHWC, Strides: []int{1 << 31}}, "Strides", "2147483647"},
		"int":     {"", api.Frames{Layout: api.NHWC, Strides: []int{math.MaxInt}}, "Strides", "2147483647"},
		"least":   {"", api.Frames{Layout: api.NHWC, Strides: []int{math.MinInt}}, "Strides", "negative"},
		"most":    {"", api.Frames{Data: data(900), Layout: api.NHWC, Strides: []int{math.MaxInt32}}, "Data", "17179869176"},
		"yuv":     {"yuv420p", api.Frames{Data: data(900), Layout: api.Raw, Strides: []int{64}}, "Strides", "[16 8 8]"},
		"chroma":  {"nv12", api.Frames{Data: data(900), Layout: api.Raw, Strides: []int{64, 15}}, "Strides", "[16 16]"},
		"palette": {"pal8", api.Frames{Data: data(900), Layout: api.Raw, Strides: []int{64, 1024}}, "Strides", "1 stride"},
		"bits":    {"monow", api.Frames{Data: data(900), Layout: api.Raw, Strides: []int{1}}, "Strides", "2 bytes"},
		"data":    {"", api.Frames{Data: data(64*8 - 17), Layout: api.NHWC, Strides: []int{64}}, "Data", "last 16"},
		"more":    {"", api.Frames{Data: data(64*8 + 1), Layout: api.NHWC, Strides: []int{64}}, "Data", "512"},
		"first padding": {
			"", api.Frames{Data: data(2*64*8 - 17), Layout: api.NHWC, Strides: []int{64}}, "Data", "last 16",
		},
		"no palette": {"pal8", api.Frames{Data: data(64*8 + 1023), Layout: api.Raw, Strides: []int{64}}, "Data", "1536"},
		"layout":     {"nv12", api.Frames{Data: data(900), Strides: []int{64}}, "Layout", "nv12"},
	} {
		t.Run(name, func(t *testing.T) {
			enc := api.NewEncoder()
			defer enc.Abort(nil)
			v := addVideo(t, enc, api.VideoConfig{
				Width: 16, Height: 8, FrameRate: 25, Codec: "rawvideo", PixelFormat: "rgb24", InputFormat: c.input,
			})
			require.NoError(t, enc.OpenWriter(ctx, io.Discard, "nut"))
			for _, bottomUp := range []bool{false, true} {
				c.frame.BottomUp = bottomUp
				err := v.AddFrames(ctx, c.frame)
				requireField(t, err, c.field)
				require.ErrorContains(t, err, c.text)
			}
			require.Zero(t, enc.Stats().Nodes[0].In, "nothing of it was accepted")
			require.NoError(t, enc.Close())
		})
	}
}

// TestImagesOfOddStride adds images with samples of 16 bits whose rows begin at odd distances.
func TestImagesOfOddStride(t *testing.T) {
	mediatest.NoLeaks(t)
	rect := image.Rect(0, 0, 34, 6)
	for _, encoded := range []string{"gray10le", "gray16le", "gray"} {
		var files []string
		for _, stride := range []int{68, 71} {
			img := &image.Gray16{Pix: make([]byte, stride*6), Stride: stride, Rect: rect}
			for i := range 34 * 6 {
				img.SetGray16(i%34, i/34, color.Gray16{Y: uint16(i * 311)})
			}
			cfg := api.VideoConfig{Width: 34, Height: 6, FrameRate: 25, Codec: "ffv1", PixelFormat: encoded}
			files = append(files, string(encodePictures(t, cfg, func(v *api.VideoStream) {
				require.NoError(t, v.AddImage(context.Background(), img))
			})))
		}
		require.True(t, files[0] == files[1], encoded)
	}
}

// noteWrongStrides notes what is said about strides, and about data with strides, to a stream of
// 16×8 pixels.
func noteWrongStrides(note func(name, field string, err error), v *api.VideoStream) {
	add := func(f api.Frames) error { return v.AddFrames(context.Background(), f) }
	note("stride less than a row", "Strides", add(api.Frames{Layout: api.NHWC, Strides: []int{47}}))
	note("stride negative", "Strides", add(api.Frames{Layout: api.NHWC, Strides: []int{-64}}))
	note("stride of 32 bits", "Strides", add(api.Frames{Layout: api.Raw, Strides: []int{1 << 31}}))
	note("strides of another format", "Strides", add(api.Frames{Layout: api.NCHW, Strides: []int{16, 8}}))
	data := make([]byte, 1000)
	note("frames with strides that are not whole", "Data", add(api.Frames{Data: data, Layout: api.NHWC, Strides: []int{64}}))
}
