package work

import (
	"fmt"
	"net/url"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// The parts of a film have the keys
//
//	<Settings.Parts><run>/<hash of the job's ID>/<fingerprint>/<number of the chunk, or "sound">
//
// so that those which were made in another way are never taken for parts of this plan, and all
// parts of a film have a common prefix. Hashes are cut to as many digits as keep them apart.
const (
	jobDigits   = 32
	printDigits = 16
)

// filmPrefix is what the keys of all parts of a film begin with, of all fingerprints.
func filmPrefix(t flow.Task) string {
	return fmt.Sprintf("%s%s/%s/", t.Settings.Parts, url.PathEscape(t.Settings.Run), hashOf(t.Job.ID)[:jobDigits])
}

// partKey returns the key of a part.
func partKey(f flow.FilmTask, index int) string {
	print := f.Plan.Fingerprint
	return filmPrefix(f.Task) + print[:min(len(print), printDigits)] + "/" + partName(index)
}

// partName returns the name of a part in the store, and on the disk of the worker that joins it.
func partName(index int) string {
	if index == api.SoundPart {
		return "sound"
	}
	return fmt.Sprintf("%05d", index)
}
