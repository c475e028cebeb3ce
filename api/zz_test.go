package api_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/avloom/avloom/api"
)

func TestZZ(t *testing.T) {
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
	open(api.VideoConfig{Codec: "h264_nvenc"}, "mp4")
	open(api.VideoConfig{Codec: "hevc_nvenc", CRF: new(float64)}, "mp4")
	open(api.VideoConfig{Codec: "av1_nvenc", Preset: "p99"}, "mp4")
	open(api.VideoConfig{Codec: "av1_nvenc", Preset: "p4"}, "mp4")
	open(api.VideoConfig{Codec: "libx265", ExtraOptions: map[string]any{"profile": "main12"}}, "mp4")
	open(api.VideoConfig{Codec: "libx265", ExtraOptions: map[string]any{"profile": "main", "x265-params": "frame-threads=17"}, PixelFormat: "yuv420p"}, "mp4")
	open(api.VideoConfig{Codec: "libx265", ExtraOptions: map[string]any{"x265-params": "ctu=16:min-cu-size=32"}}, "mp4")
	open(api.VideoConfig{Codec: "libsvtav1", ExtraOptions: map[string]any{"threads": "2", "svtav1-params": "tune=0:enable-tf=0"}}, "mp4")
	open(api.VideoConfig{Codec: "libvpx-vp9", ExtraOptions: map[string]any{"qmax": 80}}, "webm")
	open(api.VideoConfig{Codec: "libvpx-vp9", ExtraOptions: map[string]any{"qmax": 10, "qmin": 20}}, "webm")
	open(api.VideoConfig{Codec: "libvpx", Threads: 200}, "webm")
	open(api.VideoConfig{Codec: "libx264", Threads: 2000}, "mp4")
	open(api.VideoConfig{Codec: "libaom-av1", Threads: 200}, "mp4")
	open(api.VideoConfig{Codec: "libsvtav1", Threads: 2000}, "mp4")
	open(api.VideoConfig{Codec: "libsvtav1", ExtraOptions: map[string]any{"g": -5}}, "mp4")
	open(api.VideoConfig{Codec: "libsvtav1", ExtraOptions: map[string]any{"svtav1-params": "lookahead=500"}}, "mp4")
	open(api.VideoConfig{Codec: "mpeg4", ExtraOptions: map[string]any{"b": "1e18"}}, "mp4")
	open(api.VideoConfig{Codec: "libx264", ExtraOptions: map[string]any{"b": 1e15}}, "mp4")
	open(api.VideoConfig{Codec: "libx264", ExtraOptions: map[string]any{"level": "9.9"}}, "mp4")
	open(api.VideoConfig{Codec: "libx264", ExtraOptions: map[string]any{"psy-rd": "much"}}, "mp4")
	open(api.VideoConfig{Codec: "libx264", ExtraOptions: map[string]any{"wpredp": "5"}}, "mp4")
	open(api.VideoConfig{Codec: "libx264", ExtraOptions: map[string]any{"x264-params": "qp=20", "crf": 20}}, "mp4")
	open(api.VideoConfig{Codec: "prores_ks", ExtraOptions: map[string]any{"vendor": "toolong"}}, "mov")
	open(api.VideoConfig{Codec: "vp9", ExtraOptions: map[string]any{"deadline": "bset"}}, "webm")
	open(api.VideoConfig{Codec: "libx264", ExtraOptions: map[string]any{"crf": true}}, "mp4")
}
