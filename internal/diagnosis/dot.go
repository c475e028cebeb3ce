package diagnosis

import (
	"fmt"
	"strings"
	"time"

	"github.com/avloom/avloom/pipeline"
)

// DOT draws the run in the language of Graphviz: a box for each actor, with what it did and how it
// spent its time, and an arrow for each queue, with how full it is. The actor that limits the run,
// and queues that are full, are red. Before Open the graph is empty.
func (s *Run) DOT() string {
	var d dotText
	d.line("digraph avloom {")
	d.line("	rankdir=LR;")
	d.line("	node [shape=box, fontname=\"sans-serif\", fontsize=11];")
	d.line("	edge [fontname=\"sans-serif\", fontsize=10];")
	limit := -1
	if s.Elapsed > 0 && len(s.Nodes) > 0 {
		limit = s.limit()
	}
	for _, t := range s.Streams {
		d.box(dotName(pipeline.CallerName, t.Stream), limit < 0, fmt.Sprintf("%s, stream %d", t.Kind, t.Stream), t.Codec,
			fmt.Sprintf("%d in, %s", t.Accepted, t.Fed.Round(time.Millisecond)), fmt.Sprintf("%.1f × real time", t.Speed))
	}
	for i, n := range s.Nodes {
		life := max(n.Busy+n.Blocked+n.Idle, 1)
		d.box(dotName(n.Name, n.Stream), i == limit, n.Name, fmt.Sprintf("%d in, %d out, %d held", n.In, n.Out, n.Held),
			fmt.Sprintf("busy %.0f %%, blocked %.0f %%", 100*share(n.Busy, life), 100*share(n.Blocked, life)))
	}
	targets, waiting := s.targets()
	for i, e := range s.Edges {
		to := targets[i]
		d.arrow(
			dotName(e.From, e.Stream),
			dotName(to.name, to.stream),
			waiting[to] >= e.Depth,
			fmt.Sprintf("%d of %d", e.Queued, e.Depth),
			fmt.Sprintf("%d sent", e.Sent),
		)
	}
	if len(s.Nodes) > 0 {
		s.drawDestinations(&d)
	}
	d.line("}")
	return d.String()
}

// drawDestinations draws one box for the destinations of all outputs, because their bytes and times
// are counted together.
func (s *Run) drawDestinations(d *dotText) {
	muxes := s.muxes()
	written, writing := fmt.Sprintf(
		"%d bytes",
		s.BytesWritten,
	), fmt.Sprintf(
		"writing %.0f %%",
		100*share(s.Writing, s.Elapsed),
	)
	if len(muxes) == 1 {
		d.box("destination", false, "destination", written)
		d.arrow(muxes[0], "destination", false, writing)
		return
	}
	d.box("destination", false, "destinations", written, writing)
	for _, mux := range muxes {
		d.arrow(mux, "destination", false)
	}
}

// muxes names the nodes that write outputs.
func (s *Run) muxes() (names []string) {
	for _, n := range s.Nodes {
		if n.Stream == pipeline.NoStream {
			names = append(names, n.Name)
		}
	}
	return names
}

// edgeTarget is the node that an edge leads to.
type edgeTarget struct {
	name   string
	stream int
}

// targets finds the node behind each edge, and how many items wait for each node: what leads to the
// same node shares its queue.
func (s *Run) targets() (of []edgeTarget, waiting map[edgeTarget]int) {
	nodes := make(map[edgeTarget]bool, len(s.Nodes))
	for _, n := range s.Nodes {
		nodes[edgeTarget{n.Name, n.Stream}] = true
	}
	of, waiting = make([]edgeTarget, len(s.Edges)), make(map[edgeTarget]int, len(s.Nodes))
	for i, e := range s.Edges {
		of[i] = edgeTarget{e.To, e.Stream}
		if shared := (edgeTarget{e.To, pipeline.NoStream}); !nodes[of[i]] && nodes[shared] {
			of[i] = shared
		}
		waiting[of[i]] += e.Queued
	}
	return of, waiting
}

func dotName(node string, stream int) string {
	if stream == pipeline.NoStream {
		return node
	}
	return fmt.Sprintf("%s %d", node, stream)
}

// dotText is a graph as it is written.
type dotText struct{ strings.Builder }

func (d *dotText) line(text string) { d.WriteString(text + "\n") }

func (d *dotText) box(name string, limits bool, label ...string) {
	d.line(fmt.Sprintf("	%s [label=%s%s];", dotQuote(name), dotQuote(label...), dotRed(limits)))
}

func (d *dotText) arrow(from, to string, full bool, label ...string) {
	d.line(fmt.Sprintf("	%s -> %s [label=%s%s];", dotQuote(from), dotQuote(to), dotQuote(label...), dotRed(full)))
}

func dotRed(yes bool) string {
	if !yes {
		return ""
	}
	return `, color="#c0392b", penwidth=2`
}

// dotQuote makes a string of lines.
func dotQuote(lines ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for i := range lines {
		lines[i] = escape.Replace(lines[i])
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
