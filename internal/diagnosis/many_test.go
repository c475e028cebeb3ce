package diagnosis

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/pipeline"
)

// withCPU adds to a run how many of its cores the process used and how many were idle.
func withCPU(s *Run, process string, cores, used, idle float64) *Run {
	hours := func(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }
	s.CPU = CPU{Process: process, Cores: cores, Span: time.Hour, Used: hours(used), Idle: hours(idle)}
	return s
}

// encoding is a run whose encoder of pictures was busy for so many hundredths of the time.
func encoding(busy int, codec string) *Run {
	s := oneVideo(100, [3]int{5, busy, 1}, [3]int{})
	s.Streams = []Stream{{Kind: "video", Codec: codec}}
	return s
}

// unfed is a run that was fed for so many hundredths of the time.
func unfed(called int) *Run { return oneVideo(called, [3]int{1, 10, 1}, [3]int{}) }

func slowDestination(busy int) *Run {
	s := oneVideo(100, [3]int{2, 5, busy}, [3]int{})
	s.Writing = hundredths(busy)
	return s
}

// copies repeats a run.
func copies(n int, s *Run) (runs []*Run) {
	for range n {
		runs = append(runs, s)
	}
	return runs
}

func TestBottleneckOfOneAndItsCores(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		run  *Run
		kind LimitKind
		want string
	}{
		"an encoder that fills the machine": {
			withCPU(encoding(92, "libx264"), "p", 2, 1.97, 0.03), LimitCores,
			"encode (stream 0): it was busy 92 % of the time; short of cores: 1.97 of 2 cores were in use; " +
				"a faster preset, smaller pictures or more cores would help",
		},
		"other programs fill the machine": {
			withCPU(encoding(92, "libx264"), "p", 2, 0.3, 0), LimitCores,
			"encode (stream 0): it was busy 92 % of the time; short of cores: 2 of 2 cores were in use, 0.3 of them by " +
				"this program; less other work on the machine, a faster preset, smaller pictures or more cores would help",
		},
		"a quota below the cores of the machine": {
			withCPU(encoding(92, "libx264"), "p", 1.5, 1.44, 14), LimitCores,
			"encode (stream 0): it was busy 92 % of the time; short of cores: 1.44 of 1.5 cores were in use; " +
				"a faster preset, smaller pictures or more cores would help",
		},
		"an encoder of one thread on a large machine": {
			withCPU(encoding(97, "libvpx-vp9"), "p", 16, 1.021, 14.9), LimitActor,
			"encode (stream 0): it was busy 97 % of the time; 1.1 of 16 cores were in use: " +
				"more threads, or several encoders at a time, would use more",
		},
		"an encoder that leaves little": {
			withCPU(encoding(97, "libx264"), "p", 2, 1.5, 0.5), LimitActor,
			"encode (stream 0): it was busy 97 % of the time; 1.5 of 2 cores were in use",
		},
		"a slow conversion, which has no threads to add": {
			withCPU(oneVideo(100, [3]int{90, 40, 1}, [3]int{}), "p", 16, 1, 15), LimitActor,
			"convert (stream 0): it was busy 90 % of the time; 1 of 16 cores were in use",
		},
		"an encoder on the GPU": {
			withCPU(encoding(96, "h264_nvenc"), "p", 16, 0.4, 15.5), LimitGPU,
			"encode (stream 0): it was busy 96 % of the time; it encodes on the GPU",
		},
		"a slow destination beside a full machine": {
			withCPU(slowDestination(98), "p", 2, 2, 0), LimitDestination,
			"mux: it was busy 98 % of the time, and 100 % of that in writes to the destination, which is slow",
		},
		"a program that draws on all cores": {
			withCPU(unfed(12), "p", 2, 1.97, 0), LimitCaller,
			"the caller: nothing was being fed 88 % of the time, and no actor was busy more than 10 % (encode (stream 0)); " +
				"more could be fed; 2 of 2 cores were in use, so none is free for what feeds the encoders",
		},
		"a program that waits for its next frame": {
			withCPU(unfed(12), "p", 2, 0.2, 1.8), LimitCaller,
			"the caller: nothing was being fed 88 % of the time, and no actor was busy more than 10 % (encode (stream 0)); " +
				"more could be fed",
		},
		"too short a time to count idle cores": {
			changed(encoding(92, "libx264"), func(s *Run) {
				s.CPU = CPU{Process: "p", Cores: 2, Span: 50 * time.Millisecond, Used: 70 * time.Millisecond}
			}),
			LimitActor, "encode (stream 0): it was busy 92 % of the time; 1.4 of 2 cores were in use",
		},
		"no time at all": {
			changed(encoding(92, "libx264"), func(s *Run) { s.CPU = CPU{Process: "p", Cores: 2} }),
			LimitActor, "encode (stream 0): it was busy 92 % of the time",
		},
		"a snapshot without CPU time": {encoding(92, "libx264"), LimitActor, "encode (stream 0): it was busy 92 % of the time"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, Bottleneck(c.run))
			limits := Limits(c.run)
			require.Len(t, limits, 1)
			require.Equal(t, c.kind, limits[0].Kind)
			require.Equal(t, c.want, limits[0].Text)
		})
	}
}

func TestBottleneckOfMany(t *testing.T) {
	t.Parallel()
	short := withCPU(encoding(92, "libx264"), "p", 2, 1.97, 0.03)
	shorter := withCPU(encoding(88, "libx264"), "p", 2, 1.97, 0.03)
	free := func(s *Run) *Run { return withCPU(s, "p", 64, 16.2, 47) }
	dropping := changed(free(encoding(95, "libx264")), func(s *Run) { s.Streams[0].Accepted, s.Streams[0].Dropped = 60, 40 })
	losing := changed(free(encoding(95, "libx264")), func(s *Run) {
		s.Outputs = []Output{{Node: "mux 1", BestEffort: true, State: "losing", Lost: 7}}
	})
	waiting := changed(free(unfed(20)), func(s *Run) {
		s.Streams = []Stream{
			{Index: 0, Kind: "video", Fed: time.Minute, Encoded: time.Minute, Held: 240}, {Index: 1, Kind: "audio"},
		}
	})
	cases := map[string]struct {
		runs []*Run
		want string
	}{
		"none": {nil, "nothing has run: there are no encoders"},
		"sixteen on two cores": {
			append(copies(15, short), shorter),
			"short of cores: 1.97 of 2 cores were in use, and the actors of 16 of 16 encoders were busy 88 to 92 % of the time " +
				"(encode); fewer encoders at a time, a faster preset, smaller pictures or more cores would help",
		},
		"sixteen on two cores, and one whose destination is slow": {
			append(copies(16, short), withCPU(slowDestination(98), "p", 2, 1.97, 0.03)),
			"short of cores: 1.97 of 2 cores were in use, and the actors of 16 of 17 encoders were busy 92 % of the time " +
				"(encode); fewer encoders at a time, a faster preset, smaller pictures or more cores would help; " +
				"encoder 16: mux: it was busy 98 % of the time, and 100 % of that in writes to the destination, which is slow",
		},
		"sixteen on sixty-four cores": {
			copies(16, free(encoding(95, "libx264"))),
			"16 of 16 encoders: encode was busy 95 % of the time; 17 of 64 cores were in use: " +
				"more threads, or more encoders at a time, would use more",
		},
		"fifteen that keep up, and one that does not": {
			append(copies(15, free(unfed(30))), free(slowDestination(98))),
			"encoder 15: mux: it was busy 98 % of the time, and 100 % of that in writes to the destination, which is slow; " +
				"15 of 16 encoders: the caller: nothing was being fed 70 % of the time; more could be fed",
		},
		"a program that draws on all cores for encoders that wait": {
			[]*Run{withCPU(unfed(20), "p", 2, 2, 0), withCPU(unfed(40), "p", 2, 2, 0)},
			"2 of 2 encoders: the caller: nothing was being fed 60 to 80 % of the time; more could be fed; " +
				"2 of 2 cores were in use, so none is free for what feeds the encoders",
		},
		"slow destinations": {
			[]*Run{free(slowDestination(98)), free(unfed(20)), free(slowDestination(90))},
			"encoders 0 and 2: mux was busy 90 to 98 % of the time, mostly in writes to destinations, which are slow; " +
				"encoder 1: the caller: nothing was being fed 80 % of the time, and no actor was busy more than 10 % " +
				"(encode (stream 0)); more could be fed",
		},
		"on the GPU": {
			copies(3, free(encoding(95, "hevc_nvenc"))), "3 of 3 encoders: encode was busy 95 % of the time, on the GPU",
		},
		"what comes of it": {
			[]*Run{dropping, dropping, losing, losing, losing, free(encoding(95, "libx264"))},
			"6 of 6 encoders: encode was busy 95 % of the time; 17 of 64 cores were in use: " +
				"more threads, or more encoders at a time, would use more; " +
				"encoders 2, 3 and 4: outputs with BestEffort lost 21 packets; encoders 0 and 1 dropped 80 frames",
		},
		"streams that are not fed": {
			[]*Run{waiting, free(unfed(20)), waiting},
			"3 of 3 encoders: the caller: nothing was being fed 80 % of the time; more could be fed; " +
				"encoders 0 and 2: packets wait for a stream that is behind, for instance in encoder 0: " +
				"mux holds 240 packets of stream 0 back for stream 1 (audio), which is 1m0s behind: " +
				"the caller has fed no more of it; End it if nothing is to come",
		},
		"encoders that are not open": {
			[]*Run{{}, {}, free(slowDestination(98)), {Over: true}},
			"encoder 2: mux: it was busy 98 % of the time, and 100 % of that in writes to the destination, which is slow; " +
				"encoders 0, 1 and 3: nothing has run",
		},
		"snapshots without CPU time": {
			copies(7, encoding(95, "libx264")), "7 of 7 encoders: encode was busy 95 % of the time",
		},
		"sixteen on two cores whose CPU time is not known": {
			copies(16, changed(encoding(92, "libx264"), func(s *Run) { s.CPU.Cores = 2 })),
			"short of cores: 15.7 actors were busy at a time on 2 cores, and the actors of 16 of 16 encoders were busy 92 % of " +
				"the time (encode); fewer encoders at a time, a faster preset, smaller pictures or more cores would help",
		},
		"as many as cores, whose CPU time is not known": {
			copies(2, changed(encoding(92, "libx264"), func(s *Run) { s.CPU.Cores = 2 })),
			"2 of 2 encoders: encode was busy 92 % of the time",
		},
		"many whose CPU time is not known, on the GPU and at slow destinations": {
			append(
				copies(4, changed(encoding(92, "h264_nvenc"), func(s *Run) { s.CPU.Cores = 2 })),
				copies(4, changed(slowDestination(98), func(s *Run) { s.CPU.Cores = 2 }))...,
			),
			"encoders 0, 1, 2 and 3: encode was busy 92 % of the time, on the GPU; " +
				"encoders 4, 5, 6 and 7: mux was busy 98 % of the time, mostly in writes to destinations, which are slow",
		},
		"snapshots without the times of callers": {
			copies(2, changed(unfed(0), func(s *Run) { s.Called = 0 })), "2 of 2 encoders: the caller; more could be fed",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, Bottleneck(c.runs...))
		})
	}
}

// TestCPUTimeOfAProcessCountsOnce looks at snapshots from two machines, of which one is full.
func TestCPUTimeOfAProcessCountsOnce(t *testing.T) {
	t.Parallel()
	full, free := withCPU(encoding(92, "libx264"), "full", 2, 1.9, 0.1), withCPU(encoding(95, "libx264"), "free", 16, 2, 14)
	limits := Limits(free, full, free, full, full)
	require.Len(t, limits, 2)
	short, busy := limits[0], limits[1]
	short.Text, busy.Text = "", ""
	require.InDelta(t, 1.9, short.Used, 1e-9)
	short.Used, short.Busy = 0, 0
	require.Equal(t, Limit{Kind: LimitCores, Encoders: []int{1, 3, 4}, Node: "encode", Share: 0.92, Cores: 2}, short)
	require.Equal(t, Limit{
		Kind: LimitActor, Encoders: []int{0, 2}, Node: "encode", Share: 0.95, Used: 2, Busy: 2, Cores: 16,
	}, busy)

	// Runs one after another: each has counted its own time. Together they filled nine tenths.
	first, second := withCPU(encoding(92, "libx264"), "p", 2, 2, 0), withCPU(encoding(92, "libx264"), "p", 2, 1.7, 0.3)
	require.Equal(t, LimitActor, Limits(second)[0].Kind)
	require.Len(t, Limits(first, second), 1)
	require.Equal(t, LimitCores, Limits(first, second)[0].Kind)
}

func TestLimitsKeepEachFindingOfOneRun(t *testing.T) {
	t.Parallel()
	s := encoding(80, "libx264")
	s.Streams = []Stream{{Index: 0, Kind: "video", Accepted: 60, Dropped: 40}, {Index: 1, Kind: "video", Dropped: 3}}
	limits := Limits(s)
	require.Len(t, limits, 3)
	require.Equal(t, Limit{
		Kind: LimitDropped, Encoders: []int{0}, Stream: 1, Count: 3, Text: "stream 1 dropped 3 of 3 frames",
	}, limits[2])
	together := Limits(s, s)
	require.Len(t, together, 2)
	require.Equal(t, Limit{
		Kind: LimitDropped, Encoders: []int{0, 1}, Stream: pipeline.NoStream, Count: 86,
		Text: "2 of 2 encoders dropped 86 frames",
	}, together[1])
	text, err := json.Marshal(together)
	require.NoError(t, err)
	var read []Limit
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, together, read)
}

// TestManyRunsAreSeenOnce looks at so many runs that to compare each with all would take hours.
func TestManyRunsAreSeenOnce(t *testing.T) {
	t.Parallel()
	limits := Limits(copies(100_000, withCPU(encoding(92, "libx264"), "p", 2, 1.97, 0.03))...)
	require.Len(t, limits, 1)
	require.Len(t, limits[0].Encoders, 100_000)
}

func TestCoresText(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{
		0: "0", 0.004: "0", 0.3: "0.3", 1.97: "1.97", 2: "2", 9.9: "9.9", 10: "10", 15.84: "15.8", 64: "64", 100: "100",
	} {
		require.Equal(t, want, coresText(n))
	}
}
