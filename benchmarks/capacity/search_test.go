package capacity

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// run searches on a machine that carries so many streams, and returns the numbers that it tried.
func (s *search) run(verdictOn func(streams, try int) verdict) (tried []int) {
	tries := map[int]int{}
	for n := s.next(); n != 0 && len(tried) < 100; n = s.next() {
		tried = append(tried, n)
		tries[n]++
		s.note(n, verdictOn(n, tries[n]))
	}
	return tried
}

func carries(most int) func(streams, try int) verdict {
	return func(streams, _ int) verdict {
		if streams <= most {
			return fits
		}
		return clearMiss
	}
}

func TestSearch(t *testing.T) {
	for name, c := range map[string]struct {
		guess, most, carried int
		passed, failed       int
		tried                []int
	}{
		"doubles from 1":           {1, 1000, 5, 5, 6, []int{1, 2, 4, 8, 6, 5}},
		"the guess is right":       {12, 1000, 12, 12, 13, []int{12, 13}},
		"the guess is a bit low":   {12, 1000, 14, 14, 15, []int{12, 13, 15, 14}},
		"the guess is too high":    {12, 1000, 8, 8, 9, []int{12, 11, 9, 5, 7, 8}},
		"fails at 1":               {1, 1000, 0, 0, 1, []int{1}},
		"fails at 1, guess is 3":   {3, 1000, 0, 0, 1, []int{3, 2, 1}},
		"never fails up to most":   {1, 20, 99, 20, 0, []int{1, 2, 4, 8, 16, 20}},
		"the guess is beyond most": {50, 20, 99, 20, 0, []int{20}},
		"most is 1":                {5, 1, 99, 1, 0, []int{1}},
		"a guess of nothing":       {0, 10, 1, 1, 2, []int{1, 2}},
		"stops within a twentieth": {80, 1000, 83, 80, 84, []int{80, 90, 85, 82, 83}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSearch(c.guess, c.most)
			tried := s.run(carries(c.carried))
			if name == "stops within a twentieth" {
				assert.LessOrEqual(t, s.failed-s.passed, 4)
				assert.True(t, s.passed <= 83 && 83 < s.failed, "%d to %d", s.passed, s.failed)
				return
			}
			assert.Equal(t, c.tried, tried)
			assert.Equal(t, [2]int{c.passed, c.failed}, [2]int{s.passed, s.failed})
		})
	}
}

// TestSearchFindsTheEdge tries every guess on every machine.
func TestSearchFindsTheEdge(t *testing.T) {
	for carried := range 60 {
		for guess := 1; guess <= 60; guess++ {
			s := newSearch(guess, 40)
			tried := s.run(carries(carried))
			want := min(carried, 40)
			assert.LessOrEqual(t, s.passed, want)
			assert.LessOrEqual(t, want-s.passed, precision(want)-1+want/20, "carries %d, guess %d", carried, guess)
			assert.LessOrEqual(t, len(tried), 14, "carries %d, guess %d", carried, guess)
		}
	}
}

// TestSearchNarrowMiss: another program took the cores for a moment, and a number that fits failed.
func TestSearchNarrowMiss(t *testing.T) {
	s := newSearch(8, 100)
	tried := s.run(func(streams, try int) verdict {
		if streams > 9 || streams == 8 && try == 1 {
			return narrowMiss
		}
		return fits
	})
	assert.Equal(t, []int{8, 8, 9, 11, 11, 10, 10}, tried)
	assert.Equal(t, [2]int{9, 10}, [2]int{s.passed, s.failed})
}

// TestSearchLower: the long trial does not confirm what short ones found.
func TestSearchLower(t *testing.T) {
	s := newSearch(10, 100)
	s.run(carries(10))
	s.confirm()
	assert.Equal(t, 9, s.lower())
	assert.Equal(t, 10, s.failed)
	assert.Equal(t, 7, s.lower())
	assert.Equal(t, 3, s.lower())
	assert.Equal(t, 1, s.lower())
	assert.Equal(t, 0, s.lower())
	assert.Equal(t, 1, s.failed)
}

// TestSearchFar: most frames were dropped, so the next number is much smaller.
func TestSearchFar(t *testing.T) {
	s := newSearch(100, 1000)
	s.far(100, .7)
	s.note(100, clearMiss)
	assert.Equal(t, 30, s.next())
	s.note(30, fits)
	assert.Equal(t, 65, s.next())
	s = &search{passed: 100}
	s.confirm()
	s.far(100, .5)
	assert.Equal(t, 50, s.lower())
	s.far(50, 0)
	assert.Equal(t, 1, s.lower())
}

// TestSearchInterrupted: the time is up before a number was seen to fit.
func TestSearchInterrupted(t *testing.T) {
	for name, c := range map[string]struct {
		verdicts       []verdict
		passed, failed int
	}{
		"once, narrowly":           {[]verdict{narrowMiss}, 9, 12},
		"twice, narrowly":          {[]verdict{narrowMiss, narrowMiss}, 9, 12},
		"clearly":                  {[]verdict{clearMiss, clearMiss}, 8, 11},
		"then one fits":            {[]verdict{clearMiss, fits}, 11, 12},
		"a try was to be repeated": {[]verdict{fits, narrowMiss}, 12, 13},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSearch(12, 100)
			for _, v := range c.verdicts {
				s.note(s.next(), v)
			}
			s.confirm()
			assert.Equal(t, [2]int{c.passed, c.failed}, [2]int{s.passed, s.failed})
		})
	}
	one := newSearch(1, 100)
	one.note(1, narrowMiss)
	one.confirm()
	assert.Equal(t, [2]int{0, 1}, [2]int{one.passed, one.failed})
}
