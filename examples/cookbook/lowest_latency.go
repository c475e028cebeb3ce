package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// LowestLatency sends pictures to a receiver: to api.URL("udp://host:5000"), to
// api.Writer(connection, "mpegts") or another output. Each packet leaves as soon as its picture is
// encoded.
func LowestLatency(ctx context.Context, to api.Output, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30,
		Codec: "libx264", PixelFormat: "yuv420p", Preset: "ultrafast", BitRate: 4_000_000, KeyInterval: 30,
		ExtraOptions: map[string]any{
			"tune": "zerolatency", "intra-refresh": 1, "maxrate": 4_000_000, "bufsize": 4_000_000 / 30,
		},
	})
	if err != nil {
		return err
	}
	if err := enc.Open(ctx, to); err != nil {
		return err
	}
	for rgb := range pictures {
		if err := video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC}); err != nil {
			return err
		}
	}
	return enc.Close()
}
