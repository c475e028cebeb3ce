// Package shelf keeps frames and packets for the next use, so that a stream allocates none while it
// runs.
//
// A shelf holds the objects alone, not their pixels, samples or data: those come from pools, and
// are released when an object is put. A shelf never blocks and has no bound of its own: it holds at
// most as many objects as were in use at once. It outlives its Close until the last object has come
// back, so an actor can close its shelf while other actors still hold frames from it.
//
// To add another kind of object: a type with Get, Put and Close over a list.
package shelf
