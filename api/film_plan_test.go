package api_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
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

// TestClosedPlan refuses calls, and is freed when those that were running have returned.
func TestClosedPlan(t *testing.T) {
	mediatest.NoLeaks(t)
	c := plannedFilms()[0]
	made, part := madeParts(t, c, func(*api.Film) {})
	path, ctx := temporary(t, "film.mp4"), context.Background()
	film := c.film(".mp4")
	var plan *api.FilmPlan
	film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
		require.NoError(t, made.Join(ctx, path, func(index int) string {
			made.Close()
			plan.Close()
			return part(index)
		}))
		return c.draw(ctx, v, from, n)
	}
	plan = planFilm(t, film)
	makePart(t, plan, 0, part(0))
	requireContent(t, undisturbed(t, c), path)
	_, err := plan.RenderChunk(ctx, 0, path, nil)
	require.ErrorIs(t, err, api.ErrPlanClosed)
	_, err = plan.RenderSound(ctx, path, nil)
	require.ErrorIs(t, err, api.ErrPlanClosed)
	require.ErrorIs(t, plan.Check(0, path), api.ErrPlanClosed)
	require.ErrorIs(t, plan.Join(ctx, path, part), api.ErrPlanClosed)
	require.Equal(t, 5, plan.Chunks())
	require.Len(t, plan.Fingerprint(), 64)
}

// TestPlanOfManyGoroutines makes, checks and joins parts with one plan, all at the same time.
func TestPlanOfManyGoroutines(t *testing.T) {
	mediatest.NoLeaks(t)
	c := plannedFilms()[0]
	plan, part := madeParts(t, c, func(*api.Film) {})
	want := undisturbed(t, c)
	var g errgroup.Group
	for range 3 {
		for _, index := range partsOf(c.film(""), plan) {
			g.Go(func() error { return plan.Check(index, part(index)) })
		}
		film, again := temporary(t, "film.mp4"), temporary(t, "part")
		g.Go(func() error {
			_, err := plan.RenderChunk(context.Background(), 2, again, nil)
			return err
		})
		g.Go(func() error {
			if err := plan.Join(context.Background(), film, part); err != nil {
				return err
			}
			requireContent(t, want, film)
			return nil
		})
	}
	require.NoError(t, g.Wait())
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
