package api_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/avloom/avloom/api"
)

func TestYY(t *testing.T) {
	open := func(c api.VideoConfig, format string) {
		e := api.NewEncoder()
		c.Width, c.Height, c.FrameRate = 256, 256, 25
		_, err := e.AddVideo(c)
		if err == nil {
			err = e.OpenWriter(context.Background(), new(api.MemoryFile), format)
		}
		fmt.Println(c.Codec, c.ExtraOptions, err)
		e.Abort(nil)
	}
	open(api.VideoConfig{Codec: "libsvtav1", ExtraOptions: map[string]any{"svtav1-params": "lookahead=500"}}, "mp4")
}
