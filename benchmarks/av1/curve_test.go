package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCurvesAreComparedAtEqualQuality(t *testing.T) {
	large, small := curve{{18, 800, 8}, {14, 200, 2}}, curve{{12, 50, 1}, {16, 200, 4}}
	quality, err := middle([]curve{large, small})
	require.NoError(t, err)
	require.InDelta(t, 15, quality, 1e-9)
	require.InDelta(t, 282.8, large.interpolate(quality).kilobits, 0.1)
	require.InDelta(t, 2.83, large.interpolate(quality).seconds, 0.01)
	require.InDelta(t, 141.4, small.interpolate(quality).kilobits, 0.1)

	_, err = middle([]curve{{{10, 1, 1}, {12, 2, 1}}, {{13, 1, 1}, {14, 2, 1}}})
	require.ErrorContains(t, err, "no quality in common")
}
