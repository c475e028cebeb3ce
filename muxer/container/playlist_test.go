package container

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTargetDurationIsThatOfTheLongestSegment(t *testing.T) {
	for _, c := range []struct {
		lengths []float64
		want    int
	}{
		{[]float64{0.5, 0.5}, 1}, {[]float64{2.5, 2.5, 1}, 3}, {[]float64{2.4}, 2}, {[]float64{4, 0.5}, 4}, {nil, 1},
	} {
		text := "#EXTM3U\n#EXT-X-TARGETDURATION:%d\n"
		for i, l := range c.lengths {
			text += fmt.Sprintf("#EXTINF:%f,\nindex-%05d.m4s\n", l, i)
		}
		got := AmendIndex("hls")(fmt.Appendf(nil, text, 0))
		require.Equal(t, fmt.Sprintf(text, c.want), string(got))
	}
	require.Nil(t, AmendIndex("dash"))
}
