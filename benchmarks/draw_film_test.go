package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/avloom/avloom/benchmarks/internal/measure"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

// TestFilmCharts draws the results of films.
func TestFilmCharts(t *testing.T) {
	r := &report.Report{}
	add := func(group, name, of string, walls map[string]float64, names ...string) []*report.Row {
		samples, units := map[string][]measure.Sample{}, map[string]int{}
		for who, wall := range walls {
			samples[who], units[who] = []measure.Sample{{Wall: wall, CPU: 1, Idle: wall / 10, Join: wall / 100}}, 60
		}
		return r.Add(group, name, "frames", units, names, of, samples)
	}
	rows := add("film", "480p libvpx-vp9", "ceiling, 2 processes",
		map[string]float64{"ceiling, 2 processes": 1, "avloom RenderFilm": 1.25}, "ceiling, 2 processes", "avloom RenderFilm")
	noteEnds(rows)
	assert.InDelta(t, .1, rows[1].Idle.Median, 1e-9, "of the run")
	assert.InDelta(t, .01, rows[1].Join.Median, 1e-9)
	for _, codec := range []string{"libx264 medium", "libvpx-vp9"} {
		add("film-scaling", "480p "+codec, "avloom 1", map[string]float64{"avloom 1": 4, "avloom 2": 2, "ceiling 1": 4, "ceiling 2": 1},
			"avloom 1", "avloom 2", "ceiling 1", "ceiling 2")
	}
	assert.Contains(t, comparison(r), "after the last chunk: 480p libvpx-vp9 10.0 % and 1.0 %.\n")
	assert.Contains(t, comparison(r), "| avloom 2 | 30.0 (2.00) | 30.0 (2.00) |\n")

	panels := filmPanels(r)
	assert.Len(t, panels, 2)
	assert.InDelta(t, 2, panels[0].Curves[0].Points[1].Value, 1e-9, "two workers of avloom")
	assert.InDelta(t, 4, panels[0].Curves[1].Points[1].Value, 1e-9, "two processes of the ceiling")

	made := drawings(r)
	assert.Contains(t, made["film"], "0.80, 48.0 fps")
	assert.Equal(t, 2, strings.Count(made["film-scaling"], "times one worker"))
}

// TestFilmSize: the groups of films have the size that -film-size names.
func TestFilmSize(t *testing.T) {
	s, err := filmSize("")
	assert.NoError(t, err)
	assert.Equal(t, "480p", s.name)
	s, err = filmSize("1080p")
	assert.NoError(t, err)
	assert.Equal(t, 1920, s.width)
	_, err = filmSize("8k")
	assert.EqualError(t, err, `-film-size "8k" is none of 480p, 1080p, 2160p`)
}
