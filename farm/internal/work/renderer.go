package work

import (
	"context"
	"encoding/json"

	"github.com/avloom/avloom/api"
)

// Renderer is a farm.Renderer.
type Renderer struct {
	Clip func(ctx context.Context, enc *api.Encoder, path string, params json.RawMessage) error
	Film func(params json.RawMessage) (api.Film, error)
}
