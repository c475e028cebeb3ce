package api_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// passFailure is a way in which two passes fail.
type passFailure struct {
	// draw is called instead of one that feeds the numbered pictures. cancel ends the context.
	draw  func(ctx context.Context, cancel context.CancelCauseFunc, pass int, v *api.VideoStream) error
	sound func(ctx context.Context, a *api.AudioStream) error // nil: it feeds a tone
	check func(t *testing.T, err error)
	draws int // how often draw is called
}

var errBoom = errors.New("boom")

func isBoom(t *testing.T, err error) {
	require.Equal(t, errBoom, err, "it is returned as it is")
}

func passFailures() map[string]passFailure {
	feed := func(ctx context.Context, v *api.VideoStream, n int) error {
		return v.AddFrames(ctx, api.Frames{Data: numbered(0, n), Layout: api.NHWC})
	}
	failIn := func(pass int, fail func(ctx context.Context, cancel context.CancelCauseFunc) error) passFailure {
		return passFailure{
			draws: pass,
			draw: func(ctx context.Context, cancel context.CancelCauseFunc, now int, v *api.VideoStream) error {
				if err := feed(ctx, v, 20); now != pass || err != nil {
					return err
				}
				return fail(ctx, cancel)
			},
			check: isBoom,
		}
	}
	feedIn := func(first, second int, text string) passFailure {
		return passFailure{
			draws: 2,
			draw: func(ctx context.Context, _ context.CancelCauseFunc, pass int, v *api.VideoStream) error {
				return feed(ctx, v, []int{first, second}[pass-1])
			},
			check: func(t *testing.T, err error) {
				var node *pipeline.NodeError
				require.ErrorAs(t, err, &node)
				require.ErrorContains(t, err, text)
			},
		}
	}
	all := map[string]passFailure{
		"fewer pictures": feedIn(20, 19, "the second pass was fed 19 pictures, and the first 20"),
		"none again":     feedIn(20, 0, "the second pass was fed 0 pictures, and the first 20"),
		"more pictures":  feedIn(20, 21, "more pictures than the first, which had 20"),
		"no pictures": {
			draws: 1,
			draw:  func(context.Context, context.CancelCauseFunc, int, *api.VideoStream) error { return nil },
			check: func(t *testing.T, err error) { requireField(t, err, "Draw") },
		},
		"sound fails": {
			draws: 2,
			draw: func(ctx context.Context, _ context.CancelCauseFunc, pass int, v *api.VideoStream) error {
				if pass == 1 {
					return feed(ctx, v, 20)
				}
				<-ctx.Done()
				return context.Cause(ctx)
			},
			sound: func(context.Context, *api.AudioStream) error { return errBoom },
			check: isBoom,
		},
		"sound panics": {
			draws: 2,
			draw: func(ctx context.Context, _ context.CancelCauseFunc, _ int, v *api.VideoStream) error {
				return feed(ctx, v, 20)
			},
			sound: func(context.Context, *api.AudioStream) error { panic(errBoom) },
			check: isPanic,
		},
	}
	for pass, in := range map[int]string{1: " in the first pass", 2: " in the second pass"} {
		all["error"+in] = failIn(pass, func(context.Context, context.CancelCauseFunc) error { return errBoom })
		canceled := failIn(pass, func(ctx context.Context, cancel context.CancelCauseFunc) error {
			cancel(errBoom)
			<-ctx.Done()
			return context.Cause(ctx)
		})
		all["context"+in] = canceled
		unnoticed := failIn(pass, func(_ context.Context, cancel context.CancelCauseFunc) error {
			cancel(errBoom)
			return nil
		})
		all["context, which Draw ignores,"+in] = unnoticed
		panicked := failIn(pass, func(context.Context, context.CancelCauseFunc) error { panic(errBoom) })
		panicked.check = isPanic
		all["panic"+in] = panicked
		exited := failIn(pass, func(context.Context, context.CancelCauseFunc) error {
			runtime.Goexit()
			return nil
		})
		exited.check = func(t *testing.T, err error) { require.ErrorContains(t, err, "Draw called runtime.Goexit") }
		all["goexit"+in] = exited
	}
	return all
}

func isPanic(t *testing.T, err error) {
	var panicked *pipeline.PanicError
	require.ErrorAs(t, err, &panicked)
	require.ErrorIs(t, err, errBoom)
}

// TestTwoPassesFail checks that nothing is left of two passes that fail, and that a file that was
// there stays.
func TestTwoPassesFail(t *testing.T) {
	for _, codec := range []string{"libx264", "mpeg4", "libvpx-vp9"} {
		for name, f := range passFailures() {
			t.Run(codec+"/"+name, func(t *testing.T) {
				mediatest.NoLeaks(t)
				dir, statistics := t.TempDir(), t.TempDir()
				t.Setenv("TMPDIR", statistics)
				path := filepath.Join(dir, "film.mkv")
				require.NoError(t, os.WriteFile(path, []byte("old"), 0o666))
				ctx, cancel := context.WithCancelCause(context.Background())
				defer cancel(nil)
				draws := 0
				two := twoNumbered(path, codec)
				two.Draw = func(ctx context.Context, v *api.VideoStream) error {
					draws++
					return f.draw(ctx, cancel, draws, v)
				}
				if f.sound != nil {
					two.Sound = f.sound
				}
				err := api.RenderTwoPass(ctx, two)
				require.Error(t, err)
				f.check(t, err)
				require.Equal(t, f.draws, draws)
				require.Equal(t, []string{"film.mkv"}, filesIn(t, dir))
				require.Empty(t, filesIn(t, statistics))
				content, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Equal(t, "old", string(content))
			})
		}
	}
}

// twoNumbered are two passes over 20 numbered pictures, with sound.
func twoNumbered(path, codec string) api.TwoPass {
	video := numberedVideo()
	video.Codec, video.Preset, video.BitRate = codec, "", 200_000
	return api.TwoPass{
		Path: path, Video: video,
		Draw: func(ctx context.Context, v *api.VideoStream) error {
			return v.AddFrames(ctx, api.Frames{Data: numbered(0, 20), Layout: api.NHWC})
		},
		Audio: &api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "libopus"},
		Sound: func(ctx context.Context, a *api.AudioStream) error {
			return a.AddSamples(ctx, tone(2, 0, 32_000))
		},
	}
}

// wrongTwoPass is a setting with which nothing is drawn.
type wrongTwoPass struct {
	name  string
	alter func(p *api.TwoPass)
	field string
}

func wrongTwoPasses() []wrongTwoPass {
	crf := 30.0
	return []wrongTwoPass{
		{"two passes without a path", func(p *api.TwoPass) { p.Path = "" }, "Path"},
		{"two passes into a folder", func(p *api.TwoPass) { p.Path = "testdata" }, "Path"},
		{"two passes without Draw", func(p *api.TwoPass) { p.Draw = nil }, "Draw"},
		{"two passes without Sound", func(p *api.TwoPass) { p.Sound = nil }, "Sound"},
		{"two passes without Audio", func(p *api.TwoPass) { p.Audio = nil }, "Audio"},
		{"two passes with wrong video", func(p *api.TwoPass) { p.Video.Width = 0 }, "Width"},
		{"two passes with wrong audio", func(p *api.TwoPass) { p.Audio.SampleRate = -1 }, "SampleRate"},
		{"two passes without a bit rate", func(p *api.TwoPass) { p.Video.BitRate = 0 }, "BitRate"},
		{"two passes with a quality of x264", func(p *api.TwoPass) { p.Video.BitRate, p.Video.CRF = 0, &crf }, "BitRate"},
		{"two passes that drop frames", func(p *api.TwoPass) { p.Video.OnFull = api.OnFullDrop }, "OnFull"},
		{"two passes of an encoder that makes one", func(p *api.TwoPass) { p.Video.Codec, p.Video.BitRate = "ffv1", 0 }, "Codec"},
		{"two passes on a GPU", func(p *api.TwoPass) { p.Video.Device, p.Video.Codec = "cuda", "h264" }, "Codec"},
		{"two passes with pass2", extra("flags", "+pass2"), "ExtraOptions[flags]"},
		{"two passes with stats", extra("stats", "/nowhere/stats"), "ExtraOptions[stats]"},
		{"two passes with a pass in parameters", extra("x264-params", "pass=2"), "ExtraOptions[x264-params]"},
		{"two passes with an unknown option", extra("nonsense", 1), "ExtraOptions[nonsense]"},
		{"two passes in a container for others", func(p *api.TwoPass) { p.Path += ".webm" }, "Codec"},
		{"two passes with best effort", func(p *api.TwoPass) { p.Options = []api.OutputOption{api.BestEffort()} }, "BestEffort"},
		{"two passes with alpha", func(p *api.TwoPass) {
			p.Video.Codec, p.Video.InputFormat = "libvpx-vp9", "rgba"
			p.Video.PixelFormat = "yuva420p"
		}, "PixelFormat"},
		{"two passes with alpha by default", func(p *api.TwoPass) {
			p.Video.Codec, p.Video.InputFormat = "libvpx-vp9", "yuva420p"
		}, "PixelFormat"},
	}
}

// render makes two passes with the wrong setting, and returns the error.
func (c wrongTwoPass) render(t *testing.T) error {
	t.Helper()
	dir := t.TempDir()
	two := twoNumbered(filepath.Join(dir, "film.mkv"), "libx264")
	c.alter(&two)
	if two.Draw != nil {
		two.Draw = func(context.Context, *api.VideoStream) error { panic("nothing must be drawn") }
	}
	err := api.RenderTwoPass(context.Background(), two)
	require.Empty(t, filesIn(t, dir))
	return err
}

// noteWrongTwoPasses notes the errors of RenderTwoPass.
func noteWrongTwoPasses(t *testing.T, note func(name, field string, err error)) {
	for _, c := range wrongTwoPasses() {
		note(c.name, c.field, c.render(t))
	}
}

// TestTwoPassesAreChecked checks that nothing is drawn if a setting is wrong. TestErrorTexts has
// the texts.
func TestTwoPassesAreChecked(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range wrongTwoPasses() {
		t.Run(c.name, func(t *testing.T) { requireField(t, c.render(t), c.field) })
	}
	two := twoNumbered(filepath.Join(t.TempDir(), "nowhere", "film.mkv"), "libx264")
	require.ErrorIs(t, api.RenderTwoPass(context.Background(), two), os.ErrNotExist)
	require.Error(t, api.RenderTwoPass(nil, two)) //nolint:staticcheck // a nil context is an error
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(io.EOF)
	require.ErrorIs(t, api.RenderTwoPass(ctx, two), io.EOF)
}

// extra sets one of ExtraOptions.
func extra(key string, value any) func(p *api.TwoPass) {
	return func(p *api.TwoPass) { p.Video.ExtraOptions = map[string]any{key: value} }
}

// TestTwoPassEncodersAreListed checks that every encoder makes two passes that the error about
// another one names.
func TestTwoPassEncodersAreListed(t *testing.T) {
	mediatest.NoLeaks(t)
	two := twoNumbered(filepath.Join(t.TempDir(), "film.mkv"), "png")
	two.Video.BitRate = 0
	var wrong *api.ConfigError
	require.ErrorAs(t, api.RenderTwoPass(context.Background(), two), &wrong)
	require.Equal(t, "Codec", wrong.Field)
	require.Contains(t, wrong.Supported, "libvpx-vp9")
	require.Greater(t, len(wrong.Supported), 15)
	for _, codec := range wrong.Supported {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "film."+extensionFor(codec))
			two := twoNumbered(path, codec)
			two.Video.OutWidth, two.Video.OutHeight = 176, 144
			two.Video.FrameRate = 30000.0 / 1001
			two.Audio, two.Sound = nil, nil
			if codec == "libaom-av1" {
				two.Video.ExtraOptions = map[string]any{"cpu-used": 8}
			}
			require.NoError(t, api.RenderTwoPass(context.Background(), two))
			require.Len(t, mediatest.Pictures(t, path, 0, "gray"), 20)
		})
	}
}

// extensionFor returns the extension of a container that carries what an encoder makes.
func extensionFor(codec string) string {
	if slices.Contains([]string{"rv10", "rv20"}, codec) {
		return "rm"
	}
	return "mkv"
}
