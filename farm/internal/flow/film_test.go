package flow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/farm/internal/flow"
)

// filmOf returns a film that is planned by build 1 and was not begun.
func filmOf(chunks int, sound bool) flow.FilmState {
	return flow.FilmState{
		Task: flow.Task{Settings: settings, Job: flow.Job{ID: "j", Renderer: "film", Path: "j.mp4"}},
		Plan: flow.FilmPlan{Build: "1", Fingerprint: "f1", Frames: 10 * int64(chunks), Chunks: chunks, Sound: sound},
	}
}

// requireParts checks how often each chunk of a plan was scheduled on its build's queue.
func requireParts(t *testing.T, w *world, chunks, times int, fingerprint, build string) {
	t.Helper()
	for i := range chunks {
		require.Equal(t, times, w.count(fmt.Sprintf("part %d of %s on q@%s", i, fingerprint, build)), "chunk %d", i)
	}
}

// noWorker is what an activity returns that no worker begins.
var noWorker = activity.ErrResultPending

// TestFilm checks that each chunk, and the sound, is made once by workers of the build, and that
// the parts are removed by any worker when they are joined.
func TestFilm(t *testing.T) {
	t.Parallel()
	for _, sound := range []bool{true, false} {
		for _, chunks := range []int{1, 200} {
			t.Run(fmt.Sprintf("%d chunks, sound %v", chunks, sound), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.ExecuteWorkflow(flow.FilmWorkflow, filmOf(chunks, sound))
				result := value[flow.Result](w)
				require.Equal(t, flow.Result{Frames: 10, Bytes: 7, Worker: "w"}, result)
				requireParts(t, w, chunks, 1, "f1", "1")
				require.Equal(t, sound, w.count("part -1 of f1 on q@1") == 1)
				require.Equal(t, []string{"join f1 on q@1", "sweep f1 on q"}, w.log[len(w.log)-2:])
			})
		}
	}
}

// TestFilmWindow checks how many parts wait for workers at a time: the server does not take tasks
// that are too large together.
func TestFilmWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ params, most int }{{0, 64}, {100_000, 10}, {1 << 20, 1}} {
		t.Run(fmt.Sprint(c.params), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.part = func(context.Context, flow.Part) (flow.PartMade, error) { return flow.PartMade{}, noWorker }
			film := filmOf(100, false)
			film.Task.Job.Params = json.RawMessage(`"` + strings.Repeat("x", c.params) + `"`)
			w.RegisterDelayedCallback(func() {
				requireParts(t, w, c.most, 1, "f1", "1")
				require.Zero(t, w.count(fmt.Sprintf("part %d of f1 on q@1", c.most)))
				w.CancelWorkflow()
			}, time.Second)
			w.ExecuteWorkflow(flow.FilmWorkflow, film)
			require.True(t, temporal.IsCanceledError(w.GetWorkflowError()))
		})
	}
}

// TestFilmFails checks that the error of a part, or of the joining, ends the film, and that its
// parts are removed.
func TestFilmFails(t *testing.T) {
	t.Parallel()
	failure := temporal.NewNonRetryableApplicationError("no picture", flow.ErrPermanent, nil)
	for _, what := range []string{"a chunk", "the sound", "join"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.part = func(_ context.Context, part flow.Part) (flow.PartMade, error) {
				switch {
				case what == "a chunk" && part.Index == 5, what == "the sound" && part.Index == flow.SoundPart:
					return flow.PartMade{}, failure
				case what == "join":
					return flow.PartMade{}, nil
				}
				return flow.PartMade{}, noWorker // would be made later
			}
			w.join = func(context.Context, flow.FilmTask) (flow.Result, error) { return flow.Result{}, failure }
			w.ExecuteWorkflow(flow.FilmWorkflow, filmOf(20, true))
			require.ErrorContains(t, w.GetWorkflowError(), "no picture")
			require.Equal(t, 1, w.count("sweep f1 on q"))
			require.Equal(t, what == "join", w.count("join f1 on q@1") == 1)
		})
	}
}

// TestFilmWithDamagedParts checks that parts that were found missing or damaged are made again, a
// few times.
func TestFilmWithDamagedParts(t *testing.T) {
	t.Parallel()
	for _, rounds := range []int{1, 3, 4} {
		t.Run(fmt.Sprint(rounds), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			joins := 0
			w.join = func(context.Context, flow.FilmTask) (flow.Result, error) {
				if joins++; joins <= rounds {
					damaged := []int{7, flow.SoundPart, 3, 7}
					return flow.Result{}, temporal.NewNonRetryableApplicationError("damaged", flow.ErrParts, nil, damaged)
				}
				return flow.Result{Frames: 1}, nil
			}
			w.ExecuteWorkflow(flow.FilmWorkflow, filmOf(10, true))
			if rounds > 3 {
				require.ErrorContains(t, w.GetWorkflowError(), "damaged")
			} else {
				require.EqualValues(t, 1, value[flow.Result](w).Frames)
			}
			for _, part := range []int{7, flow.SoundPart, 3} {
				require.Equal(t, 1+min(rounds, 3), w.count(fmt.Sprintf("part %d of f1 on q@1", part)))
			}
			require.Equal(t, 1, w.count("part 4 of f1 on q@1"))
			require.Equal(t, 1, w.count("sweep f1 on q"))
		})
	}
}

// TestFilmContinues checks that a film goes on with a new history when the parts that were begun
// have ended, and that it makes none twice.
func TestFilmContinues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := 0
	w.SetOnActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) {
		if made++; made == 100 {
			w.SetContinueAsNewSuggested(true)
		}
	})
	w.ExecuteWorkflow(flow.FilmWorkflow, filmOf(300, true))
	state := continued[flow.FilmState](w)
	require.Empty(t, state.Redo)
	require.False(t, state.Began.IsZero())
	require.EqualValues(t, 10*(state.Next+1), state.Frames) // all chunks before Next, and the sound
	require.Less(t, state.Next, 300)
	requireParts(t, w, state.Next, 1, "f1", "1")
	require.Zero(t, w.count("sweep f1 on q"))

	w = newWorld(t)
	w.ExecuteWorkflow(flow.FilmWorkflow, state)
	value[flow.Result](w)
	require.Zero(t, w.count("part -1 of f1 on q@1"))
	require.Zero(t, w.count(fmt.Sprintf("part %d of f1 on q@1", state.Next-1)))
	require.Equal(t, 1, w.count(fmt.Sprintf("part %d of f1 on q@1", state.Next)))
	require.Equal(t, 1, w.count("part 299 of f1 on q@1"))
	require.Equal(t, 1, w.count("sweep f1 on q"))
}

// TestFilmCancelled checks that parts that wait for workers are cancelled, and that those that are
// made are removed.
func TestFilmCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.part = func(_ context.Context, part flow.Part) (flow.PartMade, error) {
		if part.Index == 3 {
			return flow.PartMade{Frames: 10}, nil
		}
		return flow.PartMade{}, noWorker
	}
	w.RegisterDelayedCallback(w.CancelWorkflow, 5*time.Hour)
	w.ExecuteWorkflow(flow.FilmWorkflow, filmOf(100, true))
	require.True(t, temporal.IsCanceledError(w.GetWorkflowError()), "%v", w.GetWorkflowError())
	require.Zero(t, w.count("join f1 on q@1"))
	require.Equal(t, 1, w.count("sweep f1 on q"))
	require.Zero(t, w.count("part 99 of f1 on q@1"))
	require.Less(t, w.count("survey 1"), 30) // it asks more and more seldom
}

// TestFilmWithoutBuild checks that another build plans and makes a film when none of the first
// one's workers is there. What the first one has made is removed, unless the other one makes the
// same parts.
func TestFilmWithoutBuild(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, build, fingerprint string
		joining                  bool // the workers go when all parts are made
	}{
		{"another build", "2", "f2", false},
		{"another build joins", "2", "f2", true},
		{"the same build comes back", "1", "f1", false},
		{"the same build joins", "1", "f1", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var mu sync.Mutex
			away, made := false, map[int]int{} // parts by the first build
			w.part = func(_ context.Context, part flow.Part) (flow.PartMade, error) {
				mu.Lock()
				defer mu.Unlock()
				if away = away || !c.joining && len(made) == 4 && w.count("make j") == 0; away {
					return flow.PartMade{}, noWorker
				}
				if part.Film.Plan.Build == "1" {
					made[part.Index]++
				}
				return flow.PartMade{Frames: 10}, nil
			}
			w.join = func(context.Context, flow.FilmTask) (flow.Result, error) {
				mu.Lock()
				defer mu.Unlock()
				if away = c.joining && w.count("make j") == 0; away {
					return flow.Result{}, noWorker
				}
				return flow.Result{Frames: 1}, nil
			}
			surveys := 0
			w.survey = func(_ context.Context, survey flow.Survey) (bool, error) {
				require.False(t, survey.Now.IsZero())
				require.Equal(t, flow.Survey{Queue: "q", Build: "1", Now: survey.Now}, survey)
				surveys++
				return surveys < 3, nil // busy at first
			}
			w.make = func(context.Context, flow.Task) (flow.Made, error) {
				mu.Lock()
				defer mu.Unlock()
				away = false
				plan := filmOf(10, true).Plan
				plan.Build, plan.Fingerprint = c.build, c.fingerprint
				return flow.Made{Film: &plan}, nil
			}
			w.ExecuteWorkflow(flow.FilmWorkflow, filmOf(10, true))
			require.EqualValues(t, 1, value[flow.Result](w).Frames)
			require.Equal(t, 3, surveys)
			require.Equal(t, 1, w.count("make j"))
			require.Equal(t, 1, w.count("sweep f1 on q"))
			requireEach(t, w, c.fingerprint, c.build)
			if c.build == "2" {
				require.Equal(t, 1, w.count("sweep f2 on q"))
				return
			}
			require.Len(t, made, 11)
			for part, times := range made {
				require.Equal(t, 1, times, "part %d", part)
			}
		})
	}
}

// requireEach checks that each part of a film of 10 chunks was scheduled.
func requireEach(t *testing.T, w *world, fingerprint, build string) {
	t.Helper()
	for i := flow.SoundPart; i < 10; i++ {
		require.NotZero(t, w.count(fmt.Sprintf("part %d of %s on q@%s", i, fingerprint, build)), "part %d", i)
	}
}

// TestFilmMadeMeanwhile checks that a film ends with the result that the planning worker finds: the
// worker that joined it was lost before it could tell.
func TestFilmMadeMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.join = func(context.Context, flow.FilmTask) (flow.Result, error) { return flow.Result{}, noWorker }
	w.survey = func(context.Context, flow.Survey) (bool, error) { return false, nil }
	w.ExecuteWorkflow(flow.FilmWorkflow, filmOf(10, false))
	require.EqualValues(t, 100, value[flow.Result](w).Bytes)
	require.Equal(t, 1, w.count("sweep f1 on q"))
}

// TestFilmCannotBeSwept checks that a film is complete although its parts could not be removed.
func TestFilmCannotBeSwept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sweep = func(context.Context, flow.FilmTask) error {
		return temporal.NewNonRetryableApplicationError("access denied", flow.ErrConfig, nil)
	}
	w.ExecuteWorkflow(flow.FilmWorkflow, filmOf(10, false))
	require.EqualValues(t, 7, value[flow.Result](w).Bytes)
}
