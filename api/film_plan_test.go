package api_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// planChild names the variable that makes TestPlanChild make parts of a film. Its value is the
// number of the film in plannedFilms, the folder of the parts, and the indexes of the parts.
const planChild = "AVLOOM_TEST_PLAN"

func plannedFilms() []filmCase {
	return []filmCase{
		{codec: "libx264", container: "mp4", sound: "aac", video: bFrames(), frames: 47, chunk: 10},
		{codec: "libvpx-vp9", container: "webm", frames: 25, chunk: 8, video: options(map[string]any{"cpu-used": 8})},
		{codec: "ffv1", container: "mkv", sound: "flac", frames: 11, chunk: 3, video: api.VideoConfig{KeyInterval: 3}},
	}
}

func planFilm(t *testing.T, f api.Film) *api.FilmPlan {
	t.Helper()
	plan, err := api.PlanFilm(context.Background(), f)
	require.NoError(t, err)
	t.Cleanup(plan.Close)
	return plan
}

// partFiles says where the parts of a film are.
func partFiles(dir string) func(index int) string {
	return func(index int) string { return filepath.Join(dir, "part "+strconv.Itoa(index)) }
}

// partsOf are the indexes of all parts.
func partsOf(f api.Film, plan *api.FilmPlan) (all []int) {
	for i := range plan.Chunks() {
		all = append(all, i)
	}
	if f.Audio != nil {
		all = append(all, api.SoundPart)
	}
	return all
}

func makePart(t *testing.T, plan *api.FilmPlan, index int, path string) api.JobResult {
	t.Helper()
	make := func() (api.JobResult, error) { return plan.RenderChunk(context.Background(), index, path, nil) }
	if index == api.SoundPart {
		make = func() (api.JobResult, error) { return plan.RenderSound(context.Background(), path, nil) }
	}
	result, err := make()
	require.NoError(t, err)
	return result
}

// TestPlanChild is the child of another test, and nothing otherwise. It tells the fingerprint.
func TestPlanChild(t *testing.T) {
	value := strings.Split(os.Getenv(planChild), "|")
	if len(value) < 3 {
		return
	}
	number, err := strconv.Atoi(value[0])
	require.NoError(t, err)
	c := plannedFilms()[number]
	plan := planFilm(t, c.film("elsewhere."+c.container))
	for _, text := range value[2:] {
		index, err := strconv.Atoi(text)
		require.NoError(t, err)
		makePart(t, plan, index, partFiles(value[1])(index))
	}
	fmt.Println("fingerprint", plan.Fingerprint())
}

// TestPlannedFilm has three processes make the parts of a film in any order, and joins them in a
// fourth. The film is that of RenderFilm, and other programs find nothing wrong with it.
func TestPlannedFilm(t *testing.T) {
	mediatest.NoLeaks(t)
	for number, c := range plannedFilms() {
		t.Run(c.name(), func(t *testing.T) {
			t.Parallel()
			path, dir := temporary(t, "film."+c.container), t.TempDir()
			plan := planFilm(t, c.film("."+c.container))
			all := partsOf(c.film(""), plan)
			rand.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
			commands := [3]string{}
			for i := range commands {
				commands[i] = fmt.Sprintf("%d|%s", number, dir)
			}
			for i, index := range all {
				commands[i%3] += "|" + strconv.Itoa(index)
			}
			var g errgroup.Group
			for _, command := range commands {
				g.Go(func() error {
					cmd := exec.Command(os.Args[0], "-test.run", "^TestPlanChild$")
					cmd.Env = append(os.Environ(), planChild+"="+command)
					out, err := cmd.CombinedOutput()
					if err != nil || !strings.Contains(string(out), "fingerprint "+plan.Fingerprint()+"\n") {
						return fmt.Errorf("%s: %w", out, err)
					}
					return nil
				})
			}
			require.NoError(t, g.Wait())
			require.Len(t, filesIn(t, dir), len(all), "nothing is left beside the parts")
			for _, index := range all {
				require.NoError(t, plan.Check(index, partFiles(dir)(index)))
			}
			require.NoError(t, plan.Join(context.Background(), path, partFiles(dir)))
			require.Empty(t, besides(t, path))
			require.Len(t, filesIn(t, dir), len(all), "the parts stay")
			requireContent(t, undisturbed(t, c), path)
			requireFilm(t, c, path)
		})
	}
}

// madeParts makes all parts of a film.
func madeParts(t *testing.T, c filmCase, change func(f *api.Film)) (*api.FilmPlan, func(index int) string) {
	t.Helper()
	film := c.film("film." + c.container)
	change(&film)
	plan, part := planFilm(t, film), partFiles(t.TempDir())
	for _, index := range partsOf(film, plan) {
		makePart(t, plan, index, part(index))
	}
	return plan, part
}

// TestPartsThatDoNotFit gives Check and Join a part that is missing, damaged, or of another film.
// The error names it, and the film gets no file.
func TestPartsThatDoNotFit(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", sound: "aac", video: bFrames(), frames: 23, chunk: 4}
	plan, part := madeParts(t, c, func(*api.Film) {})
	other := func(change func(f *api.Film)) func(t *testing.T, index int) string {
		return func(t *testing.T, index int) string {
			_, part := madeParts(t, c, change)
			return part(index)
		}
	}
	changed := func(change func(content []byte) []byte) func(t *testing.T, index int) string {
		return func(t *testing.T, index int) string {
			content, err := os.ReadFile(part(index))
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "changed")
			require.NoError(t, os.WriteFile(path, change(content), 0o600))
			return path
		}
	}
	crf := 30.0
	cases := map[string]struct {
		path func(t *testing.T, index int) string
		text string
	}{
		"missing":                {func(t *testing.T, _ int) string { return filepath.Join(t.TempDir(), "none") }, "no such file"},
		"of another fingerprint": {other(func(f *api.Film) { f.Fingerprint = "other" }), "made for another film"},
		"of another quality":     {other(func(f *api.Film) { f.Video.CRF = &crf; f.Audio.BitRate = 64000 }), "made for another film"},
		"of another cut":         {other(func(f *api.Film) { f.Chunk = 5; f.Fingerprint = "other" }), "its file"},
		"of another chunk":       {func(_ *testing.T, index int) string { return part(max(index, -1) + 1) }, "its file holds frames"},
		"empty":                  {changed(func([]byte) []byte { return nil }), "is not a whole packet file"},
		"truncated": {
			changed(func(b []byte) []byte { return b[:rand.IntN(len(b))] }),
			"is not a whole packet file",
		},
		"longer": {changed(func(b []byte) []byte { return append(b, 0) }), "is not a whole packet file"},
		"of one other bit": {changed(func(b []byte) []byte {
			b[rand.IntN(len(b))] ^= byte(1) << rand.IntN(8)
			return b
		}), ""},
	}
	t.Run("parts", func(t *testing.T) {
		for name, wrong := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for _, index := range []int{1, 3, api.SoundPart} {
					path := wrong.path(t, index)
					requirePartError(t, plan.Check(index, path), index, path, wrong.text)
					film := temporary(t, "film.mp4")
					err := plan.Join(context.Background(), film, func(i int) string {
						if i == index {
							return path
						}
						return part(i)
					})
					requirePartError(t, err, index, path, wrong.text)
					require.Empty(t, filesIn(t, filepath.Dir(film)))
				}
			})
		}
	})
}

// requirePartError requires an error that names a part and its file.
func requirePartError(t *testing.T, err error, index int, path, text string) {
	t.Helper()
	var e *api.PartError
	require.ErrorAs(t, err, &e)
	require.Equal(t, index, e.Index)
	require.Equal(t, path, e.Path)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, text)
	name := fmt.Sprintf("chunk %d, frames %d to %d", index, 4*index, 4*index+3)
	if index == api.SoundPart {
		name = "sound"
	}
	require.ErrorContains(t, err, "avloom: "+name+": ")
}

// TestPlannedChunk looks at the result and the progress of a chunk.
func TestPlannedChunk(t *testing.T) {
	mediatest.NoLeaks(t)
	c := plannedFilms()[0]
	plan, path := planFilm(t, c.film(".mp4")), temporary(t, "part")
	from, n := plan.ChunkFrames(4)
	require.Equal(t, []int{40, 7}, []int{from, n})
	var drawn, encoded, calls int
	result, err := plan.RenderChunk(context.Background(), 4, path, func(d, e int) {
		require.GreaterOrEqual(t, d+e, calls)
		drawn, encoded, calls = d, e, calls+1
	})
	require.NoError(t, err)
	require.Equal(t, []int{7, 7, 14}, []int{drawn, encoded, calls})
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, "frames 40-46", result.ID)
	require.Equal(t, path, result.Path)
	require.Equal(t, info.Size(), result.Bytes)
	require.EqualValues(t, 7, result.Frames)
	require.Positive(t, result.Elapsed)
	require.EqualValues(t, 7, result.Stats.Streams[0].Accepted)

	sound, err := plan.RenderSound(context.Background(), path+" of sound", func(packets int) { calls = packets })
	require.NoError(t, err)
	require.Equal(t, "sound", sound.ID)
	require.Greater(t, calls, 80) // of 1024 samples, in 1.88 s
}

// TestPartThatFails leaves no file, or the older part.
func TestPartThatFails(t *testing.T) {
	mediatest.NoLeaks(t)
	c, broken := plannedFilms()[0], errors.New("no power")
	ctx, cancel := context.WithCancelCause(context.Background())
	ended := errors.New("enough")
	for name, test := range map[string]struct {
		feed     func(ctx context.Context, v *api.VideoStream, from, n int) error
		progress func(int, int)
		check    func(t *testing.T, err error)
	}{
		"error": {
			feed: func(context.Context, *api.VideoStream, int, int) error { return broken },
			check: func(t *testing.T, err error) {
				require.ErrorIs(t, err, broken)
				require.EqualError(t, err, "avloom: chunk 1, frames 10 to 19: no power")
			},
		},
		"panic": {
			feed:  func(context.Context, *api.VideoStream, int, int) error { panic("a bug") },
			check: requirePanic,
		},
		"panic in progress": {
			feed: c.draw, progress: func(int, int) { panic("a bug") }, check: requirePanic,
		},
		"panic in progress of an encoded frame": {
			feed: c.draw, progress: func(_, encoded int) {
				if encoded > 0 {
					panic("a bug")
				}
			}, check: requirePanic,
		},
		"exit": {
			feed: func(context.Context, *api.VideoStream, int, int) error {
				runtime.Goexit()
				return nil
			},
			check: func(t *testing.T, err error) { require.ErrorContains(t, err, "Draw called runtime.Goexit") },
		},
		"too few": {
			feed: func(ctx context.Context, v *api.VideoStream, from, n int) error {
				return c.draw(ctx, v, from, n-1)
			},
			check: func(t *testing.T, err error) { require.ErrorContains(t, err, "9 of the 10 frames") },
		},
		"stopped": {
			feed: func(ctx context.Context, _ *api.VideoStream, _, _ int) error {
				cancel(ended)
				<-ctx.Done()
				return context.Cause(ctx)
			},
			check: func(t *testing.T, err error) { require.ErrorIs(t, err, ended) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			path, older := temporary(t, "part"), c.film(".mp4")
			film := older
			film.Draw = test.feed
			plan := planFilm(t, film)
			use := context.Background()
			if name == "stopped" {
				use = ctx
			}
			for range 2 {
				before := filesIn(t, filepath.Dir(path))
				result, err := plan.RenderChunk(use, 1, path, test.progress)
				require.Error(t, err)
				test.check(t, err)
				require.Equal(t, err, result.Err)
				require.Equal(t, before, filesIn(t, filepath.Dir(path)))
				makePart(t, planFilm(t, older), 1, path)
			}
			require.NoError(t, plan.Check(1, path))
		})
	}
}

func requirePanic(t *testing.T, err error) {
	t.Helper()
	var p *pipeline.PanicError
	require.ErrorAs(t, err, &p)
	require.Equal(t, "a bug", p.Value)
}

// TestPartReplacesNothingElse keeps a file that is no part from being replaced by one.
func TestPartReplacesNothingElse(t *testing.T) {
	mediatest.NoLeaks(t)
	plan, path := planFilm(t, plannedFilms()[0].film(".mp4")), temporary(t, "thesis.txt")
	require.NoError(t, os.WriteFile(path, []byte("precious"), 0o600))
	_, err := plan.RenderChunk(context.Background(), 0, path, nil)
	require.ErrorContains(t, err, path+" is no part of a film, and would be replaced")
	requireContent(t, []byte("precious"), path)
}

// TestClosedPlan refuses calls, and is freed when those that were running have returned.
func TestClosedPlan(t *testing.T) {
	mediatest.NoLeaks(t)
	c, path := plannedFilms()[0], temporary(t, "part")
	film := c.film(".mp4")
	var plan *api.FilmPlan
	film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
		plan.Close()
		return c.draw(ctx, v, from, n)
	}
	plan = planFilm(t, film)
	makePart(t, plan, 0, path)
	ctx := context.Background()
	_, err := plan.RenderChunk(ctx, 0, path, nil)
	require.ErrorIs(t, err, api.ErrPlanClosed)
	_, err = plan.RenderSound(ctx, path, nil)
	require.ErrorIs(t, err, api.ErrPlanClosed)
	require.ErrorIs(t, plan.Check(0, path), api.ErrPlanClosed)
	require.ErrorIs(t, plan.Join(ctx, path, partFiles("")), api.ErrPlanClosed)
	require.Equal(t, 5, plan.Chunks())
	require.Len(t, plan.Fingerprint(), 64)
}

// noteWrongPlans notes what is wrong with calls of a plan.
func noteWrongPlans(t *testing.T, note func(name, field string, err error)) {
	ctx, dir := context.Background(), t.TempDir()
	f := newFilm(filepath.Join(dir, "film.mp4"))
	plan := planFilm(t, f)
	chunk := func(index int, path string) error {
		_, err := plan.RenderChunk(ctx, index, path, nil)
		return err
	}
	f.Draw = nil
	_, err := api.PlanFilm(ctx, f)
	note("plan of a film that nobody draws", "Draw", err)
	note("chunk behind the film's end", "index", chunk(4, filepath.Join(dir, "part")))
	note("chunk that is the sound", "index", chunk(api.SoundPart, filepath.Join(dir, "part")))
	note("chunk without a path", "path", chunk(0, ""))
	_, err = plan.RenderSound(ctx, filepath.Join(dir, "part"), nil)
	note("sound of a silent film", "Audio", err)
	note("check of a part that is not there", "index", plan.Check(-2, dir))
	note("check of the sound of a silent film", "Audio", plan.Check(api.SoundPart, dir))
	note("film of parts that are nowhere", "part", plan.Join(ctx, filepath.Join(dir, "film.mp4"), nil))
	note("film of parts without a path", "path", plan.Join(ctx, "", partFiles(dir)))
	require.Empty(t, filesIn(t, dir))
}
