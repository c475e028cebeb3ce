package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func wellFormed(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else {
			require.NoError(t, err)
		}
	}
}

func TestBars(t *testing.T) {
	drawn := Bars("fps <1080p>", "note", []Group{{"a & b", []Bar{
		{Label: "avloom", Kind: Ours, Value: 2, Low: 1, High: 3, Text: "2 fps"},
		{Label: "none", Kind: Other},
	}}})
	wellFormed(t, drawn)
	assert.Contains(t, drawn, "2 fps")
	assert.NotContains(t, drawn, "NaN")
}

// TestBarsOfNothing: all bars of a group are 0.
func TestBarsOfNothing(t *testing.T) {
	drawn := Bars("t", "note", []Group{{"none", []Bar{{Label: "a", Kind: Ours, Text: "0"}}}})
	wellFormed(t, drawn)
	assert.NotContains(t, drawn, "NaN")
}

func TestCurves(t *testing.T) {
	curve := Curve{"avloom", Ours, []Point{{1, 5, 4, 6}, {64, 7, 6, 8}}}
	drawn := Curves("scaling", "note", []Panel{{Title: "p", XLabel: "streams", Curves: []Curve{curve}}})
	wellFormed(t, drawn)
	assert.Contains(t, drawn, ">64<")
	assert.NotContains(t, drawn, "NaN")
}

func TestCurvesHaveRoundNumbers(t *testing.T) {
	curve := Curve{"avloom", Ours, []Point{{1, 1, 1, 1}, {2, .9, .9, 1.02}}}
	drawn := Curves("scaling", "note", []Panel{{Title: "p", XLabel: "workers", Curves: []Curve{curve}}})
	for _, label := range []string{">0<", ">0.2<", ">0.4<", ">0.6<", ">0.8<", ">1<", ">1.2<"} {
		assert.Contains(t, drawn, label)
	}
}

func TestTick(t *testing.T) {
	for most, want := range map[float64]float64{0: 1, 5: 1, 7: 2, 10: 2, 25: 5, 60: 20, 1900: 500, 900: 200} {
		assert.InDelta(t, want, tick(most), 1e-9, "of %v", most)
		if most > 0 {
			n := most / want
			assert.True(t, 3 <= n && n <= 7, "%v has %v steps", most, n)
		}
	}
}

func TestTimes(t *testing.T) {
	drawn := Times("soak", "note", []Series{
		{"threads", []float64{0, 60, 120}, []float64{5, 9, 5}, []int{0, 2}},
		{"nothing yet", nil, nil, nil},
	})
	wellFormed(t, drawn)
	assert.Contains(t, drawn, ">2<", "minutes")
	assert.Contains(t, drawn, ">10<", "the top of the axis")
	assert.Equal(t, 2, strings.Count(drawn, "<circle"))
	assert.NotContains(t, drawn, "NaN")
}
