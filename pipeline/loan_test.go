package pipeline

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestLoanIsDoneWhenAllIsReadOrWithdrawn(t *testing.T) {
	tests := map[string]struct{ ends []func(Borrowed) }{
		"read":      {[]func(Borrowed){Borrowed.Settle, Borrowed.Settle}},
		"withdrawn": {[]func(Borrowed){Borrowed.Withdraw, Borrowed.Withdraw}},
		"either":    {[]func(Borrowed){Borrowed.Withdraw, Borrowed.Settle}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := Borrowed{Loan: NewLoan(len(test.ends))}
			for _, end := range test.ends {
				assert.False(t, isClosed(b.Loan.Done()))
				assert.True(t, b.Take())
				end(b)
			}
			assert.True(t, isClosed(b.Loan.Done()))
		})
	}
}

func TestRecallWaitsForThePicturesThatAreBeingRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := Borrowed{Loan: NewLoan(4)}
		assert.True(t, b.Take())
		b.Settle()
		for i := range 2 {
			assert.True(t, b.Take())
			time.AfterFunc(time.Duration(i+1)*time.Second, b.Settle)
		}
		start := time.Now()
		assert.Equal(t, 3, b.Loan.Recall())
		assert.Equal(t, 2*time.Second, time.Since(start))
		assert.False(t, b.Take(), "its owner has taken it back")
		assert.False(t, isClosed(b.Loan.Done()))
		b.Withdraw()
		assert.True(t, isClosed(b.Loan.Done()))
		assert.Equal(t, 3, b.Loan.Recall(), "again: at once")
	})
}

func TestRecallOfWhatNobodyReads(t *testing.T) {
	b := Borrowed{Loan: NewLoan(2)}
	assert.Zero(t, b.Loan.Recall())
	assert.False(t, b.Take())
}

// The way the engine uses a loan: what is recalled while it waits in a queue is withdrawn when its turn comes.
func TestRecallFromAQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := NewRun(t.Context())
		source, out := NewSource[Borrowed](run, "source", 0)
		sink := &reader{}
		Join("reader", Queue[Borrowed]{Depth: 3, Free: Borrowed.Withdraw, Take: Borrowed.Take}, sink, out)
		run.Start()
		b := Borrowed{Loan: NewLoan(4)}
		for range 4 {
			assert.NoError(t, source.Send(t.Context(), b))
		}
		time.Sleep(1500 * time.Millisecond)
		start := time.Now()
		assert.Equal(t, 2, b.Loan.Recall())
		assert.Equal(t, time.Second/2, time.Since(start))
		<-b.Loan.Done()
		assert.Equal(t, 2, sink.read)
		assert.NoError(t, run.Close())
		_, edges, _ := run.Stats()
		assert.Equal(t, EdgeStats{From: "source", To: "reader", Sent: 4, Received: 2, Freed: 2, Depth: 3}, edges[0])
	})
}

// reader takes a second to read a picture.
type reader struct{ read int }

func (r *reader) Consume(_ context.Context, _ int, b Borrowed) error {
	defer b.Settle()
	time.Sleep(time.Second)
	r.read++
	return nil
}

func (*reader) EndInput(context.Context, int) error { return nil }
func (*reader) Flush(context.Context) error         { return nil }
func (*reader) Close()                              {}
