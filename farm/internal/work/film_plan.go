package work

import (
	"context"
	"errors"

	"github.com/avloom/avloom/farm/internal/flow"
)

// planFilm says how the film of a task is cut.
func (a *Activities) planFilm(context.Context, flow.Task) (*flow.FilmPlan, error) {
	return nil, errors.New("films are not rendered yet")
}
