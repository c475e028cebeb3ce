// Package pipeline is the engine: it runs a graph of nodes that are joined by bounded queues. It
// also defines the types that flow through avloom's graphs: [Frame], [Samples], [Packet] and
// [Input]. The engine itself is generic. It does not know codecs, containers or devices.
//
//	Source ─queue─▶ Processor ─queue─▶ Processor ─queue─┬─▶ Sink
//	                                                    ├─▶ Sink
//	Source ─queue─▶ Processor ────────────────────queue─┘
//
// Items move to the right only. A full queue blocks its sender, back to the caller of
// [Source.Send]. So nothing is dropped, and nothing is buffered without a bound. Only sinks that
// are guests lose items.
//
// # Wiring
//
// A node is sequential code without goroutines or channels, a [Processor] or a [Sink]. Wired into a
// graph it becomes an actor, with a goroutine and an inbox:
//
//	run := pipeline.NewRun(ctx)
//	source, frames := pipeline.NewSource[Frame](run, "source", 0)
//	waiting := pipeline.Queue[Frame]{Depth: 4, Free: Frame.Free}
//	packets := pipeline.Connect(frames, "encode", waiting, encoder)
//	queue := pipeline.Queue[Packet]{Depth: 16, Free: Packet.Free, Share: Packet.Ref}
//	pipeline.Join("mux", queue, file, packets)
//	pipeline.Join("mux 1", queue, connection, packets)
//	run.Start()
//
//	err := source.Send(ctx, frame) // any number of times
//	err = run.Close()
//
// A graph with wrong types does not compile, and [Run.Start] panics if an end is loose. If one core
// is too slow for a processor, connect it in several copies. They work at the same time, and the
// items that they emit keep the order of the items that they took.
//
// An outlet may have several consumers. Each consumer gets every item, as a reference that
// [Queue].Share makes, and has its own queue and its own counters. A consumer whose queue is full
// blocks the sender. A consumer with room gets the item before the sender waits for another one.
//
// # Sinks that come and go
//
// Join and JoinGuest add a sink before Start, JoinRunning and JoinRunningGuest add one to a graph
// that runs. All return the sink's [Seat]: [Seat.Leave] finishes the sink alone, [Seat.Stop] gives
// it up, [Seat.Err] tells why it ended.
//
//	seat, err := pipeline.JoinRunningGuest("viewer", queue, guest, connection, packets)
//	err = seat.Leave(ctx)
//
// A required sink is as good as any other node: it slows down the graph, and its failure ends the
// run. A guest does neither. A sender never waits for it: items for which the guest's queue has no
// room are lost, up to one with which the guest can begin again ([Guest].Begins). A guest that
// fails, panics or stalls leaves the graph, and only its Seat tells.
//
// An outlet keeps its consumers in a list that is never changed, only replaced. A send reads the
// list once, so a sink joins and leaves between two items, and nobody waits for a sender. A sink
// that was stopped shows this first, and then empties its queue. A sender that has put an item into
// the queue looks whether the sink is still there, and empties the queue itself if not. So no item
// stays.
//
// # Who owns and who closes what
//
// An item belongs to the node that received it, until that node frees it or sends it on. Ownership
// passes with the send, also when the send fails: then the engine has freed the item. The engine
// frees items that will not be processed with [Queue].Free. A node that fails or panics in the
// middle of an item frees the item itself.
//
// From Start on the nodes belong to the run. The run calls each node from one goroutine at a time
// and closes each exactly once, however the run ends. A node closes only what it opened itself: the
// engine ends a queue when its last producer has returned.
//
// # Rooms
//
// A [Room] bounds how many items wait on a stretch of the graph, over several queues. A program
// that must not wait asks the room for a place before it sends, and drops the item if there is
// none.
//
// # The life of a run
//
// [Run.Close] is the soft stop: all sources end, and from left to right each node drains its inbox,
// is flushed and is closed. Sinks are flushed last, when all of their inputs have ended. A sink
// that fails while it is flushed does not keep the other sinks from being flushed. Guests have one
// second for their end after all other nodes are done. Then they are woken, and left behind.
//
// [Run.Abort], the end of the run's context, and any other failure of a node are the hard stop:
// calls that wait return the cause, items in queues are freed, no node is flushed, and all are
// closed. The first failure is the cause of the run, and every caller gets it from then on. It is a
// [NodeError] that says where it happened; a panic becomes one too.
//
// A stopped run is over within a second. If a call into a node does not return by itself, the node
// is woken, if it is a [Waker]. If that does not help, the node's goroutine is left behind, and
// [Run.Stats] counts it. When the goroutine returns after all, the node is closed, and the items
// that it kept from being freed are freed.
//
// # How to add to it
//
// life.go holds what sources, edges and actors share, parts.go what a run consists of. Actors and
// workers run nodes, outlets and consumers move items. join.go adds sinks, seat.go and seat_end.go
// end them, admission.go decides what a guest gets. An ability of a node is a small interface, as
// [Waker] and [Ticker] are, which a worker looks for. Tests run on integers in testing/synctest;
// property_test.go runs random graphs and checks what must be true of all of them.
package pipeline
