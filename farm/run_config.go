package farm

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// RunConfig says how the jobs of a run are made. Its zero value is ready.
type RunConfig struct {
	// ID names the run, also on Temporal's page; Find finds it. Start takes up a run that has this
	// ID. At most 200 bytes, without "/". "": a new ID, of the time and a random number.
	ID string
	// Queue is the task queue of the workers that make the jobs. At most 200 bytes, without "@". "":
	// DefaultQueue.
	Queue string
	// Threads is the number of threads of each clip's encoder. With some encoders the bytes of a
	// file depend on it. At most 4096. 0: 1.
	Threads int
	// Stall is how long a renderer may take until its next frame. Then its context ends, and the
	// attempt has failed. At least 1 s. 0: one minute.
	Stall time.Duration
	// Heartbeat is after how much time without a sign of life a worker counts as dead. Other
	// workers make its jobs then. Workers send one each second. At least 2 s. 0: 10 s.
	Heartbeat time.Duration
	// Attempts is how often a job may fail for a reason of its own until it counts as failed. An
	// attempt that ended with its worker is not one of them. 0: 3.
	Attempts int
	// Handover is how long the run waits for a sign of life of Start, which gives one each minute
	// until it has handed over all jobs: its program may have been killed. After this time the run
	// ends with the jobs that it has: see ErrIncomplete. It waits anew for as long after the server,
	// or all workers, were away. At least 10 s. 0: a day.
	Handover time.Duration
	// Resume skips a job if there is a file at its Path, whatever made it.
	Resume bool
	// Parts is the prefix of the keys of films' parts. They are removed when the film is made. No
	// job's Path may begin with it. "": ".avloom/".
	Parts string
}

const (
	mostThreads      = 4096 // of an encoder, for api
	defaultStall     = time.Minute
	minStall         = time.Second // less is a number without a unit
	defaultHeartbeat = 10 * time.Second
	minHeartbeat     = 2 * time.Second // twice the time from one to the next
	defaultAttempts  = 3
	defaultHandover  = 24 * time.Hour
	minHandover      = 10 * time.Second
	defaultParts     = ".avloom/"
	maxName          = 200 // bytes of an ID or a queue; with what is added, Temporal takes 1,000
)

// settings checks cfg and returns it with its defaults.
func (cfg RunConfig) settings() (flow.Settings, error) {
	s := flow.Settings{
		Run: cfg.ID, Queue: cfg.Queue, Threads: cfg.Threads, Stall: cfg.Stall, Heartbeat: cfg.Heartbeat,
		Attempts: cfg.Attempts, Resume: cfg.Resume, Parts: cfg.Parts, Handover: cfg.Handover,
	}
	setDefault(&s.Run, newID())
	setDefault(&s.Queue, DefaultQueue)
	setDefault(&s.Threads, 1)
	setDefault(&s.Stall, defaultStall)
	setDefault(&s.Heartbeat, defaultHeartbeat)
	setDefault(&s.Attempts, defaultAttempts)
	setDefault(&s.Parts, defaultParts)
	setDefault(&s.Handover, defaultHandover)
	s.Parts = strings.TrimSuffix(s.Parts, "/") + "/"
	return s, checkSettings(s)
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// newID returns an ID that no other run has. IDs sort by time.
func newID() string {
	var random [4]byte
	_, _ = rand.Read(random[:]) // it never fails
	return time.Now().UTC().Format("20060102-150405-") + hex.EncodeToString(random[:])
}

func checkSettings(s flow.Settings) error {
	bad := func(field string, value any, reason string) error {
		return &api.ConfigError{Field: "RunConfig." + field, Value: value, Reason: reason}
	}
	switch {
	case !isName(s.Run) || strings.Contains(s.Run, "/"):
		return bad("ID", s.Run, "must have at most 200 bytes of printable text, without a slash")
	case !isName(s.Queue):
		return bad("Queue", s.Queue, "must have at most 200 bytes of printable text")
	case strings.Contains(s.Queue, "@"):
		return bad("Queue", s.Queue, reasonOfAt)
	case s.Threads < 0 || s.Threads > mostThreads:
		return bad("Threads", s.Threads, fmt.Sprintf("must be from 0 to %d; 0 means 1", mostThreads))
	case s.Stall < minStall:
		return bad("Stall", s.Stall, "must be at least 1s; 0 means a minute")
	case s.Heartbeat < minHeartbeat:
		return bad("Heartbeat", s.Heartbeat, "must be at least 2s, because workers send one each second; 0 means 10s")
	case s.Attempts < 0:
		return bad("Attempts", s.Attempts, "must not be negative; 0 means 3")
	case s.Handover < minHandover:
		return bad("Handover", s.Handover, "must be at least 10s; 0 means a day")
	}
	if fault := keyFault(strings.TrimSuffix(s.Parts, "/"), maxName-1); fault != "" {
		return bad("Parts", s.Parts, fault+keyForm+`; "" means `+defaultParts)
	}
	return nil
}

// reasonOfAt is why the name of a queue has no "@".
const reasonOfAt = `must not contain "@", which separates the name of a queue from that of a build`

// isName reports whether a text can name a workflow or a queue.
func isName(text string) bool {
	return len(text) <= maxName && utf8.ValidString(text) && isPrintable(text)
}

func isPrintable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}
