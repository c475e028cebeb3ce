package api_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"time"

	"github.com/avloom/avloom/api"
)

// encoded encodes pictures without loss, and returns R G B of their pixels, row by row.
func encoded(cfg api.VideoConfig, feed func(context.Context, *api.VideoStream) error) string {
	ctx, enc := context.Background(), api.NewEncoder()
	defer enc.Abort(nil)
	var file api.MemoryFile
	cfg.FrameRate, cfg.Codec, cfg.PixelFormat = 60, "rawvideo", "rgb24"
	video, err := enc.AddVideo(cfg)
	if err == nil {
		err = enc.OpenWriter(ctx, &file, "rawvideo")
	}
	if err == nil {
		err = feed(ctx, video)
	}
	if err == nil {
		err = enc.Close()
	}
	if err != nil {
		return err.Error()
	}
	var text string
	for pixels := file.Bytes(); len(pixels) > 0; pixels = pixels[3*cfg.Width:] {
		text += fmt.Sprintf("% x\n", pixels[:3*cfg.Width])
	}
	return text
}

// OpenGL's glReadPixels gives the bottom row first. Its rows are multiples of 4 bytes long, unless
// GL_PACK_ALIGNMENT is set to 1. For GL_RGBA, which has no padding, leave Strides nil and set
// InputFormat to rgba.
func ExampleFrames_openGL() {
	const width, height = 3, 2
	const stride = (3*width + 3) &^ 3
	// glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, pixels)
	pixels := []byte{
		0, 0, 1, 0, 0, 2, 0, 0, 3, 255, 255, 255, // the bottom row and its padding
		9, 0, 0, 8, 0, 0, 7, 0, 0, 255, 255, 255,
	}
	frames := api.Frames{Data: pixels, Layout: api.NHWC, Strides: []int{stride}, BottomUp: true}
	fmt.Print(encoded(
		api.VideoConfig{Width: width, Height: height},
		func(ctx context.Context, video *api.VideoStream) error { return video.AddFrames(ctx, frames) },
	))
	// Output:
	// 09 00 00 08 00 00 07 00 00
	// 00 00 01 00 00 02 00 00 03
}

// WebGPU's copyTextureToBuffer wants rows at multiples of 256 bytes, and Vulkan often has such
// rows. The buffer may end with the last pixel. Swap chains are mostly BGRA.
func ExampleFrames_webGPU() {
	const width, height = 2, 2
	const stride = (4*width + 255) &^ 255
	mapped := make([]byte, stride+4*width)
	copy(mapped, []byte{1, 2, 3, 255, 4, 5, 6, 255})
	copy(mapped[stride:], []byte{7, 8, 9, 255, 10, 11, 12, 255})
	frames := api.Frames{Data: mapped, Layout: api.Raw, Strides: []int{stride}}
	fmt.Print(encoded(
		api.VideoConfig{Width: width, Height: height, InputFormat: "bgra"},
		func(ctx context.Context, video *api.VideoStream) error { return video.AddFrames(ctx, frames) },
	))
	// Output:
	// 03 02 01 06 05 04
	// 09 08 07 0c 0b 0a
}

// Direct3D tells the stride of a mapped texture: RowPitch of D3D11_MAPPED_SUBRESOURCE, or of the
// footprint in Direct3D 12.
func ExampleFrames_direct3D() {
	const width, height = 2, 2
	mapped := struct {
		Data     []byte
		RowPitch int
	}{make([]byte, 2*32), 32}
	copy(mapped.Data, []byte{1, 2, 3, 255, 4, 5, 6, 255})
	copy(mapped.Data[mapped.RowPitch:], []byte{7, 8, 9, 255, 10, 11, 12, 255})
	frames := api.Frames{Data: mapped.Data, Layout: api.Raw, Strides: []int{mapped.RowPitch}}
	fmt.Print(encoded(
		api.VideoConfig{Width: width, Height: height, InputFormat: "rgba"},
		func(ctx context.Context, video *api.VideoStream) error { return video.AddFrames(ctx, frames) },
	))
	// Output:
	// 01 02 03 04 05 06
	// 07 08 09 0a 0b 0c
}

// Ebitengine's ReadPixels gives R G B A without padding, multiplied by alpha: with the fourth byte
// ignored (rgb0), that is the picture over black. Where the video keeps an alpha, give AddImage an
// image.RGBA of the same bytes.
func ExampleFrames_ebiten() {
	const width, height = 2, 1
	pixels := []byte{128, 0, 0, 128, 0, 255, 0, 255} // half a red, and green
	frames := api.Frames{Data: pixels, Layout: api.Raw}
	fmt.Print(encoded(
		api.VideoConfig{Width: width, Height: height, InputFormat: "rgb0"},
		func(ctx context.Context, video *api.VideoStream) error { return video.AddFrames(ctx, frames) },
	))
	// Output: 80 00 00 00 ff 00
}

// An image, or a part of one, brings its own stride.
func ExampleFrames_image() {
	canvas := image.NewRGBA(image.Rect(0, 0, 100, 100))
	canvas.Set(50, 50, color.RGBA{R: 1, G: 2, B: 3, A: 255})
	part := canvas.SubImage(image.Rect(50, 50, 52, 51))
	fmt.Print(encoded(
		api.VideoConfig{Width: 2, Height: 1},
		func(ctx context.Context, video *api.VideoStream) error { return video.AddImage(ctx, part) },
	))
	// Output: 01 02 03 00 00 00
}

// Arrays of numbers, as NumPy and PyTorch have them: [frame][channel][row][column], or
// [frame][row][column][channel]. A part of a larger array has strides.
func ExampleFrames_arrays() {
	nchw := []byte{1, 4, 2, 5, 3, 6} // R R, G G, B B
	nhwc := []byte{1, 2, 3, 4, 5, 6}
	fmt.Print(encoded(
		api.VideoConfig{Width: 2, Height: 1},
		func(ctx context.Context, video *api.VideoStream) error {
			if err := video.AddFrames(ctx, api.Frames{Data: nchw, Layout: api.NCHW}); err != nil {
				return err
			}
			return video.AddFrames(ctx, api.Frames{Data: nhwc, Layout: api.NHWC})
		},
	))
	// Output:
	// 01 02 03 04 05 06
	// 01 02 03 04 05 06
}

// A camera gives YUYV or NV12 with the stride that its driver chose (bytesperline in V4L2), and the
// time of each picture.
func ExampleFrames_camera() {
	const width, height, stride = 64, 48, 80
	ctx, enc := context.Background(), api.NewEncoder()
	defer enc.Abort(nil)
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, VariableRate: true, InputFormat: "nv12",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var file api.MemoryFile
	if err := enc.OpenWriter(ctx, &file, "mkv"); err != nil {
		fmt.Println(err)
		return
	}
	buffer := make([]byte, stride*height*3/2)
	for _, at := range []time.Duration{0, 34 * time.Millisecond, 71 * time.Millisecond} {
		frame := api.Frames{
			Data: buffer, Layout: api.Raw, Strides: []int{stride, stride}, PTS: []time.Duration{at},
		}
		if err := video.AddFrames(ctx, frame); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(enc.Close(), enc.Stats().Streams[0].Packets)
	// Output: <nil> 3
}
