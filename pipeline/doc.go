// Package pipeline is the engine: it runs a graph of nodes that are joined by bounded queues. It also names the words that flow
// through avloom's graphs: [Frame], [Samples], [Packet] and [Input]. The engine itself is generic and knows nothing of them.
//
//	Source ─queue─▶ Processor ─queue─▶ Processor ─queue─┐
//	                                                    ├─▶ Sink
//	Source ─queue─▶ Processor ────────────────────queue─┘
//
// Items move to the right only. A full queue blocks whoever sends to it, back to the caller of [Source.Send]; so nothing is
// dropped, and nothing is buffered without a bound.
//
// # Wiring
//
// A node is sequential code without goroutines or channels, a [Processor] or a [Sink]. Wired into a graph it becomes an actor,
// with a goroutine and an inbox:
//
//	run := pipeline.NewRun(ctx)
//	source, frames := pipeline.NewSource[Frame](run, "source", 0)
//	packets := pipeline.Connect(frames, "encode", pipeline.Queue[Frame]{Depth: 4, Free: Frame.Free}, encoder)
//	pipeline.Join("mux", pipeline.Queue[Packet]{Depth: 16, Free: Packet.Free}, muxer, packets)
//	run.Start()
//
//	err := source.Send(ctx, frame) // any number of times
//	err = run.Close()
//
// What does not fit does not compile, and [Run.Start] panics if an end is loose. A processor that one core is too slow for can be
// connected in several copies: they work at the same time, and what they emit keeps the order of what they took.
//
// # Who owns and who closes what
//
// An item belongs to whoever received it, until that node frees it or sends it on. Ownership passes with the send, also when the
// send fails: then the engine has freed the item, as it frees what nobody will process any more, with [Queue].Free. A node that
// fails or panics in the middle of an item frees it itself.
//
// From Start on the nodes belong to the run. It calls each from one goroutine at a time and closes each exactly once, whatever
// happens. A node closes nothing but what it opened itself: the engine ends a queue when its last producer has returned.
//
// # The life of a run
//
// [Run.Close] is the soft stop: all sources end, and from left to right each node drains its inbox, is flushed and is closed; the
// sink is flushed last of all, when all of its inputs have ended.
//
// [Run.Abort], the end of the run's context, and the first failure of a node are the hard stop: calls that wait return the cause,
// what waits in queues is freed, no node is flushed, and all are closed. A failure is a [NodeError] that says where it
// happened; a panic is one too. It is the cause of the run, and what every caller sees from then on.
//
// A stopped run is over within a second. A call into a node that does not return by itself is woken, where the node is a [Waker];
// if that does not help either, its goroutine is left behind, and counted by [Run.Stats]. When it returns after all, the node is
// closed, and what it kept from being freed is freed.
package pipeline
