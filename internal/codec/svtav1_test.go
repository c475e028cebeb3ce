package codec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLevelsOfSVTAV1(t *testing.T) {
	for processors, level := range map[int]int{1: 1, 2: 2, 3: 3, 5: 3, 6: 4, 11: 4, 12: 5, 23: 5, 24: 6, 64: 6} {
		require.Equal(t, level, svtLevelOf(processors), processors)
	}
}
