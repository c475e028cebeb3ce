package api_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
)

// filmCase is a film of numbered pictures, any of which can be drawn alone.
type filmCase struct {
	codec, container string
	video            api.VideoConfig // what is beside the codec; no size means 64×64, no rate 25
	options          []api.OutputOption
	sound            string // the encoder of the sound; "": silent
	frames, chunk    int    // chunk 0: one for the whole film

	// feed feeds pictures as the config says. nil: as NHWC.
	feed func(ctx context.Context, v *api.VideoStream, from, n int) error
}

func (c filmCase) name() string {
	return strings.TrimSuffix(fmt.Sprintf("%s %s %s", c.codec, c.container, c.sound), " ")
}

// config returns the configuration of the video, which is that of each chunk and of one encode.
func (c filmCase) config() api.VideoConfig {
	cfg := c.video
	cfg.Codec, cfg.Threads = c.codec, 1
	if cfg.Width == 0 {
		cfg.Width, cfg.Height = numberedWidth, numberedHeight
	}
	if cfg.FrameRate == 0 {
		cfg.FrameRate = 25
	}
	return cfg
}

// chunks are the first frames of all chunks, and the number of all frames.
func (c filmCase) chunks() (limits []int) {
	chunk := c.chunk
	if chunk == 0 {
		chunk = c.frames
	}
	for from := 0; from < c.frames; from += chunk {
		limits = append(limits, from)
	}
	return append(limits, c.frames)
}

// samples is how many samples of sound last as long as the film.
func (c filmCase) samples() int {
	return int(math.Round(float64(c.frames) / c.config().FrameRate * 48000))
}

func (c filmCase) audio() *api.AudioConfig {
	if c.sound == "" {
		return nil
	}
	cfg := stereo()
	cfg.Codec = c.sound
	return &cfg
}

func (c filmCase) draw(ctx context.Context, v *api.VideoStream, from, n int) error {
	if c.feed != nil {
		return c.feed(ctx, v, from, n)
	}
	cfg := c.config()
	return v.AddFrames(ctx, api.Frames{Data: filmPictures(from, n, cfg.Width, cfg.Height), Layout: api.NHWC})
}

func (c filmCase) play(ctx context.Context, a *api.AudioStream) error {
	return a.AddSamples(ctx, tone(2, 0, c.samples()))
}

func (c filmCase) film(path string) api.Film {
	film := api.Film{
		Path: path, Options: c.options, Video: c.config(), Frames: c.frames, Chunk: c.chunk, Draw: c.draw,
	}
	if film.Audio = c.audio(); film.Audio != nil {
		film.Sound = c.play
	}
	if film.Chunk == 0 {
		film.Chunk = c.frames
	}
	return film
}

// render makes the film with so many workers.
func (c filmCase) render(t *testing.T, path string, workers int) api.Report {
	t.Helper()
	report, err := api.RenderFilm(context.Background(), c.film(path), api.RenderConfig{Workers: workers})
	require.NoError(t, err)
	require.Empty(t, besides(t, path), "nothing is left beside the film")
	return report
}

// besides are the names of all else in the folder of a file.
func besides(t *testing.T, path string) (names []string) {
	t.Helper()
	for _, name := range filesIn(t, filepath.Dir(path)) {
		if name != filepath.Base(path) {
			names = append(names, name)
		}
	}
	return names
}

// encodeWhole makes the same file with one encoder, which is asked for a key frame where each chunk
// begins. An encoder that cannot be asked makes them at its interval.
func (c filmCase) encodeWhole(t *testing.T, path string) {
	t.Helper()
	enc := api.NewEncoder(api.WithThreadBudget(api.NewThreadBudget(1)))
	v := addVideo(t, enc, c.config())
	var a *api.AudioStream
	if audio := c.audio(); audio != nil {
		a = addAudio(t, enc, *audio)
	}
	ctx := context.Background()
	require.NoError(t, enc.OpenFile(ctx, path, append([]api.OutputOption{api.CrashSafe(false)}, c.options...)...))
	var g errgroup.Group
	if a != nil {
		g.Go(func() error { return c.play(ctx, a) })
	}
	limits := c.chunks()
	for k, from := range limits[:len(limits)-1] {
		if k > 0 && c.video.KeyInterval == 0 {
			require.NoError(t, v.ForceKeyFrame())
		}
		require.NoError(t, c.draw(ctx, v, from, limits[k+1]-from))
	}
	require.NoError(t, v.End())
	require.NoError(t, g.Wait())
	require.NoError(t, enc.Close())
}

// encodeChunks makes a file of each chunk, without sound, with a fresh encoder.
func (c filmCase) encodeChunks(t *testing.T, dir string) (paths []string) {
	t.Helper()
	ctx, limits, extension := context.Background(), c.chunks(), c.container
	var format []api.OutputOption
	switch {
	case extension == "ts" || extension == "mpg": // which are not readable with one frame
		extension = "mkv"
	case !slices.Contains([]string{"mp4", "mov", "mkv", "webm", "avi", "nut", "flv"}, extension):
		format = []api.OutputOption{api.Format(extension)}
	}
	for k, from := range limits[:len(limits)-1] {
		path := filepath.Join(dir, fmt.Sprintf("chunk-%03d.%s", k, extension))
		enc := api.NewEncoder(api.WithThreadBudget(api.NewThreadBudget(1)))
		v := addVideo(t, enc, c.config())
		require.NoError(t, enc.OpenFile(ctx, path, format...))
		require.NoError(t, c.draw(ctx, v, from, limits[k+1]-from))
		require.NoError(t, enc.Close())
		paths = append(paths, path)
	}
	return paths
}

// filmPictures returns pictures first, first+1, … in NHWC: the squares of numbered pictures, with
// waves that move over them.
func filmPictures(first, n, width, height int) []byte {
	data := make([]byte, 0, 3*n*width*height)
	for number := first; number < first+n; number++ {
		for y := range height {
			wave := 20 * math.Sin(float64(y+number)/5)
			for x := range width {
				value := 60.0
				if number>>(y*squares/height*squares+x*squares/width)&1 == 1 {
					value = 190
				}
				value += wave + 15*math.Sin(float64(x-2*number)/7)
				data = append(data, byte(value), byte(value+10), byte(value-10))
			}
		}
	}
	return data
}
