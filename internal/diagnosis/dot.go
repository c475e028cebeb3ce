package diagnosis

import (
	"fmt"
	"strings"
	"time"

	"github.com/avloom/avloom/pipeline"
)

// DOT returns a drawing of the run in the language of Graphviz: a box for each actor, with its
// counters and how it spent its time, and an arrow for each queue, with how full it is. The actor
// that limits the run, and full queues, are red. Before Open the graph is empty.
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
		fed := fmt.Sprintf("%d in, %s", t.Accepted, t.Fed.Round(time.Millisecond))
		d.box(dotName(pipeline.CallerName, t.Index), limit < 0,
			fmt.Sprintf("%s, stream %d", t.Kind, t.Index), t.Codec, fed, fmt.Sprintf("%.1f × real time", t.Speed))
	}
	for i, n := range s.Nodes {
		life := max(n.Busy+n.Blocked+n.Idle, 1)
		items := fmt.Sprintf("%d in, %d out, %d held", n.In, n.Out, n.Held)
		times := fmt.Sprintf("busy %.0f %%, blocked %.0f %%", 100*share(n.Busy, life), 100*share(n.Blocked, life))
		label := append([]string{n.Name, items, times}, s.outputTexts(n.Name)...)
		d.box(dotName(n.Name, n.Stream), i == limit, label...)
	}
	targets, waiting := s.targets()
	for i, e := range s.Edges {
		to := targets[i]
		full := waiting[to] >= e.Depth
		if o := s.output(to.name); o != nil && o.BestEffort { // whose queue has room for each stream apart
			full = e.Queued >= e.Depth
		}
		label := []string{fmt.Sprintf("%d of %d", e.Queued, e.Depth), fmt.Sprintf("%d sent", e.Sent)}
		if e.Lost > 0 {
			label = append(label, fmt.Sprintf("%d lost", e.Lost))
		}
		d.arrow(dotName(e.From, e.Stream), dotName(to.name, to.stream), full, label...)
	}
	if len(s.Nodes) > 0 {
		s.drawDestinations(&d)
	}
	d.line("}")
	return d.String()
}

// outputTexts returns what the box of a node that writes an output with BestEffort says of it.
func (s *Run) outputTexts(node string) []string {
	o := s.output(node)
	if o == nil || !o.BestEffort {
		return nil
	}
	return []string{fmt.Sprintf("%s, %d lost", o.State, o.Lost)}
}

// drawDestinations draws one box for the destinations of all outputs, because their bytes and times
// are counted together.
func (s *Run) drawDestinations(d *dotText) {
	muxes := s.muxes()
	written := fmt.Sprintf("%d bytes", s.BytesWritten)
	writing := fmt.Sprintf("writing %.0f %%", 100*share(s.Writing, s.Elapsed))
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

// edgeTarget is the node to which an edge leads. Its stream can be pipeline.NoStream.
type edgeTarget struct {
	name   string
	stream int
}

// targets returns the node behind each edge, by the edge's index, and how many items wait for each
// node. Edges that lead to the same node share its queue.
func (s *Run) targets() (byEdge []edgeTarget, waiting map[edgeTarget]int) {
	nodes := make(map[edgeTarget]bool, len(s.Nodes))
	for _, n := range s.Nodes {
		nodes[edgeTarget{n.Name, n.Stream}] = true
	}
	byEdge, waiting = make([]edgeTarget, len(s.Edges)), make(map[edgeTarget]int, len(s.Nodes))
	for i, e := range s.Edges {
		to, shared := edgeTarget{e.To, e.Stream}, edgeTarget{e.To, pipeline.NoStream}
		if !nodes[to] && nodes[shared] {
			to = shared
		}
		byEdge[i] = to
		waiting[to] += e.Queued
	}
	return byEdge, waiting
}

// dotName returns the name of a node in the drawing. It is different for each node.
func dotName(node string, stream int) string {
	if stream == pipeline.NoStream {
		return node
	}
	return fmt.Sprintf("%s %d", node, stream)
}

// dotText builds the text of a drawing.
type dotText struct{ strings.Builder }

func (d *dotText) line(text string) { d.WriteString(text + "\n") }

// box draws a node. The label has one line for each text.
func (d *dotText) box(name string, limits bool, label ...string) {
	d.line(fmt.Sprintf("	%s [label=%s%s];", dotQuote(name), dotQuote(label...), dotRed(limits)))
}

// arrow draws an edge. The label has one line for each text.
func (d *dotText) arrow(from, to string, full bool, label ...string) {
	d.line(fmt.Sprintf("	%s -> %s [label=%s%s];", dotQuote(from), dotQuote(to), dotQuote(label...), dotRed(full)))
}

// dotRed returns the attributes that make a box or an arrow red; "" if it is not to be red.
func dotRed(yes bool) string {
	if !yes {
		return ""
	}
	return `, color="#c0392b", penwidth=2`
}

// dotQuote returns a quoted string of these lines.
func dotQuote(lines ...string) string {
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(strings.ReplaceAll(line, `\`, `\\`), `"`, `\"`)
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
