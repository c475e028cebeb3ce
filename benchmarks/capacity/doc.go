// Package capacity answers how many live streams the machine that it runs on carries. It is the
// command
//
//	go run ./benchmarks capacity -h
//
// which adds streams of one codec, preset and size until the machine does not keep up, and finds
// the largest number with which it does. Each stream is an api.Encoder with one video stream, as a
// program would have it, and is fed by the clock.
//
// # What late means
//
// Frame k of a stream is due at start + phase + k/rate. The deadlines are absolute, so nothing
// drifts. The phases spread the streams evenly over the time of one frame, as independent sources
// are spread. The lateness of frame k is the sum of two times:
//
//   - from the moment when the frame was due until the encoder took it out of its last queue. That
//     includes a feeder that got no core, the conversion, and the wait behind earlier frames.
//   - the growth: the media time of the frames that the encoder holds beyond those that it held
//     when the time that counts began. The least that it held in the last 32 frames' time is
//     compared with the least in the first, because encoders such as SVT-AV1 collect a group of
//     pictures and release it at once.
//
// The time from then to the packet is left out on purpose. An encoder with lookahead keeps dozens
// of frames by design, whether the machine is fast or slow: its packets are old, but it takes every
// frame when it is due, and so it is not late. An encoder that the machine cannot serve is late,
// wherever it keeps the frames that it has no time for. If it makes the caller wait, its queue
// fills up and the first part grows; if it collects them inside, the second part does. How old
// packets are is in the table too, as api.LatencyStats has it.
//
// Before the clock starts, every encoder is filled: it gets frames until its first packet comes and
// it has come to rest. Then half a second or more by the clock does not count either. So lookahead
// is full, and all parts of the encoder are at work, when the time counts.
//
// # What a machine carries
//
// A number of streams fits if no frame was dropped (api.OnFullDrop), the 99th percentile of the
// lateness of all frames is within the bound, and so is the median of each stream. The search
// begins at a guess, which comes from the speed without a clock, doubles its steps until one trial
// fits and another does not, and halves the gap until it is one stream, or a twentieth. A narrow
// failure is tried twice, and counts if it comes twice. The last trial is longer than the others
// and has the final say. Its figures are in the table.
//
// The process of a trial looks at its encoders ten times within the bound. A frame counts as taken
// when the process sees it, so lateness is up to a tenth of the bound too large.
//
// An overload that is too small to show within the last trial stays hidden: with the default bound
// of 100 ms and 5 s, one of 2 % that the encoder hides, and less where it does not. Leave the
// machine some air.
//
// # Files
//
// Each trial runs in processes of its own (child.go, stream.go, watch.go), so that its memory is
// its own. The parent (measurer.go, trial.go) asks search.go for the next number of streams, and
// budget.go for the time. lateness.go and search.go are pure. table.go and plot.go show the result.
// To add a figure: measure it in child.go, add it to Outcome, merge it in Outcome.add, and show it
// in table.go.
package capacity
