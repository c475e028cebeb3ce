package farm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/sdk/client"
	"gocloud.dev/blob"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/depot"
)

// checkWorker checks the arguments of NewWorker.
func checkWorker(c client.Client, store *blob.Bucket, renderers map[string]Renderer, cfg WorkerConfig) error {
	switch {
	case c == nil:
		return &api.ConfigError{Field: "client", Reason: "there is none; make one with Dial, or with Temporal's client.Dial"}
	case store == nil:
		return &api.ConfigError{Field: "store", Reason: "there is none; open one with blob.OpenBucket"}
	}
	if err := checkRenderers(renderers); err != nil {
		return err
	}
	return cfg.check()
}

func checkRenderers(renderers map[string]Renderer) error {
	if len(renderers) == 0 {
		return &api.ConfigError{Field: "renderers", Reason: "there is none, so no job could be rendered"}
	}
	for _, name := range slices.Sorted(maps.Keys(renderers)) {
		r := renderers[name]
		field, reason := fmt.Sprintf("renderers[%s]", name), ""
		switch {
		case name == "":
			reason = "a renderer needs a name, which jobs give"
		case r.Clip == nil && r.Film == nil:
			reason = "neither Clip nor Film is set; set one"
		case r.Clip != nil && r.Film != nil:
			reason = "both Clip and Film are set; set one, and give the other a name of its own"
		default:
			continue
		}
		return &api.ConfigError{Field: field, Reason: reason}
	}
	return nil
}

func (c WorkerConfig) check() error {
	bad := func(field string, value any, reason string) error {
		return &api.ConfigError{Field: "WorkerConfig." + field, Value: value, Reason: reason}
	}
	switch {
	case c.Jobs < 0:
		return bad("Jobs", c.Jobs, "must be positive, or 0 for as many as the machine has cores and memory for")
	case c.JobMemory < 0:
		return bad("JobMemory", c.JobMemory, "must be a positive number of bytes, or 0 for 512 MiB")
	case c.Drain > 0 && c.Drain < minDrain:
		return bad("Drain", c.Drain, "must be at least 1ms; 0 means 30s, and a negative one stops jobs at once")
	case !isName(c.Queue):
		return bad("Queue", c.Queue, "must have at most 200 bytes of printable text")
	case !isName(c.Version):
		return bad("Version", c.Version, "must have at most 200 bytes of printable text")
	case strings.Contains(c.Queue, "@"):
		return bad("Queue", c.Queue, reasonOfAt)
	}
	return nil
}

// checkStore checks that the store is there and may be used.
func checkStore(ctx context.Context, store *blob.Bucket) error {
	ok, err := store.IsAccessible(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("farm: look whether the store can be used: %w", err)
	case !ok:
		return errors.New("farm: the store is not there, or its credentials are not valid: no file could be put into it")
	}
	return nil
}

// checkStore checks that the store is there, and tries it. What would keep all files out of it is
// an error. A folder that may not be written to can have others in it that may, so that is logged.
func (w *Worker) checkStore(ctx context.Context) error {
	if err := checkStore(ctx, w.activities.Bucket); err != nil {
		return err
	}
	err := depot.Probe(ctx, w.activities.Bucket)
	if errors.Is(err, unix.EXDEV) || errors.Is(err, unix.EROFS) {
		return fmt.Errorf("farm: try the store: %w", err)
	}
	if err != nil {
		w.cfg.Log.Warn("the store may take no files", "error", err)
	}
	return nil
}
