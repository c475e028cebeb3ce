package diagnosis

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/pipeline"
)

// hundredths returns so many hundredths of the hour that the runs of these tests last.
func hundredths(n int) time.Duration { return time.Duration(n) * time.Hour / 100 }

// oneVideo is a run with a stream of pictures, its caller and its nodes busy for so many hundredths
// of the time, and its senders waiting.
func oneVideo(called int, busy, waited [3]int) *Run {
	s := &Run{Elapsed: time.Hour, Called: hundredths(called)}
	names := []string{"input", "convert", "encode", "mux"}
	for i, name := range names[1:] {
		stream := 0
		if name == "mux" {
			stream = pipeline.NoStream
		}
		s.Nodes = append(
			s.Nodes,
			pipeline.NodeStats{Name: name, Stream: stream, Copies: 1, In: 1000, Busy: hundredths(busy[i])},
		)
		s.Edges = append(
			s.Edges,
			pipeline.EdgeStats{From: names[i], To: name, Sent: 1000, Received: 1000, Depth: 4, Blocked: hundredths(waited[i])},
		)
	}
	return s
}

func changed(s *Run, change func(*Run)) *Run {
	change(s)
	return s
}

func TestBottleneck(t *testing.T) {
	silent := func(fed, encoded time.Duration) func(*Run) {
		return func(s *Run) {
			s.Streams = []Stream{
				{Index: 0, Kind: "video", Fed: time.Minute, Encoded: time.Minute, Held: 240},
				{Index: 1, Kind: "audio", Fed: fed, Encoded: encoded},
			}
		}
	}
	cases := map[string]struct {
		stats *Run
		want  string
	}{
		"before Open": {&Run{}, "nothing has run yet: the encoder is not open"},
		"frames were dropped": {
			changed(oneVideo(10, [3]int{5, 80, 1}, [3]int{}), func(s *Run) {
				s.Streams = []Stream{{Kind: "video", Accepted: 60, Dropped: 40}}
			}),
			"encode (stream 0): it was busy 80 % of the time; stream 0 dropped 40 of 100 frames",
		},
		"nothing was fed": {
			changed(oneVideo(0, [3]int{}, [3]int{}), func(s *Run) {
				for i := range s.Edges {
					s.Edges[i].Sent, s.Edges[i].Received = 0, 0
				}
			}),
			"the caller: nothing has been fed",
		},
		"a caller who takes his time": {
			oneVideo(12, [3]int{5, 30, 1}, [3]int{}),
			"the caller: nothing was being fed 88 % of the time, " +
				"and no actor was busy more than 30 % (encode (stream 0)); more could be fed",
		},
		"a caller who feeds in bursts, which wait": {
			oneVideo(25, [3]int{5, 24, 1}, [3]int{20, 18, 0}),
			"the caller: nothing was being fed 75 % of the time, " +
				"and no actor was busy more than 24 % (encode (stream 0)); more could be fed",
		},
		"a slow encoder": {
			oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0}),
			"encode (stream 0): it was busy 95 % of the time, and convert waited for it 80 %",
		},
		"an encoder that a call waits in": {
			changed(
				oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0}),
				func(s *Run) { s.Nodes[1].InCall = 12345 * time.Millisecond },
			),
			"encode (stream 0): it was busy 95 % of the time, and convert waited for it 80 %, " +
				"and its present call has taken 12.3s so far",
		},
		"a slow conversion": {
			changed(oneVideo(100, [3]int{190, 40, 2}, [3]int{60, 0, 0}), func(s *Run) { s.Nodes[0].Copies = 2 }),
			"convert (stream 0): it was busy 95 % of the time, with all of its 2 copies, and input waited for it 60 %",
		},
		"a conversion that AddFrames itself waits for": {
			oneVideo(97, [3]int{90, 40, 2}, [3]int{}),
			"convert (stream 0): it was busy 90 % of the time",
		},
		"a slow destination": {
			changed(oneVideo(100, [3]int{2, 5, 98}, [3]int{96, 95, 94}), func(s *Run) { s.Writing = hundredths(97) }),
			"mux: it was busy 98 % of the time, and 99 % of that in writes to the destination, which is slow, " +
				"and encode (stream 0) waited for it 94 %",
		},
		"a slow container": {
			oneVideo(100, [3]int{2, 5, 98}, [3]int{96, 95, 94}),
			"mux: it was busy 98 % of the time, and encode (stream 0) waited for it 94 %",
		},
		"a container and an encoder that are nearly as slow": {
			oneVideo(100, [3]int{2, 90, 96}, [3]int{96, 95, 8}),
			"mux: it was busy 96 % of the time, and encode (stream 0) waited for it 8 %",
		},
		"a stream that is not fed": {
			changed(oneVideo(12, [3]int{5, 30, 1}, [3]int{}), silent(0, 0)),
			"the caller: nothing was being fed 88 % of the time, " +
				"and no actor was busy more than 30 % (encode (stream 0)); more could be fed; " +
				"mux holds 240 packets of stream 0 back for stream 1 (audio), which is 1m0s behind: " +
				"the caller has fed no more of it; End it if nothing is to come",
		},
		"a stream whose encoder lags": {
			changed(oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0}), silent(time.Minute, 50*time.Second)),
			"encode (stream 0): it was busy 95 % of the time, and convert waited for it 80 %; " +
				"mux holds 240 packets of stream 0 back for stream 1 (audio), which is 10s behind: its encoder has more to give",
		},
		"a stream that has ended": {
			changed(
				changed(oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0}), silent(0, 0)),
				func(s *Run) { s.Streams[1].Ended = true },
			),
			"encode (stream 0): it was busy 95 % of the time, and convert waited for it 80 %",
		},
		"after Close": {
			changed(
				changed(oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0}), silent(0, 0)),
				func(s *Run) { s.Over, s.Nodes[1].InCall = true, time.Hour },
			),
			"encode (stream 0): it was busy 95 % of the time, and convert waited for it 80 %",
		},
		"what was put together by hand, waiting": {
			&Run{
				Elapsed: time.Hour,
				Nodes:   []pipeline.NodeStats{{Name: "encode", Stream: 1}, {Name: "mux", Stream: pipeline.NoStream}},
				Edges:   []pipeline.EdgeStats{{From: "encode", To: "mux", Stream: 1, Received: 1, Blocked: hundredths(50)}},
			},
			"mux: it was busy 0 % of the time, and encode (stream 1) waited for it 50 %",
		},
		"what was put together by hand, not waiting": {
			&Run{
				Elapsed: time.Hour,
				Edges:   []pipeline.EdgeStats{{From: "convert", To: "encode", Received: 1, Blocked: hundredths(1)}},
			},
			"the caller: no actor waits for another; more could be fed",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, Bottleneck(c.stats)) })
	}
}

// TestBottleneckOfSeveralOutputs names the output that limits the run.
func TestBottleneckOfSeveralOutputs(t *testing.T) {
	s := oneVideo(100, [3]int{20, 30, 2}, [3]int{85, 80, 0})
	s.Nodes = append(
		s.Nodes,
		pipeline.NodeStats{Name: "mux 1", Stream: pipeline.NoStream, Copies: 1, In: 1000, Busy: hundredths(95)},
	)
	s.Edges = append(
		s.Edges,
		pipeline.EdgeStats{From: "encode", To: "mux 1", Sent: 1000, Received: 1000, Depth: 4, Blocked: hundredths(90)},
	)
	s.Writing = hundredths(94)
	require.Equal(t, "mux 1: it was busy 95 % of the time, and writes to the slowest destination took 94 % of the time, "+
		"and encode (stream 0) waited for it 90 %", Bottleneck(s))
}

// TestBottleneckBesideBestEffort does not blame an output for which nobody waits, however busy it
// is.
func TestBottleneckBesideBestEffort(t *testing.T) {
	s := oneVideo(100, [3]int{20, 60, 2}, [3]int{85, 80, 0})
	s.Nodes = append(
		s.Nodes,
		pipeline.NodeStats{Name: "mux 1", Stream: pipeline.NoStream, Copies: 1, In: 300, Busy: hundredths(100)},
	)
	s.Edges = append(
		s.Edges,
		pipeline.EdgeStats{From: "encode", To: "mux 1", Sent: 1000, Received: 300, Queued: 128, Lost: 572, Depth: 128},
	)
	s.Outputs = []Output{
		{Node: "mux", State: "running"}, {Node: "mux 1", BestEffort: true, State: "losing", Lost: 572},
	}
	require.Equal(t, "encode (stream 0): it was busy 60 % of the time, and convert waited for it 80 %; "+
		"mux 1 (losing) lost 572 packets", Bottleneck(s))
	drawn := s.DOT()
	require.Contains(t, drawn, `losing, 572 lost"]`)
	require.Contains(t, drawn, `"encode 0" -> "mux 1" [label="128 of 128\n1000 sent\n572 lost", color=`)
}
