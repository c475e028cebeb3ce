package pipeline

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestLoanIsDoneWhenAllIsReadOrWithdrawn(t *testing.T) {
	tests := map[string]struct{ ends []func(Input) }{
		"read":      {[]func(Input){Input.Settle, Input.Settle}},
		"withdrawn": {[]func(Input){Input.Withdraw, Input.Withdraw}},
		"either":    {[]func(Input){Input.Withdraw, Input.Settle}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := Input{Loan: NewLoan(len(test.ends))}
			for _, end := range test.ends {
				assert.Empty(t, b.Loan.Done())
				assert.True(t, b.Take())
				end(b)
			}
			assert.Len(t, b.Loan.Done(), 1)
		})
	}
}

func TestRecallWaitsForThePicturesThatAreBeingRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := Input{Loan: NewLoan(4)}
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
		assert.Empty(t, b.Loan.Done())
		b.Withdraw()
		assert.Len(t, b.Loan.Done(), 1)
		assert.Equal(t, 3, b.Loan.Recall(), "again: at once")
	})
}

func TestLoanIsRenewedWhenNothingIsLeft(t *testing.T) {
	b := Input{Loan: NewLoan(2)}
	assert.True(t, b.Take())
	b.Settle()
	assert.Equal(t, 1, b.Loan.Recall())
	assert.False(t, b.Loan.Renew(1), "one is still on its way")
	assert.False(t, b.Take())
	b.Withdraw()
	assert.True(t, b.Loan.Renew(1))
	assert.Empty(t, b.Loan.Done(), "what was done before does not count")
	assert.True(t, b.Take())
	b.Settle()
	assert.Len(t, b.Loan.Done(), 1)
	assert.Equal(t, 1, b.Loan.Recall())
}

func TestRecallOfWhatNobodyReads(t *testing.T) {
	b := Input{Loan: NewLoan(2)}
	assert.Zero(t, b.Loan.Recall())
	assert.False(t, b.Take())
}

// The way the engine uses a loan: what is recalled while it waits in a queue is withdrawn when its
// turn comes.
func TestRecallFromAQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := NewRun(t.Context())
		source, out := NewSource[Input](run, "source", 0)
		sink := &reader{}
		Join("reader", Queue[Input]{Depth: 3, Free: Input.Withdraw, Take: Input.Take}, sink, out)
		run.Start()
		b := Input{Loan: NewLoan(4)}
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

func (r *reader) Consume(_ context.Context, _ int, b Input) error {
	defer b.Settle()
	time.Sleep(time.Second)
	r.read++
	return nil
}

func (*reader) EndInput(context.Context, int) error { return nil }
func (*reader) Flush(context.Context) error         { return nil }
func (*reader) Close()                              {}
