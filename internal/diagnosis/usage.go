package diagnosis

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/avloom/avloom/pipeline"
)

const (
	// full is the part of the cores above which none is free: a scheduler does not fill the rest.
	full = 0.9
	// leastSpan is the time over which idle time tells something. It is counted in steps of 10 ms.
	leastSpan = 100 * time.Millisecond
	// crowded is how many times as many actors as cores must be busy to tell without CPU time that no
	// core is free: some of them wait for threads of their encoder.
	crowded = 1.5
)

// CPU says how much CPU time the process of a run has used. Where Span is 0, only Cores is known.
type CPU struct {
	Process string        // names the process
	Cores   float64       // that the process may use at a time
	Span    time.Duration // over which Used and Idle were counted
	Used    time.Duration // by the whole process
	Idle    time.Duration // of the cores that the process may run on
}

// usage is how many cores were used on average. The zero value: it is not known.
type usage struct {
	used  float64 // by the process
	busy  float64 // by all programs, of those that the process may use
	cores float64 // that the process may use
	// demand is how many actors were busy on average. It is 0 unless CPU time is not known and the
	// actors are too many for the cores.
	demand float64
}

// usageOf returns the mean over runs of the same process. Each of them has counted the CPU time of
// the whole process.
func usageOf(runs ...*Run) usage {
	var u usage
	var span, longest, used, idle time.Duration
	for _, s := range runs {
		span, used, idle = span+s.CPU.Span, used+s.CPU.Used, idle+s.CPU.Idle
		u.cores, longest = max(u.cores, s.CPU.Cores), max(longest, s.CPU.Span)
	}
	if span <= 0 || u.cores <= 0 {
		return crowdOf(u.cores, runs)
	}
	u.used = min(u.cores, max(0, used.Seconds()/span.Seconds()))
	u.busy = u.used
	if longest >= leastSpan {
		u.busy = min(u.cores, max(u.used, u.cores-idle.Seconds()/span.Seconds()))
	}
	return u
}

// crowdOf looks at runs without CPU time: whether more actors were busy than there are cores.
func crowdOf(cores float64, runs []*Run) usage {
	demand := 0.0
	for _, s := range runs {
		demand += s.computing()
	}
	if cores <= 0 || demand < crowded*cores {
		return usage{}
	}
	return usage{cores: cores, demand: demand}
}

// computing returns how many actors were busy on average, without those that the GPU or a
// destination kept busy.
func (s *Run) computing() (n float64) {
	if s.Elapsed <= 0 {
		return 0
	}
	for i := range s.Nodes {
		node := &s.Nodes[i]
		if s.canLimit(node) && !s.waitsForWrites(node) && !s.isOnGPU(node) {
			n += node.Busy.Seconds() / s.Elapsed.Seconds()
		}
	}
	return n
}

func (u usage) full() bool {
	return u.demand > 0 || u.cores > 0 && u.busy >= full*u.cores
}

// free returns how many cores were free on average.
func (u usage) free() float64 { return u.cores - u.busy }

// othersNotable reports whether other programs take so much that they could be why no core is free.
func (u usage) othersNotable() bool { return u.busy-u.used > (1-full)*u.cores }

// text says how many cores were in use, and how many of them by others, if that is notable.
func (u usage) text() string {
	if u.demand > 0 {
		return fmt.Sprintf("%s actors were busy at a time on %s cores", coresText(u.demand), coresText(u.cores))
	}
	text := fmt.Sprintf("%s of %s cores were in use", coresText(u.busy), coresText(u.cores))
	if u.othersNotable() {
		text += fmt.Sprintf(", %s of them by this program", coresText(u.used))
	}
	return text
}

func (u usage) shortText() string { return "short of cores: " + u.text() }

// lessText says what would help where cores are short.
func (u usage) lessText() string {
	const text = "a faster preset, smaller pictures or more cores would help"
	if u.othersNotable() {
		return "less other work on the machine, " + text
	}
	return text
}

// besideCallerText says that no core is free for what feeds the encoder; "" otherwise.
func (u usage) besideCallerText() string {
	if !u.full() {
		return ""
	}
	return "; " + u.text() + ", so none is free for what feeds the encoders"
}

// coresText returns a number of cores with as many digits as tell something.
func coresText(n float64) string {
	if n >= 9.95 {
		return strings.TrimSuffix(strconv.FormatFloat(n, 'f', 1, 64), ".0")
	}
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(n, 'f', 2, 64), "0"), ".")
}

// encodesPictures reports whether a node is the encoder of a video stream.
func (s *Run) encodesPictures(n *pipeline.NodeStats) bool {
	t := s.streamOf(n)
	return t != nil && t.Kind == "video" && strings.HasSuffix(n.Name, "encode")
}

// isOnGPU reports whether a node is an encoder that runs on the GPU.
func (s *Run) isOnGPU(n *pipeline.NodeStats) bool {
	return s.encodesPictures(n) && strings.HasSuffix(s.streamOf(n).Codec, "_nvenc")
}

// streamOf returns the stream that a node works for; nil: it works for all of them.
func (s *Run) streamOf(n *pipeline.NodeStats) *Stream {
	if n.Stream < 0 || n.Stream >= len(s.Streams) {
		return nil
	}
	return &s.Streams[n.Stream]
}
