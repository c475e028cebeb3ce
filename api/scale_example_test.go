package api_test

import (
	"context"
	"fmt"

	"github.com/avloom/avloom/api"
)

// A screen of 1920×1080 becomes a preview 640 pixels wide, at 500 kbit/s, in which a player can
// begin every second.
func ExampleVideoConfig_preview() {
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	v, err := enc.AddVideo(api.VideoConfig{
		Width: 1920, Height: 1080, FrameRate: 30, Codec: "libx264", Preset: "veryfast",
		OutWidth: 640, Scaler: "area", BitRate: 500_000, KeyInterval: 30,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var file api.MemoryFile
	ctx := context.Background()
	if err := enc.OpenWriter(ctx, &file, "mp4"); err != nil {
		fmt.Println(err)
		return
	}
	screen := make([]byte, 1920*1080*3)
	if err := v.AddFrames(ctx, api.Frames{Data: screen, Layout: api.NHWC}); err != nil {
		fmt.Println(err)
		return
	}
	if err := enc.Close(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("written:", len(file.Bytes()) > 0)
	// Output: written: true
}
