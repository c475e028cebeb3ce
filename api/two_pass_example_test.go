package api_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/avloom/avloom/api"
)

// A file of VP9 that is to have 300 kbit/s. The pictures are drawn twice.
func ExampleRenderTwoPass() {
	dir, err := os.MkdirTemp("", "avloom")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	path := filepath.Join(dir, "film.webm")
	err = api.RenderTwoPass(context.Background(), api.TwoPass{
		Path:  path,
		Video: api.VideoConfig{Width: 64, Height: 64, FrameRate: 30, Codec: "libvpx-vp9", BitRate: 300_000},
		Draw: func(ctx context.Context, video *api.VideoStream) error {
			for k := range 30 {
				picture := make([]byte, 64*64*3)
				for i := range picture {
					picture[i] = byte(i*k + i/192)
				}
				if err := video.AddFrames(ctx, api.Frames{Data: picture, Layout: api.NHWC}); err != nil {
					return err
				}
			}
			return nil
		},
	})
	fmt.Println(err)
	_, err = os.Stat(path)
	fmt.Println(err)
	// Output:
	// <nil>
	// <nil>
}
