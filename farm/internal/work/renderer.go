package work

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/avloom/avloom/api"
)

// Renderer is a farm.Renderer.
type Renderer struct {
	Clip func(ctx context.Context, enc *api.Encoder, path string, params json.RawMessage) error
	Film func(params json.RawMessage) (api.Film, error)
}

// Find returns the renderer of a name.
func Find[R any](renderers map[string]R, name string) (R, error) {
	r, known := renderers[name]
	if !known {
		return r, &api.ConfigError{
			Field: "Renderer", Value: name, Reason: "the worker does not know it",
			Supported: slices.Sorted(maps.Keys(renderers)),
		}
	}
	return r, nil
}
