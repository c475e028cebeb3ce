package work

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/avloom/avloom/farm/internal/flow"
)

// TestLatePart looks what becomes of a part whose worker was given up while it put the part into
// the store.
func TestLatePart(t *testing.T) {
	const running, closed = enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED
	for name, test := range map[string]struct {
		early  bool // it was given up before
		states []filmState
		stays  bool
	}{
		"before":                    {early: true},
		"film ended":                {states: []filmState{{status: closed}}},
		"film gone":                 {states: []filmState{{err: errNoFilm}}},
		"film is swept":             {states: []filmState{{status: running, pending: []string{flow.SweepActivity}}}},
		"film goes on":              {states: []filmState{{status: running, pending: []string{flow.ChunkActivity}}}, stays: true},
		"film is joined":            {states: []filmState{{status: running, pending: []string{flow.JoinActivity}}}, stays: true},
		"nobody knows, then ended":  {states: []filmState{{err: errors.New("busy")}, {status: running}, {status: closed}}},
		"nobody knows, then needed": {states: []filmState{{status: running}, {status: running, pending: []string{flow.ChunkActivity}}}, stays: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := memoryStore(t)
			a := filmWorker(t, store, nil)
			f := plannedFilm(t, a, filmTask(t, "film.mp4", filmParams{Codec: "libx264"}))
			server := &filmServer{states: test.states, isGone: func() bool {
				there, err := store.Exists(context.Background(), partKey(f, 1))
				return test.early || err == nil && there
			}}
			a.Client = server
			_, err := run[flow.PartMade](t, a.Chunk, flow.Part{Film: f, Index: 1})
			requireKind(t, flow.ErrReturned, err)
			require.Equal(t, len(test.states), server.asked)
			if test.stays {
				require.Equal(t, []string{partKey(f, 1)}, keysIn(t, store))
			} else {
				require.Empty(t, keysIn(t, store))
			}
		})
	}
}
