package api_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/avloom/avloom/api"
)

// A film whose chunks are made by two plans, as they would be on two machines that share a folder.
func ExamplePlanFilm() {
	dir, err := os.MkdirTemp("", "avloom")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	part := func(index int) string { return filepath.Join(dir, fmt.Sprintf("part-%d", index)) }

	const side = 64
	film := api.Film{
		Path:   "film.mp4", // names the container
		Video:  api.VideoConfig{Width: side, Height: side, FrameRate: 30, InputFormat: "gray", Codec: "libx264"},
		Frames: 100,
		Chunk:  30,
		Draw: func(ctx context.Context, video *api.VideoStream, from, n int) error {
			for frame := from; frame < from+n; frame++ {
				picture := make([]byte, side*side)
				for i := range picture {
					picture[i] = byte(2*frame + i%side)
				}
				if err := video.AddFrames(ctx, api.Frames{Data: picture, Layout: api.Raw}); err != nil {
					return err
				}
			}
			return nil
		},
	}
	ctx := context.Background()
	machine := func(machine int) {
		plan, err := api.PlanFilm(ctx, film)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer plan.Close()
		for index := machine; index < plan.Chunks(); index += 2 {
			result, err := plan.RenderChunk(ctx, index, part(index), nil)
			fmt.Println(result.ID, err)
		}
	}
	machine(0)
	machine(1)

	plan, err := api.PlanFilm(ctx, film)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer plan.Close()
	fmt.Println(plan.Join(ctx, filepath.Join(dir, "film.mp4"), part))
	// Output:
	// frames 0-29 <nil>
	// frames 60-89 <nil>
	// frames 30-59 <nil>
	// frames 90-99 <nil>
	// <nil>
}
