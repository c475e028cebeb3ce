package api_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// halved is a lossless stream that is encoded in half the size.
func halved(width, height int) api.VideoConfig {
	cfg := lossless(width, height)
	cfg.OutWidth, cfg.OutHeight = width/2/2*2, height/2/2*2
	return cfg
}

// TestScalingDoesNotDependOnTheWayIn hands the same pictures over in every way.
func TestScalingDoesNotDependOnTheWayIn(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 95, 54
	ctx := context.Background()
	picture := detail(t, width, height)
	raw := theirRaw(t, picture, width, height, []string{"rgba", "bgr0", "gbrp", "bgr24"})
	want := encodePictures(t, halved(width, height), func(v *api.VideoStream) {
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: picture, Layout: api.NHWC}))
	})
	require.Equal(t, [2]int{46, 26}, pixelsOf(t, want))
	for format, data := range raw {
		cfg := halved(width, height)
		cfg.InputFormat = format
		require.Equal(t, want, encodePictures(t, cfg, func(v *api.VideoStream) {
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: data, Layout: api.Raw}))
		}), format)
	}
	nchw := bytes.Join([][]byte{raw["gbrp"][2*width*height:], raw["gbrp"][:2*width*height]}, nil)
	require.Equal(t, want, encodePictures(t, halved(width, height), func(v *api.VideoStream) {
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: nchw, Layout: api.NCHW}))
	}), "NCHW")
	require.Equal(t, want, encodePictures(t, halved(width, height), func(v *api.VideoStream) {
		p, err := v.Acquire(ctx)
		require.NoError(t, err)
		drawPlane(p.Pix, p.Stride, picture, 3*width)
		require.NoError(t, v.Commit(ctx, p))
	}), "lent")
}

// TestScaledImages adds images of every type. Each becomes what Go says that it looks like, scaled.
func TestScaledImages(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 62, 34
	ctx := context.Background()
	for name, img := range standardImages(image.Rect(3, -5, 3+width, height-5)) {
		if name == "Gray16" {
			continue // keeps more than 8 bits until it has been scaled
		}
		want := encodePictures(t, halved(width, height), func(v *api.VideoStream) {
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: overBlack(img), Layout: api.NHWC}))
		})
		got := encodePictures(t, halved(width, height), func(v *api.VideoStream) {
			require.NoError(t, v.AddImage(ctx, img))
		})
		if name == "Gray" { // is scaled before its range is limited, and so overshoots more at edges
			requireAlmost(t, want, got, name)
			continue
		}
		require.Equal(t, want, got, name)
	}
}

// requireAlmost compares the decoded pictures of two files, which differ by 2 at most.
func requireAlmost(t *testing.T, want, got []byte, name string) {
	t.Helper()
	a := bytes.Join(mediatest.Pictures(t, saved(t, "want.mkv", want), 0, "yuv420p"), nil)
	b := bytes.Join(mediatest.Pictures(t, saved(t, "got.mkv", got), 0, "yuv420p"), nil)
	require.Len(t, b, len(a), name)
	for i := range a {
		require.InDelta(t, a[i], b[i], 2, "%s, byte %d", name, i)
	}
}

// TestScaledPicturesInTheEncodersFormat commits pictures in the format of the encoder. They are not
// passed on as they are.
func TestScaledPicturesInTheEncodersFormat(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 96, 54
	ctx := context.Background()
	raw := theirRaw(t, detail(t, width, height), width, height, []string{"yuv420p"})["yuv420p"]
	cfg := halved(width, height)
	cfg.InputFormat = "yuv420p"
	want := encodePictures(t, cfg, func(v *api.VideoStream) {
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: raw, Layout: api.Raw}))
	})
	require.Equal(t, [2]int{48, 26}, pixelsOf(t, want))
	require.Equal(t, want, encodePictures(t, cfg, func(v *api.VideoStream) {
		p, err := v.Acquire(ctx)
		require.NoError(t, err)
		drawPlane(p.Pix, p.Stride, raw[:width*height], width)
		for i, offset := range []int{width * height, width * height * 5 / 4} {
			pix, stride := p.Plane(1 + i)
			drawPlane(pix, stride, raw[offset:offset+width*height/4], width/2)
		}
		require.NoError(t, v.Commit(ctx, p))
	}))
}

// TestOddScaledSizes scales to sizes that the chroma cannot hold. The scaled pictures are those of
// the command; padding repeats their last column and row, and cropping drops them.
func TestOddScaledSizes(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height, oddWidth, oddHeight = 96, 54, 33, 17
	picture := detail(t, width, height)
	for _, format := range []string{"yuv420p", "yuva420p", "nv12", "yuv410p", "yuv422p10le"} {
		dir := t.TempDir()
		theirs := filepath.Join(dir, "theirs")
		way := scaling{oddWidth, oddHeight, "", "bicubic", format}
		command(t, picture, "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", fmt.Sprintf("%dx%d", width, height),
			"-i", "-", "-vf", way.filter("rgb24"), "-f", "rawvideo", theirs)
		odd, err := os.ReadFile(theirs)
		require.NoError(t, err)
		for _, choice := range []api.OddSize{api.OddSizePad, api.OddSizeCrop} {
			name := filepath.Join(dir, choice.String()+".nut")
			enc := api.NewEncoder()
			v := addVideo(t, enc, api.VideoConfig{
				Width: width, Height: height, FrameRate: 25, Codec: "rawvideo", PixelFormat: format, ColorSpace: "bt601",
				OutWidth: oddWidth, OutHeight: oddHeight, OddSize: choice,
			})
			require.NoError(t, enc.OpenFile(context.Background(), name))
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: picture, Layout: api.NHWC}))
			require.NoError(t, enc.Close())
			s := mediatest.Probe(t, name).Streams[0]
			sample := 1
			if format == "yuv422p10le" {
				sample = 2
			}
			ours := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", name, "-f", "rawvideo", "-")
			requireLumaOf(t, odd, oddWidth, oddHeight, ours, s.Width, s.Height, sample)
			if choice == api.OddSizePad && format != "yuv422p10le" { // which needs a row of chroma more
				chroma := odd[oddWidth*oddHeight:]
				chroma = chroma[:min(len(chroma), 2*17*9)] // without the alpha
				require.Equal(t, chroma, ours[s.Width*s.Height:][:len(chroma)], "chroma of %s", format)
			}
		}
	}
}

// requireLumaOf checks that the luma of a picture is that of another, padded or cropped. The values
// have so many bytes.
func requireLumaOf(t *testing.T, want []byte, width, height int, got []byte, gotWidth, gotHeight, bytes int) {
	t.Helper()
	require.NotEqual(t, []int{width, height}, []int{gotWidth, gotHeight})
	for y := range gotHeight {
		for x := range gotWidth {
			from := (min(y, height-1)*width + min(x, width-1)) * bytes
			to := (y*gotWidth + x) * bytes
			require.Equal(t, want[from:from+bytes], got[to:to+bytes], "column %d, row %d", x, y)
		}
	}
}

// pixelsOf returns the width and height of the first stream of a file in memory.
func pixelsOf(t *testing.T, file []byte) [2]int {
	t.Helper()
	s := mediatest.Probe(t, saved(t, "size.mkv", file)).Streams[0]
	return [2]int{s.Width, s.Height}
}

// TestOneSideKeepsTheShape gives one side. The other is that of the command's scale=w:-2, for a
// format that subsamples chroma, and of scale=w:-1 for another.
func TestOneSideKeepsTheShape(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct{ width, height, outWidth, outHeight int }{
		{960, 540, 640, 0}, {960, 540, 0, 180}, {333, 100, 0, 50}, {101, 67, 50, 0}, {16, 2, 8, 0},
	} {
		for format, step := range map[string]int{"yuv420p": 2, "yuv444p": 1} {
			cfg := api.VideoConfig{
				Width: c.width, Height: c.height, FrameRate: 25, Codec: "ffv1", PixelFormat: format,
				OutWidth: c.outWidth, OutHeight: c.outHeight,
			}
			got := pixelsOf(t, encodePictures(t, cfg, func(v *api.VideoStream) {
				frames := api.Frames{Data: make([]byte, c.width*c.height*3), Layout: api.NHWC}
				require.NoError(t, v.AddFrames(context.Background(), frames))
			}))
			width, height := fmt.Sprint(c.outWidth), fmt.Sprint(c.outHeight)
			if c.outWidth == 0 {
				width = fmt.Sprint(-step)
			} else {
				height = fmt.Sprint(-step)
			}
			path := temporary(t, "theirs.nut")
			command(t, nil, "-v", "error", "-f", "lavfi", "-i", fmt.Sprintf("color=s=%dx%d", c.width, c.height),
				"-frames:v", "1", "-vf", "scale="+width+":"+height, "-c:v", "rawvideo", "-pix_fmt", "yuv444p", path)
			s := mediatest.Probe(t, path).Streams[0]
			require.Equal(t, [2]int{s.Width, s.Height}, got, "%v %s", c, format)
		}
	}
}

// TestSizeOfTheInputIsNotScaled gives the size of the input as that of the video. Nothing changes.
func TestSizeOfTheInputIsNotScaled(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, v, want := openNumbered(t, numberedVideo())
	addNumbered(t, v, 0, 5)
	require.NoError(t, enc.Close())
	for _, size := range [][2]int{{numberedWidth, numberedHeight}, {numberedWidth, 0}, {0, numberedHeight}} {
		cfg := numberedVideo()
		cfg.OutWidth, cfg.OutHeight, cfg.Scaler = size[0], size[1], "lanczos"
		core, logs := observer.New(zap.InfoLevel)
		enc, v, got := openNumbered(t, cfg, api.WithLogger(zap.New(core)))
		addNumbered(t, v, 0, 5)
		require.NoError(t, enc.Close())
		require.Equal(t, want.Bytes(), got.Bytes(), size)
		stream := logs.FilterMessage("open").All()[0].ContextMap()["stream0"].(map[string]any)
		require.Equal(t, "rgb24: kernel", stream["conversion"])
	}
}

// TestScaledIsSaid reads the size that is encoded, and how, from the log.
func TestScaledIsSaid(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := numberedVideo()
	cfg.OutWidth = 32
	core, logs := observer.New(zap.InfoLevel)
	enc, v, file := openNumbered(t, cfg, api.WithLogger(zap.New(core)))
	addNumbered(t, v, 0, 5)
	require.NoError(t, enc.Close())
	require.Equal(t, [2]int{32, 32}, pixelsOf(t, file.Bytes()))
	stream := logs.FilterMessage("open").All()[0].ContextMap()["stream0"].(map[string]any)
	require.Equal(t, "rgb24: swscale, bicubic from 64×64", stream["conversion"])
	require.Equal(t, int64(32), stream["width"])
}

// TestMatrixOfScaledVideo reads the matrix that nobody has named. RGB gets that of the encoded
// height. YUV keeps its values, and so the matrix of its own height.
func TestMatrixOfScaledVideo(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		input             string
		height, outHeight int
		want              string
	}{
		{"", 720, 360, "smpte170m"},
		{"", 360, 720, "bt709"},
		{"yuv420p", 720, 360, "bt709"},
		{"yuv420p", 360, 720, "smpte170m"},
	} {
		cfg := api.VideoConfig{
			Width: 64, Height: c.height, FrameRate: 25, Codec: "ffv1", PixelFormat: "yuv420p", InputFormat: c.input,
			OutWidth: 64, OutHeight: c.outHeight,
		}
		frames, size := api.Frames{Layout: api.NHWC}, 64*c.height*3
		if c.input != "" {
			frames.Layout, size = api.Raw, 64*c.height*3/2
		}
		frames.Data = bytes.Repeat([]byte{200}, size)
		path := saved(t, "matrix.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
			require.NoError(t, v.AddFrames(context.Background(), frames))
		}))
		require.Equal(t, c.want, mediatest.Probe(t, path).Streams[0].ColorSpace, "%+v", c)
		picture := mediatest.Pictures(t, path, 0, "yuv420p")[0]
		if c.input != "" {
			require.Equal(t, bytes.Repeat([]byte{200}, len(picture)), picture)
		}
	}
}

// TestScaledPalette scales pictures with a palette for a codec that would take them as they are.
func TestScaledPalette(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, InputFormat: "pal8", OutWidth: 32}
	path := temporary(t, "palette.gif")
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenFile(context.Background(), path))
	data := append(bytes.Repeat([]byte{3}, 64*64), bytes.Repeat([]byte{0, 0, 255, 255}, 256)...)
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.Raw}))
	require.NoError(t, enc.Close())
	red := []byte{254, 0, 0} // swscale scales by way of YUV; scaled pictures get new palettes
	require.Equal(t, bytes.Repeat(red, 32*32), mediatest.Pictures(t, path, 0, "rgb24")[0])
}

// TestBitmapsHaveNoPrimaries labels pictures of black and white with the primaries of BT.2020. As
// for all other formats, the label converts nothing. Swscale took seconds for it before.
func TestBitmapsHaveNoPrimaries(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, outWidth := range []int{0, 32} {
		var want [][]byte
		for _, primaries := range []string{"", "bt2020"} {
			cfg := lossless(64, 64)
			cfg.InputFormat, cfg.OutWidth, cfg.ColorPrimaries = "monow", outWidth, primaries
			path := saved(t, "bitmap.mkv", encodePictures(t, cfg, func(v *api.VideoStream) {
				data := bytes.Repeat([]byte{0xf0, 0x3c}, 64*64/8/2)
				require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.Raw}))
			}))
			pictures := mediatest.Pictures(t, path, 0, "gray")
			if want == nil {
				want = pictures
			}
			require.Equal(t, want, pictures, "primaries %q", primaries)
		}
	}
}

// TestScaledRowsWithPadding scales pictures whose rows have padding, from the bottom up, by one
// thread and by several. They give the same file as packed rows.
func TestScaledRowsWithPadding(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	for _, size := range [][2]int{{95, 54}, {1536, 1024}} {
		width, height := size[0], size[1]
		stride := 3*width + 41
		packed := waves(width, height, "rgb24")
		padded := bytes.Repeat([]byte{255}, stride*height)
		for y := range height {
			copy(padded[(height-1-y)*stride:], packed[y*3*width:(y+1)*3*width])
		}
		cfg := halved(width, height)
		cfg.Threads = 4
		want := encodePictures(t, cfg, func(v *api.VideoStream) {
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: packed, Layout: api.NHWC}))
		})
		require.True(t, bytes.Equal(want, encodePictures(t, cfg, func(v *api.VideoStream) {
			frames := api.Frames{Data: padded, Layout: api.NHWC, Strides: []int{stride}, BottomUp: true}
			require.NoError(t, v.AddFrames(ctx, frames))
		})), "%d×%d", width, height)
	}
}
