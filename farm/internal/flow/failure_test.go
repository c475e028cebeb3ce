package flow

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
)

// TestGivenBackWhenCancelled: a job that a worker gives back while its run is cancelled has not
// failed. One that has failed meanwhile has.
func TestGivenBackWhenCancelled(t *testing.T) {
	t.Parallel()
	for kind, stopped := range map[string]bool{ErrReturned: true, ErrFailed: false, ErrConfig: false} {
		result := failure(Job{ID: "a"}, temporal.NewApplicationError("why", kind), true)
		require.Equal(t, stopped, result.Stopped, kind)
		require.Equal(t, stopped, result.Kind == "", kind)
	}
	require.False(t, failure(Job{}, temporal.NewApplicationError("why", ErrReturned), false).Stopped)
}

// TestResultsFitIntoAValue: the results of a batch whose jobs all fail with long texts are no more
// than the server takes, whatever characters the texts have.
func TestResultsFitIntoAValue(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x", "<", "\"", "\n", "\x00", "ä", "…", "\u2028", "a\xff", "\U0001F600"} {
		end := BatchEnd{}
		for range 250 {
			err := temporal.NewApplicationError(strings.Repeat(text, 10_000), ErrConfig)
			end.Results = append(end.Results, failure(Job{ID: "a", Path: "a"}, err, false))
		}
		encoded, err := json.Marshal(end)
		require.NoError(t, err)
		require.Less(t, len(encoded), 1<<20, text)
		require.Greater(t, len(encoded), 250*maxError/10, text)
	}
}
