package diagnosis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/avloom/avloom/pipeline"
)

// Bottleneck tells in words what limits runs: the texts of Limits. Of a single run it is the actor
// that is busy most of the time, and why, or the caller, if the share of the time in which nothing
// is fed is larger; then whether cores are short, for which stream the muxer waits, and how long a
// call has taken so far, if that is a second or more.
func Bottleneck(runs ...*Run) string {
	if len(runs) == 0 {
		return "nothing has run: there are no encoders"
	}
	var texts []string
	for _, l := range Limits(runs...) {
		texts = append(texts, l.Text)
	}
	return strings.Join(texts, "; ")
}

// Limits returns what limits runs, whatever their number. Runs with the same limit share an entry.
// Those that lack cores come first, then those that something else keeps from being faster, the
// most numerous first, then those that could be fed more, and then what was dropped or lost.
func Limits(runs ...*Run) []Limit {
	processes := map[string][]*Run{}
	for _, s := range runs {
		processes[s.CPU.Process] = append(processes[s.CPU.Process], s)
	}
	uses := make(map[string]usage, len(processes))
	for process, its := range processes {
		uses[process] = usageOf(its...)
	}
	m := many{all: len(runs), groups: map[groupKey]*group{}}
	for i, s := range runs {
		for _, l := range s.limits(uses[s.CPU.Process]) {
			l.Encoders = []int{i}
			m.add(s.CPU.Process, uses[s.CPU.Process], l)
		}
	}
	return m.limits()
}

// many gathers the limits of runs.
type many struct {
	all    int // runs
	groups map[groupKey]*group
	order  []*group
}

// groupKey is what the limits of a group have in common.
type groupKey struct {
	kind    LimitKind
	process string // of limits that depend on the cores
	node    string
}

// group is the same limit of one or several runs.
type group struct {
	limits []Limit
	use    usage // of the process of the first one
}

func (m *many) add(process string, use usage, l Limit) {
	key := groupKey{kind: l.Kind}
	if m.all == 1 || l.Kind == LimitActor || l.Kind == LimitGPU {
		key.node = l.Node
	}
	if l.Kind.isMain() && l.Kind != LimitDestination {
		key.process = process
	}
	g := m.groups[key]
	if g == nil || m.all == 1 { // the findings of a single run stay apart
		g = &group{use: use}
		m.groups[key], m.order = g, append(m.order, g)
	}
	g.limits = append(g.limits, l)
}

// limits returns the groups as limits, in their order.
func (m *many) limits() []Limit {
	if m.all > 1 {
		slices.SortStableFunc(m.order, func(a, b *group) int {
			return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(len(b.limits), len(a.limits)))
		})
	}
	limits := make([]Limit, 0, len(m.order))
	for _, g := range m.order {
		limits = append(limits, g.limit(m.all))
	}
	return limits
}

// rank orders the kinds of limits.
func (g *group) rank() int {
	switch g.limits[0].Kind {
	case LimitCores:
		return 0
	case LimitDestination, LimitGPU, LimitActor:
		return 1
	case LimitCaller:
		return 2
	case LimitNone:
		return 4
	default:
		return 3
	}
}

// limit returns a group as one limit of so many runs.
func (g *group) limit(all int) Limit {
	first := g.limits[0]
	if all == 1 {
		return first
	}
	together := first
	together.Encoders, together.Share, together.Count = nil, 0, 0
	for _, l := range g.limits {
		last := len(together.Encoders) - 1
		if last < 0 || together.Encoders[last] != l.Encoders[0] { // one encoder can have several
			together.Encoders = append(together.Encoders, l.Encoders[0])
		}
		together.Share, together.Count = max(together.Share, l.Share), together.Count+l.Count
		if l.Node != first.Node {
			together.Node = ""
		}
		if l.Stream != first.Stream {
			together.Stream = pipeline.NoStream
		}
	}
	together.Text = g.text(together.Encoders, all)
	return together
}

// text says what limits these encoders.
func (g *group) text(encoders []int, all int) string {
	if len(encoders) == 1 && len(g.limits) == 1 && g.limits[0].Kind != LimitCores {
		return fmt.Sprintf("encoder %d: %s", encoders[0], g.limits[0].Text)
	}
	return groupText{g.limits, encodersText(encoders, all), g.use}.text()
}

// encodersText names up to five encoders, and counts more.
func encodersText(encoders []int, all int) string {
	const named = 5
	switch {
	case len(encoders) == 1:
		return fmt.Sprintf("encoder %d", encoders[0])
	case len(encoders) == all || len(encoders) > named:
		return fmt.Sprintf("%d of %d encoders", len(encoders), all)
	default:
		texts := make([]string, len(encoders))
		for i, e := range encoders {
			texts[i] = fmt.Sprint(e)
		}
		last := len(texts) - 1
		return "encoders " + strings.Join(texts[:last], ", ") + " and " + texts[last]
	}
}
