package farm

import (
	"context"
	"encoding/json"

	"github.com/avloom/avloom/api"
)

// Job is data: which renderer draws it, with what, and where the file goes.
type Job struct {
	// ID names the job in results and errors, and is unique in a run. "": Path.
	ID string
	// Renderer is a name that the workers know.
	Renderer string
	// Params is for the renderer. Empty: null.
	Params json.RawMessage
	// Path is the key of the file in the store. Its extension says which container the file has.
	Path string
}

// Renderer draws what a Job describes: a clip, or a film that may be cut over machines. Exactly one
// of its functions is set. The same parameters must give the same pictures on each machine.
type Renderer struct {
	// Clip adds streams to enc, opens path with it and feeds the streams, as api.Job.Run does. path
	// is a file on the worker's disk, with the extension of the job's Path. The folder of path is the
	// job's own; what else is written there is removed. ctx ends when the run is cancelled, when no
	// frame has come for RunConfig.Stall, and when the worker must stop.
	Clip func(ctx context.Context, enc *api.Encoder, path string, params json.RawMessage) error
	// Film returns the film. Its Path and Progress are the farm's own affair, whatever they are. Film
	// is called for each part of the film, on the worker that renders the part, so it should be
	// quick, and its Draw load what is large. Film.Fingerprint need not name the parameters, nor the
	// program, for which there is WorkerConfig.Version.
	Film func(params json.RawMessage) (api.Film, error)
}
