package api_test

import (
	"context"
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// bFrames is video of libx264 that has B-frames, the same ones in a chunk and in one encode.
func bFrames() api.VideoConfig {
	return options(map[string]any{"preset": "ultrafast", "bf": 3, "b_strategy": 0, "sc_threshold": 0, "refs": 2})
}

// TestFilmsOfAnyLength makes films of few frames with chunks of any size, the last of one frame
// among them.
func TestFilmsOfAnyLength(t *testing.T) {
	mediatest.NoLeaks(t)
	long := mediatest.Long(t)
	t.Run("frames", func(t *testing.T) {
		for _, container := range []string{"mp4", "mkv", "ts"} {
			for _, c := range []struct{ frames, chunk int }{
				{1, 1}, {1, 5}, {2, 1}, {2, 2}, {3, 2}, {13, 1}, {13, 2}, {13, 3}, {13, 7}, {13, 12}, {13, 13}, {13, 1000},
			} {
				if !long && (container != "mp4" || c.frames == 2 || c.chunk > 7 || c.chunk == 3) {
					continue
				}
				t.Run(fmt.Sprintf("%s, %d by %d", container, c.frames, c.chunk), func(t *testing.T) {
					t.Parallel()
					requireFilmOf(t, filmCase{
						codec: "libx264", container: container, video: bFrames(), frames: c.frames, chunk: c.chunk,
						sound: filmSounds(container)[0],
					})
				})
			}
		}
	})
}

// requireFilmOf makes a film and compares it with what other encodes make.
func requireFilmOf(t *testing.T, c filmCase) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film."+c.container)
	c.render(t, path, 2)
	requireFilm(t, c, path)
}

// TestFilmsOfAnyRate makes films of rates that are no whole numbers, and of very high and low ones.
func TestFilmsOfAnyRate(t *testing.T) {
	mediatest.NoLeaks(t)
	long := mediatest.Long(t)
	t.Run("rates", func(t *testing.T) {
		for _, container := range []string{"mp4", "mkv", "ts", "avi", "mov", "nut"} {
			for _, rate := range []float64{30000.0 / 1001, 23.976, 1000, 0.5, 59.94, 12.5, 1.0 / 3} {
				if !long && (container != "mp4" || rate != 30000.0/1001 && rate != 0.5) {
					continue
				}
				if container == "avi" && rate < 0.4 {
					continue
				}
				t.Run(fmt.Sprintf("%s, %g", container, rate), func(t *testing.T) {
					t.Parallel()
					c := filmCase{codec: "libx264", container: container, video: bFrames(), frames: 11, chunk: 4}
					c.video.FrameRate = rate
					requireFilmOf(t, c)
				})
			}
		}
	})
}

// TestFilmsOfAnyPicture makes films of other sizes and formats than those of the input.
func TestFilmsOfAnyPicture(t *testing.T) {
	mediatest.NoLeaks(t)
	long, crf := mediatest.Long(t), 30.0
	vp9 := map[string]any{"cpu-used": 8, "auto-alt-ref": 0}
	for name, c := range map[string]filmCase{
		"odd, padded": {codec: "libx264", container: "mp4", video: api.VideoConfig{
			Width: 75, Height: 67, OddSize: api.OddSizePad, ExtraOptions: bFrames().ExtraOptions,
		}},
		"odd, cropped": {codec: "libx264", container: "mkv", video: api.VideoConfig{
			Width: 75, Height: 67, OddSize: api.OddSizeCrop, ExtraOptions: bFrames().ExtraOptions,
		}},
		"scaled": {codec: "libx264", container: "mp4", video: api.VideoConfig{
			OutWidth: 96, OutHeight: 80, ExtraOptions: bFrames().ExtraOptions,
		}},
		"10 bit": {codec: "libx265", container: "mp4", video: api.VideoConfig{
			PixelFormat: "yuv420p10le", ExtraOptions: map[string]any{"preset": "ultrafast"},
		}},
		"4:4:4": {codec: "libx264", container: "mkv", video: api.VideoConfig{
			PixelFormat: "yuv444p", ExtraOptions: bFrames().ExtraOptions,
		}},
		"interlaced": {codec: "mpeg2video", container: "ts", video: options(
			map[string]any{"flags": "+ildct+ilme+cgop", "bf": 2, "sc_threshold": 1_000_000_000, "field_order": "tt"})},
		"interlaced x264": {codec: "libx264", container: "mp4", video: options(
			map[string]any{"preset": "ultrafast", "flags": "+ildct", "x264-params": "tff=1"})},
		"VP9 with alpha": {codec: "libvpx-vp9", container: "webm", video: api.VideoConfig{
			PixelFormat: "yuva420p", InputFormat: "rgba", CRF: &crf, ExtraOptions: vp9,
		}, feed: feedRGBA},
		"ProRes with alpha": {codec: "prores_ks", container: "mov", video: api.VideoConfig{
			PixelFormat: "yuva444p10le", InputFormat: "rgba", ExtraOptions: map[string]any{"profile": "4444"},
		}, feed: feedRGBA},
		"colours": {codec: "libx264", container: "mp4", video: api.VideoConfig{
			ColorSpace: "bt709", ColorRange: "pc", PixelAspect: 16.0 / 11, Rotation: 90, ExtraOptions: bFrames().ExtraOptions,
		}},
		"faststart": {
			codec: "libx264", container: "mp4", video: bFrames(), sound: "aac",
			options: []api.OutputOption{api.Faststart()},
		},
		"fragments": {
			codec: "libx264", container: "mp4", video: bFrames(), sound: "aac",
			options: []api.OutputOption{api.FormatOptions(map[string]any{"movflags": "frag_keyframe+empty_moov"})},
		},
		"tags": {codec: "libx264", container: "mkv", video: bFrames(), options: []api.OutputOption{
			api.Metadata(map[string]string{"title": "film"}), api.Chapters(api.Chapter{End: time.Second, Title: "all"}),
		}},
		"not crash-safe": {
			codec: "libx264", container: "mp4", video: bFrames(), sound: "aac",
			options: []api.OutputOption{api.CrashSafe(false)},
		},
	} {
		if !long && !slices.Contains([]string{"odd, padded", "10 bit", "interlaced", "VP9 with alpha", "fragments"}, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c.frames, c.chunk = 8, 3
			requireFilmOf(t, c)
		})
	}
}

// feedRGBA feeds pictures of 64×64 whose alpha rises from left to right.
func feedRGBA(ctx context.Context, v *api.VideoStream, from, n int) error {
	rgb := filmPictures(from, n, numberedWidth, numberedHeight)
	data := make([]byte, 0, len(rgb)/3*4)
	for i := range len(rgb) / 3 {
		data = append(append(data, rgb[3*i:3*i+3]...), byte(128+i%numberedWidth))
	}
	return v.AddFrames(ctx, api.Frames{Data: data, Layout: api.Raw})
}

// TestFilmsFedInAnyWay feeds the same pictures in all ways that a stream has. The files are equal,
// except where images of another kind are converted otherwise.
func TestFilmsFedInAnyWay(t *testing.T) {
	mediatest.NoLeaks(t)
	const size = numberedWidth * numberedHeight
	plain := filmCase{codec: "libx264", container: "mp4", video: bFrames(), frames: 8, chunk: 3}
	want := undisturbed(t, plain)
	for name, feed := range map[string]func(ctx context.Context, v *api.VideoStream, rgb []byte) error{
		"NCHW": func(ctx context.Context, v *api.VideoStream, rgb []byte) error {
			planar := make([]byte, 0, len(rgb))
			for c := range 3 {
				for i := range size {
					planar = append(planar, rgb[3*i+c])
				}
			}
			return v.AddFrames(ctx, api.Frames{Data: planar, Layout: api.NCHW})
		},
		"raw": func(ctx context.Context, v *api.VideoStream, rgb []byte) error {
			return v.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.Raw})
		},
		"images": func(ctx context.Context, v *api.VideoStream, rgb []byte) error {
			img := image.NewRGBA(image.Rect(0, 0, numberedWidth, numberedHeight))
			for i := range size {
				copy(img.Pix[4*i:], append(rgb[3*i:3*i+3:3*i+3], 255))
			}
			return v.AddImage(ctx, img)
		},
		"acquired": func(ctx context.Context, v *api.VideoStream, rgb []byte) error {
			p, err := v.Acquire(ctx)
			if err != nil {
				return err
			}
			for y := range numberedHeight {
				copy(p.Pix[y*p.Stride:], rgb[3*numberedWidth*y:3*numberedWidth*(y+1)])
			}
			return v.Commit(ctx, p)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := plain
			c.feed = func(ctx context.Context, v *api.VideoStream, from, n int) error {
				for number := from; number < from+n; number++ {
					if err := feed(ctx, v, filmPictures(number, 1, numberedWidth, numberedHeight)); err != nil {
						return err
					}
				}
				return nil
			}
			path := filepath.Join(t.TempDir(), "film.mp4")
			c.render(t, path, 2)
			if name != "images" {
				requireContent(t, want, path)
				return
			}
			requireFilm(t, c, path)
		})
	}
}
