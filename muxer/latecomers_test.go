package muxer

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/pipeline"
)

// A recording may last for weeks, and a stream be silent in it again and again: each loss is told,
// and how many pictures it was.
func TestEachLossIsTold(t *testing.T) {
	var told []string
	l := newLatecomers(2, func(_ int, text string) { told = append(told, text[:15]) })
	for range 2 {
		for range 3 {
			require.NoError(t, l.lose(pictures, numbered{Packet: pipeline.NewPacket()}, true))
			l.delay(sound)
		}
		l.resume(pictures)
		l.resume(pictures)
		l.resume(sound)
	}
	require.NoError(t, l.lose(pictures, numbered{Packet: pipeline.NewPacket()}, true))
	l.finish()
	each := []string{"pictures of par", "sound came afte", "3 pictures are "}
	want := append(append(each, each...), "pictures of par", "1 pictures are ")
	require.Equal(t, want, told)
}
