package avoption

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSharedLists checks that all callers share a list, and that appending to it leaves it as it is.
func TestSharedLists(t *testing.T) {
	video, mov := EncoderOptions("mpeg4"), MuxerOptions("mov")
	require.NotEmpty(t, video)
	require.NotEmpty(t, mov)
	require.Same(t, &video[0], &EncoderOptions("mpeg4")[0])
	require.Same(t, &mov[0], &MuxerOptions("mov")[0])
	longer := append(video, mov...)
	require.NotSame(t, &video[0], &longer[0])
}
