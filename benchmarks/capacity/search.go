package capacity

// verdict is how a trial ended.
type verdict int

const (
	fits       verdict = iota
	narrowMiss         // the machine did not keep up, but another try could
	clearMiss          // another try is useless
)

// search finds the largest number of streams that fits. It asks for one trial after another.
type search struct {
	most   int // the largest number to try
	passed int // the largest number that fits; 0: none yet
	failed int // the smallest number that does not fit; 0: none yet
	guess  int // the first number to try
	step   int // of the next number while only one side is known
	missed int // the number that failed narrowly, once; 0: none
}

func newSearch(guess, most int) *search {
	most = max(most, 1)
	guess = min(max(guess, 1), most)
	return &search{most: most, guess: guess, step: max(guess/8, 1)}
}

// next returns the number of streams of the next trial; 0: the search has ended.
func (s *search) next() int {
	switch {
	case s.missed != 0:
		return s.missed
	case s.passed == 0 && s.failed == 0:
		return s.guess
	case s.failed == 0:
		if s.passed == s.most {
			return 0
		}
		return min(s.passed+s.step, s.most)
	case s.passed == 0 && s.failed == 1:
		return 0
	case s.passed == 0:
		return max(s.failed-s.step, 1)
	default:
		return s.between()
	}
}

// precision returns how far the smallest number that fails may lie above the largest that fits.
func precision(streams int) int { return max(streams/20, 1) }

// note takes the verdict on the number that next returned.
func (s *search) note(streams int, v verdict) {
	again := s.missed == streams
	s.missed = 0
	switch {
	case v == fits:
		s.pass(streams)
	case v == narrowMiss && !again:
		s.missed = streams
	default:
		s.fail(streams)
	}
}

func (s *search) pass(streams int) {
	if s.passed != 0 && s.failed == 0 {
		s.step *= 2
	}
	s.passed = max(s.passed, streams)
}

func (s *search) fail(streams int) {
	if s.failed != 0 && s.passed == 0 {
		s.step *= 2
	}
	if s.failed == 0 || streams < s.failed {
		s.failed = streams
	}
}

// lower takes back that a number fits, because a longer trial did not. It returns the number to try
// instead, a little below, and further below from call to call; 0: there is none.
func (s *search) lower() int {
	s.failed = s.passed
	s.passed = min(max(s.failed-s.step, 1), s.failed-1)
	s.step *= 2
	return s.passed
}

// far makes the next step down at least so large: a share of a number that failed.
func (s *search) far(streams int, share float64) {
	s.step = max(s.step, int(share*float64(streams)))
}

// between returns a number between the largest that fits and the smallest that fails; 0: they are
// close enough.
func (s *search) between() int {
	if s.failed == 0 || s.failed-s.passed <= precision(s.passed) {
		return 0
	}
	return (s.passed + s.failed) / 2
}

// confirm ends the search, and prepares calls of lower. Where the time was up before a number was
// seen to fit, it takes three quarters of what failed.
func (s *search) confirm() {
	if s.missed != 0 {
		s.fail(s.missed)
		s.missed = 0
	}
	if s.passed == 0 && s.failed > 1 {
		s.passed = max(s.failed*3/4, 1)
	}
	s.step = precision(s.passed)
}
