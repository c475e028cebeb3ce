// Package nodes contains the actors' work on media, from the caller's pictures and samples to the
// packets for the muxer.
//
// A node is sequential code: it holds no goroutine and no channel. Package pipeline runs nodes,
// gives them items and closes them. A node owns each item that it receives: it frees the item or
// emits it. The package opens no encoder, chooses no format and knows no container; its callers
// tell a node all that in the node's config. It never imports gpu or muxer: a device is reached
// through the interface Device.
//
//	node      takes             gives             does
//	Convert   pipeline.Input    pipeline.Frame    converts the picture to the encoder's format
//	Upload    pipeline.Frame    pipeline.Frame    copies the picture to the device that encodes it
//	Rate      pipeline.Frame    pipeline.Frame    repeats pictures or leaves them out
//	Palette   pipeline.Frame    pipeline.Frame    gives each picture a palette of its own colours
//	Resample  pipeline.Samples  pipeline.Samples  converts rate, sample format and channels
//	Rechunk   pipeline.Samples  pipeline.Samples  cuts blocks of the length that the encoder takes
//	Encode    Frame or Samples  pipeline.Packet   encodes pictures or sound
//	Cues      pipeline.Cue      pipeline.Packet   makes packets of text
//
// # Who owns and frees what
//
// A node frees its pools and shelves in Close; the memory of an item that is still in use is freed
// with the item. Convert reads borrowed pictures, and ends their loan as soon as it has read them.
// Upload keeps a picture until its copy is over. Rate keeps a picture until the next one comes; its
// repeats are references to the same memory. Palette keeps a picture until the next one comes, if
// it leaves out what does not change. Encode takes over its encoder. NewConvert and
// NewUpload each take over one use of the device, and Close it.
//
// # How to add a node
//
// Write one file with a type that implements pipeline.Processor and a constructor that takes a
// config. Count what the type holds in C memory with package live. Wire it with one
// pipeline.Connect where the graph is built, and add a row to the table above.
package nodes
