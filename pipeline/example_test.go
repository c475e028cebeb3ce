package pipeline_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/avloom/avloom/pipeline"
)

// words splits lines into words.
type words struct{ word []byte }

func (w *words) Process(ctx context.Context, in byte, emit pipeline.Emit[string]) error {
	switch {
	case in == '!':
		return errors.New("no shouting")
	case in != ' ':
		w.word = append(w.word, in)
		return nil
	}
	return w.Flush(ctx, emit)
}

func (w *words) Flush(_ context.Context, emit pipeline.Emit[string]) error {
	word := string(w.word)
	w.word = nil
	return emit(word)
}

func (w *words) Close() {}

// printer prints what it gets.
type printer struct{}

func (printer) Consume(_ context.Context, input int, v string) error {
	fmt.Printf("input %d: %s\n", input, v)
	return nil
}

func (printer) EndInput(_ context.Context, input int) error {
	fmt.Printf("input %d has ended\n", input)
	return nil
}

func (printer) Flush(context.Context) error {
	fmt.Println("done")
	return nil
}

func (printer) Close() {}

func wire(ctx context.Context) (*pipeline.Run, *pipeline.Source[byte]) {
	run := pipeline.NewRun(ctx)
	source, letters := pipeline.NewSource[byte](run, "source", 0)
	out := pipeline.Connect(letters, "words", pipeline.Queue[byte]{Depth: 4}, &words{})
	pipeline.Join("printer", pipeline.Queue[string]{Depth: 4}, printer{}, out)
	run.Start()
	return run, source
}

func Example() {
	ctx := context.Background()
	run, source := wire(ctx)
	for _, letter := range []byte("one two") {
		if err := source.Send(ctx, letter); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(run.Close())
	// Output:
	// input 0: one
	// input 0: two
	// input 0 has ended
	// done
	// <nil>
}

// The first failure stops the run, and says where it happened.
func Example_failure() {
	ctx := context.Background()
	run, source := wire(ctx)
	_ = source.Send(ctx, '!')
	err := run.Close()
	fmt.Println(err)

	if failure, ok := errors.AsType[*pipeline.NodeError](err); ok {
		fmt.Println(failure.Node)
	}
	fmt.Println(errors.Is(source.Send(ctx, 'a'), err))
	// Output:
	// avloom: stream 0: words: no shouting
	// words
	// true
}
