package flow

import (
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
