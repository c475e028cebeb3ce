package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// Chapters writes a film with chapters, to which players jump, and with a cover, a PNG or JPEG file
// that players show for it. The extension of the path chooses the container: mp4 or mkv.
func Chapters(
	ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte], chapters []api.Chapter, cover []byte,
) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path, api.Chapters(chapters...), api.CoverArt(cover)); err != nil {
		return err
	}
	for rgb := range pictures {
		if err := video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC}); err != nil {
			return err
		}
	}
	return enc.Close()
}
