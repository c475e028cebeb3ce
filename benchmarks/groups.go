package main

import (
	"fmt"
	"strings"
)

// measure measures all cases that the flags ask for. It returns an error that lists the cases where
// -run matches none.
func (s *suite) measure() error {
	groups := []func() error{
		s.kernels, s.stream, s.av1, s.outputs, s.clips, s.latency, s.memory, s.scaling, s.film, s.nvenc,
	}
	for _, group := range groups {
		if err := group(); err != nil {
			return err
		}
	}
	switch {
	case s.matched > 0:
		return nil
	case s.skipped > 0:
		return fmt.Errorf("-quick leaves out all that -run %q matches", s.run)
	default:
		return fmt.Errorf("-run %q matches none of the cases, which are:\n\t%s", s.run, strings.Join(s.cases, "\n\t"))
	}
}
