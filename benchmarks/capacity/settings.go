package capacity

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Settings are what the command line asks for.
type Settings struct {
	Cases      []Case            `json:"-"`
	Device     string            `json:"device,omitempty"`
	Rate       float64           `json:"rate"`
	Bound      time.Duration     `json:"bound_ns"`
	Search     time.Duration     `json:"search_trial_ns"` // that counts, of each trial of the search
	Final      time.Duration     `json:"final_trial_ns"`  // that counts, of the last trial
	Budget     time.Duration     `json:"budget_ns"`       // for the whole table; 0: no limit
	Content    string            `json:"content"`         // "film", or a file that FFmpeg reads
	Input      string            `json:"input"`           // "rgb24" or "yuv420p"
	Output     string            `json:"output"`          // "discard" or "file"
	Format     string            `json:"format"`
	Folder     string            `json:"-"`
	PerProcess int               `json:"per_process"` // encoders of a process; 0: all
	Most       int               `json:"most"`
	Threads    int               `json:"threads"`
	BitRate    int64             `json:"bit_rate"`
	Options    map[string]string `json:"options,omitempty"`
	Block      bool              `json:"block"`

	json, plot string // files; "": none
}

// film is the content that needs no file.
const film = "film"

// read reads the flags that are lists, and checks the others.
func (s *Settings) read(t texts) error {
	s.Block = t.onFull == "block"
	switch {
	case !(0 < s.Rate && s.Rate <= 1000):
		return fmt.Errorf("-rate %v: it must be above 0, and at most 1000", s.Rate)
	case s.Bound < 10*time.Millisecond:
		return fmt.Errorf("-bound %v: lateness is measured to a few milliseconds; take at least 10ms", s.Bound)
	case s.Search < 100*time.Millisecond || s.Final < 100*time.Millisecond:
		return errors.New("-trial and -final must be at least 100ms")
	case s.Budget < 0 || s.PerProcess < 0 || s.Threads < 0 || s.BitRate < 0:
		return errors.New("-budget, -per-process, -threads and -bitrate must not be negative")
	case s.Most < 1:
		return fmt.Errorf("-most %d: it must be at least 1", s.Most)
	}
	for _, choice := range []struct {
		flag, value string
		of          []string
	}{
		{"input", s.Input, []string{"rgb24", "yuv420p"}},
		{"output", s.Output, []string{"discard", "file"}},
		{"on-full", t.onFull, []string{"drop", "block"}},
	} {
		if !slices.Contains(choice.of, choice.value) {
			return fmt.Errorf("-%s %s: it must be %s", choice.flag, choice.value, strings.Join(choice.of, " or "))
		}
	}
	if s.Content != film {
		if _, err := os.Stat(s.Content); err != nil {
			return fmt.Errorf(`-content: it is "film" or a file: %w`, err)
		}
	}
	var err error
	if s.Options, err = readOptions(t.options); err != nil {
		return err
	}
	s.Cases, err = readCases(t)
	return err
}
