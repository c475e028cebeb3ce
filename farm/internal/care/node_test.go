package care

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFailuresInARow counts different jobs since the last success.
func TestFailuresInARow(t *testing.T) {
	t.Parallel()
	reason := errors.New("no space left on device")
	n := NewNode(NewSlots(1, 1), 3)
	fail := func(jobs ...int) {
		for _, j := range jobs {
			n.Failed(fmt.Sprintf("clip-%d", j), reason)
		}
	}
	fail(1, 1, 1, 2)
	require.Equal(t, 2, n.FailedInARow(), "the same job again tells nothing new")
	n.Succeeded()
	fail(3, 4)
	require.False(t, n.IsSick())
	require.NoError(t, n.Reason())
	require.NotNil(t, mayPoll(t, n.Slots, "other"))
	fail(5)
	require.Nil(t, mayPoll(t, n.Slots, "q"), "no task is taken before the worker stops")
	<-n.Sick()
	require.EqualError(t, n.Reason(), "3 different jobs failed in a row; the last, clip-5: no space left on device")
	require.ErrorIs(t, n.Reason(), reason)

	n.Succeeded()
	fail(6, 7, 8, 9)
	require.ErrorContains(t, n.Reason(), "clip-5", "the first reason stays")
}

// TestNoFailureIsTooMuch never stops.
func TestNoFailureIsTooMuch(t *testing.T) {
	t.Parallel()
	n := NewNode(NewSlots(1, 1), 0)
	for i := range 100 {
		n.Failed(fmt.Sprint(i), errStopped)
	}
	require.False(t, n.IsSick())
	require.Equal(t, 100, n.FailedInARow())
}

// TestStop closes Stopping and refuses tasks, also when it is called twice.
func TestStop(t *testing.T) {
	t.Parallel()
	n := NewNode(NewSlots(1, 1), 0)
	select {
	case <-n.Stopping():
		require.Fail(t, "it does not stop")
	default:
	}
	n.Stop(errStopped)
	n.Stop(nil)
	<-n.Stopping()
	_, err := n.Enter(t.Context(), 1, false)
	require.ErrorIs(t, err, errStopped)
}

// TestBuild is another one for another version of the program, and the same one otherwise.
func TestBuild(t *testing.T) {
	t.Parallel()
	require.Equal(t, Build("v1", "x"), Build("v1", "x"))
	require.NotEqual(t, Build("v1", "x"), Build("v2", "x"))
	require.NotEqual(t, Build("v1", "x"), Build("v1", "y"))
	require.Regexp(t, "^[0-9a-f]{12}$", Build("", ""))
}
