package diagnosis

import (
	"fmt"
	"slices"
	"strings"
)

// groupText puts the same limit of several encoders into words.
type groupText struct {
	limits []Limit
	who    string // the encoders
	use    usage  // of their process
}

func (g groupText) text() string {
	first := g.limits[0]
	switch first.Kind {
	case LimitCores:
		return g.coresText()
	case LimitDestination:
		return fmt.Sprintf("%s: %s was busy %s of the time, mostly in writes to destinations, which are slow",
			g.who, g.nodes(), g.shares())
	case LimitGPU:
		return fmt.Sprintf("%s: %s was busy %s of the time, on the GPU", g.who, g.nodes(), g.shares())
	case LimitActor:
		return fmt.Sprintf("%s: %s was busy %s of the time%s", g.who, g.nodes(), g.shares(), g.help())
	case LimitCaller:
		return g.callerText()
	case LimitStream:
		return fmt.Sprintf("%s: packets wait for a stream that is behind, for instance in encoder %d: %s",
			g.who, first.Encoders[0], first.Text)
	case LimitDropped:
		return fmt.Sprintf("%s dropped %d frames", g.who, g.count())
	case LimitLost:
		return fmt.Sprintf("%s: outputs with BestEffort lost %d packets", g.who, g.count())
	default:
		return g.who + ": nothing has run"
	}
}

func (g groupText) coresText() string {
	u := g.use
	return fmt.Sprintf("%s, and the actors of %s were busy %s of the time (%s); "+
		"fewer encoders at a time, %s", u.shortText(), g.who, g.shares(), g.nodes(), u.lessText())
}

func (g groupText) callerText() string {
	beside := g.use.besideCallerText()
	if g.leastShare() <= 0 { // a snapshot without the times of callers
		return fmt.Sprintf("%s: the caller; more could be fed%s", g.who, beside)
	}
	return fmt.Sprintf("%s: the caller: nothing was being fed %s of the time; more could be fed%s",
		g.who, g.shares(), beside)
}

// help says what would help busy encoders beside which cores are free.
func (g groupText) help() string {
	u := g.use
	switch {
	case u.cores <= 0:
		return ""
	case u.free() >= 1 && strings.HasSuffix(g.limits[0].Node, "encode"):
		return "; " + u.text() + ": more threads, or more encoders at a time, would use more"
	default:
		return "; " + u.text()
	}
}

// nodes names the nodes, each name once.
func (g groupText) nodes() string {
	var names []string
	for _, l := range g.limits {
		if !slices.Contains(names, l.Node) {
			names = append(names, l.Node)
		}
	}
	return strings.Join(names, " or ")
}

// shares returns the least and the largest share.
func (g groupText) shares() string {
	least, largest := 100*g.leastShare(), 0.0
	for _, l := range g.limits {
		largest = max(largest, 100*l.Share)
	}
	low, high := fmt.Sprintf("%.0f", least), fmt.Sprintf("%.0f", largest)
	if low == high {
		return high + " %"
	}
	return low + " to " + high + " %"
}

func (g groupText) leastShare() float64 {
	least := 1.0
	for _, l := range g.limits {
		least = min(least, l.Share)
	}
	return least
}

func (g groupText) count() (n int64) {
	for _, l := range g.limits {
		n += l.Count
	}
	return n
}
