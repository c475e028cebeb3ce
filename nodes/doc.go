// Package nodes is what happens to media on its way from the caller to the muxer.
//
//	node      takes               gives               is
//	Convert   pipeline.Input   pipeline.Frame      the caller's picture into the encoder's format: the only read of it
//	Upload    pipeline.Frame      pipeline.Frame      the picture to the device that encodes it, where that is not the CPU
//	Resample  pipeline.Samples    pipeline.Samples    the encoder's rate, sample format and channels
//	Rechunk   pipeline.Samples    pipeline.Samples    blocks as long as the encoder wants them
//	Encode    Frame or Samples    pipeline.Packet     one loop for pictures and sound
//
// Nodes are sequential code. They hold no goroutine and no channel; package pipeline runs them, and closes them. What a
// node takes it owns: it frees it, or emits it.
//
// # How to add a node
//
// Write one file here with a type that is a pipeline.Processor, and a constructor that takes a config. Count what it holds in C
// memory with package live. Wire it in api/build.go with one pipeline.Connect, and add a row to the table above.
package nodes
