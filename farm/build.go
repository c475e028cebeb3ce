package farm

import (
	"context"
	"regexp"

	"github.com/avloom/avloom/api"
)

// x264Version returns the version of libx264: "x264 - core 164 r3108 31e19f9". The library tells it
// only in its streams, so one picture is encoded. "": FFmpeg has no libx264.
func x264Version(ctx context.Context) string {
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	v, err := enc.AddVideo(api.VideoConfig{
		Width: 16, Height: 16, FrameRate: 1, Codec: "libx264", Preset: "ultrafast", Threads: 1,
	})
	if err != nil {
		return ""
	}
	var file api.MemoryFile
	if enc.OpenWriter(ctx, &file, "h264") != nil ||
		v.AddFrames(ctx, api.Frames{Data: make([]byte, 16*16*3)}) != nil || enc.Close() != nil {
		return ""
	}
	return string(regexp.MustCompile(`x264 - core \d+[ 0-9a-zM]*`).Find(file.Bytes()))
}
