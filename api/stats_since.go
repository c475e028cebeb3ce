package api

// Since returns the difference to an earlier snapshot of the same run. The Bottleneck of the result
// is that of the time between the two. Actors, queues and outputs that were not there earlier have
// all of their counters. Values that are no counters, and Streams, are those of s.
func (s Stats) Since(earlier Stats) Stats {
	s.Elapsed -= earlier.Elapsed
	s.BytesWritten -= earlier.BytesWritten
	s.Called -= earlier.Called
	s.LogPanics -= earlier.LogPanics
	s.Writing -= earlier.Writing
	s.CPU = s.CPU.since(earlier.CPU)
	s.Nodes = nodesSince(s.Nodes, earlier.Nodes)
	s.Edges = edgesSince(s.Edges, earlier.Edges)
	s.Outputs = outputsSince(s.Outputs, earlier.Outputs)
	return s
}

// nodesSince matches nodes by their names and streams, because those of outputs come and go.
func nodesSince(now, earlier []NodeStats) []NodeStats {
	type key struct {
		name   string
		stream int
	}
	then := make(map[key]*NodeStats, len(earlier))
	for i := range earlier {
		then[key{earlier[i].Name, earlier[i].Stream}] = &earlier[i]
	}
	now = append([]NodeStats(nil), now...)
	for i := range now {
		n := &now[i]
		before := then[key{n.Name, n.Stream}]
		if before == nil {
			continue
		}
		n.In, n.Out = n.In-before.In, n.Out-before.Out
		n.Busy, n.Blocked, n.Idle = n.Busy-before.Busy, n.Blocked-before.Blocked, n.Idle-before.Idle
	}
	return now
}

// edgesSince matches edges by the actors that they connect.
func edgesSince(now, earlier []EdgeStats) []EdgeStats {
	type key struct {
		from, to string
		stream   int
	}
	then := make(map[key]*EdgeStats, len(earlier))
	for i := range earlier {
		then[key{earlier[i].From, earlier[i].To, earlier[i].Stream}] = &earlier[i]
	}
	now = append([]EdgeStats(nil), now...)
	for i := range now {
		e := &now[i]
		before := then[key{e.From, e.To, e.Stream}]
		if before == nil {
			continue
		}
		e.Sent, e.Received, e.Freed = e.Sent-before.Sent, e.Received-before.Received, e.Freed-before.Freed
		e.Lost -= before.Lost
		e.Blocked -= before.Blocked
	}
	return now
}

// outputsSince matches outputs by the actors that write them.
func outputsSince(now, earlier []OutputStats) []OutputStats {
	then := make(map[string]*OutputStats, len(earlier))
	for i := range earlier {
		then[earlier[i].Node] = &earlier[i]
	}
	now = append([]OutputStats(nil), now...)
	for i := range now {
		o := &now[i]
		before := then[o.Node]
		if before == nil {
			continue
		}
		o.BytesWritten -= before.BytesWritten
		o.Lost -= before.Lost
		o.Reconnects -= before.Reconnects
	}
	return now
}
