package pipeline

import (
	"errors"
	"fmt"
)

// ErrEnded is returned by Source.Send after Source.End.
var ErrEnded = errors.New("avloom: the stream has ended")

// ErrAborted is the cause of a run that was aborted without one.
var ErrAborted = errors.New("avloom: aborted")

// ErrClosing is returned to a sink that joins a run that is being closed or is over.
var ErrClosing = errors.New("avloom: the run is being closed")

// errGoexit is the error of a call that neither returned nor panicked.
var errGoexit = errors.New("runtime.Goexit was called, as t.FailNow does")

// NoStream is the Stream of a node that serves all streams.
const NoStream = -1

// NodeError says which node of the graph failed, and why. Every caller of a failed run gets it.
type NodeError struct {
	Node   string // the node's name, "encode" for instance
	Stream int    // the index of the stream that it belongs to; NoStream for a sink
	Err    error
}

func (e *NodeError) Error() string {
	if e.Stream == NoStream {
		return fmt.Sprintf("avloom: %s: %v", e.Node, e.Err)
	}
	return fmt.Sprintf("avloom: stream %d: %s: %v", e.Stream, e.Node, e.Err)
}

// Unwrap returns the node's own error.
func (e *NodeError) Unwrap() error { return e.Err }

// PanicError is a panic in a node. It ends the node's run, and not the program.
type PanicError struct {
	Value any    // the argument of panic
	Stack []byte // of the goroutine that panicked, as debug.Stack formats it
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Unwrap returns the panic's value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
