package avoption

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSharedLists checks that all callers share a list, and that it has no spare capacity, so that
// a caller that appends to it gets a copy.
func TestSharedLists(t *testing.T) {
	video, mov := EncoderOptions("mpeg4"), MuxerOptions("mov")
	require.NotEmpty(t, video)
	require.NotEmpty(t, mov)
	require.Same(t, &video[0], &EncoderOptions("mpeg4")[0])
	require.Same(t, &mov[0], &MuxerOptions("mov")[0])
	require.Len(t, video, cap(video))
	require.Len(t, mov, cap(mov))
}
