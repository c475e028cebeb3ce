package destination

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/pipeline"
)

// mute counts calls, and blocks in Write until it is closed.
type mute struct {
	writes, closes int
	inside         chan struct{}
	gate           chan struct{}
}

func (m *mute) Write([]byte) (int, error) {
	m.writes++
	close(m.inside)
	<-m.gate
	return 0, io.ErrClosedPipe
}

func (m *mute) Close() error {
	m.closes++
	close(m.gate)
	return nil
}

func TestWake(t *testing.T) {
	m := &mute{inside: make(chan struct{}), gate: make(chan struct{})}
	d := NewWriter(m)
	assert.Equal(t, pipeline.Activity{}, d.Activity())
	result := make(chan error)
	go func() {
		_, err := d.Write([]byte{1})
		result <- err
	}()
	<-m.inside
	assert.Equal(t, pipeline.Activity{Doing: "writing to the destination", Beats: 1}, d.Activity())
	d.Wake()
	require.Error(t, <-result)
	assert.Equal(t, pipeline.Activity{Beats: 2}, d.Activity())
	_, err := d.Write([]byte{1})
	require.Error(t, err)
	assert.Equal(t, 1, m.writes, "the writer is not called after Wake")
}

// Wake between two writes closes nothing, and the next write does not reach the writer.
func TestWakeBetweenWrites(t *testing.T) {
	m := &mute{}
	d := NewWriter(m)
	d.Wake()
	_, err := d.Write([]byte{1})
	require.ErrorIs(t, err, errWoken)
	assert.Zero(t, m.writes+m.closes)
}

func TestPanicOfAWriter(t *testing.T) {
	boom := errors.New("boom")
	d := NewWriter(panicking{boom})
	_, err := d.Write([]byte{1})
	var panicked *pipeline.PanicError
	require.ErrorAs(t, err, &panicked)
	require.ErrorIs(t, d.Err(), boom)
}

type panicking struct{ err error }

func (p panicking) Write([]byte) (int, error) { panic(p.err) }
