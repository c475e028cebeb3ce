package work

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"path"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// openFilm has the renderer of a task describe its film, and plans it. The caller closes the plan.
//
// The fingerprint of the parts covers what the farm knows of their pictures, too: the renderer, its
// parameters, and the build of the worker.
func (a *Activities) openFilm(ctx context.Context, t flow.Task) (*api.FilmPlan, api.Film, error) {
	renderer, err := Find(a.Renderers, t.Job.Renderer)
	if err != nil {
		return nil, api.Film{}, err
	}
	if renderer.Film == nil {
		return nil, api.Film{}, errors.New("the renderer makes films no more: another worker has planned one with it")
	}
	params := ParamsOf(t.Job.Params)
	film, err := renderer.Film(params)
	if err != nil {
		return nil, film, err
	}
	film.Path = "film" + path.Ext(t.Job.Path) // for the container alone
	film.Fingerprint = hashOf(film.Fingerprint, a.Build, t.Job.Renderer, string(params))
	plan, err := api.PlanFilm(ctx, film)
	return plan, film, WithKey(err, film.Path, t.Job.Path)
}

// planFilm says how the film of a task is cut.
func (a *Activities) planFilm(ctx context.Context, t flow.Task) (*flow.FilmPlan, error) {
	plan, film, err := a.openFilm(ctx, t)
	if err != nil {
		return nil, err
	}
	defer plan.Close()
	return &flow.FilmPlan{
		Build: a.Build, Fingerprint: plan.Fingerprint(), Frames: int64(film.Frames), Chunks: plan.Chunks(),
		Sound: film.Audio != nil, Threads: max(1, film.Video.Threads),
	}, nil
}

// openPlanned is openFilm for a film that was planned before. If its parts would not fit to those
// of the other workers, that is an error.
func (a *Activities) openPlanned(ctx context.Context, f flow.FilmTask) (*api.FilmPlan, error) {
	plan, _, err := a.openFilm(ctx, f.Task)
	if err != nil {
		return nil, err
	}
	if plan.Fingerprint() != f.Plan.Fingerprint || plan.Chunks() != f.Plan.Chunks {
		plan.Close()
		return nil, fmt.Errorf("renderer %q describes the film here in another way than on the worker that planned it, "+
			"so that their parts do not fit together: what it returns may depend on its parameters alone, and programs "+
			"with different renderers need different WorkerConfig.Version", f.Task.Job.Renderer)
	}
	return plan, nil
}

// hashOf returns a hash of texts, in hexadecimal digits.
func hashOf(texts ...string) string {
	h := sha256.New()
	for _, text := range texts {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))
		h.Write([]byte(text))
	}
	return hex.EncodeToString(h.Sum(nil))
}
