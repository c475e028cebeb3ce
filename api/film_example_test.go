package api_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/avloom/avloom/api"
)

// One film of VP9 on all cores. A disc of light moves, and where it is follows from the number
// of the frame. If the program is stopped or killed, the next call draws only the chunks that are
// missing.
func ExampleRenderFilm() {
	dir, err := os.MkdirTemp("", "avloom")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	const side = 64
	disc := func(frame int) []byte {
		picture := make([]byte, side*side)
		x, y := 16+frame%32, 32
		for i := range picture {
			dx, dy := i%side-x, i/side-y
			picture[i] = byte(max(0, 255-2*(dx*dx+dy*dy)))
		}
		return picture
	}
	path := filepath.Join(dir, "film.webm")
	report, err := api.RenderFilm(context.Background(), api.Film{
		Path:   path,
		Video:  api.VideoConfig{Width: side, Height: side, FrameRate: 30, InputFormat: "gray", Codec: "libvpx-vp9"},
		Frames: 100,
		Chunk:  30,
		Draw: func(ctx context.Context, video *api.VideoStream, from, n int) error {
			for frame := from; frame < from+n; frame++ {
				if err := video.AddFrames(ctx, api.Frames{Data: disc(frame), Layout: api.Raw}); err != nil {
					return err
				}
			}
			return nil
		},
		Fingerprint: "a disc, version 1",
	}, api.RenderConfig{Resume: true})
	fmt.Println(len(report.Results), "chunks,", err)
	_, err = os.Stat(path)
	fmt.Println(err)
	// Output:
	// 4 chunks, <nil>
	// <nil>
}
