package material

import (
	"fmt"
	"path/filepath"
)

// FromFile returns count pictures of a size, from the begin of a video that FFmpeg's command reads.
// A shorter video is repeated. It makes the pictures anew in the folder dir.
func FromFile(dir, video string, width, height, count int) (Pictures, error) {
	name := filepath.Join(dir, fmt.Sprintf("own-%dx%d-%d", width, height, count))
	p := Pictures{Width: width, Height: height, Count: count, RGB: name + ".rgb24", YUV: name + ".yuv420p"}
	return p, p.makeBoth("-stream_loop", "-1", "-i", video,
		"-frames:v", fmt.Sprint(count), "-vf", fmt.Sprintf("scale=%d:%d:flags=bicubic", width, height))
}
