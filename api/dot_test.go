package api_test

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

func TestDOTOfARun(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	boxes, _ := mediatest.Drawn(t, enc.Stats().DOT())
	require.Empty(t, boxes, "before Open")
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"))
	addNumbered(t, v, 0, 10)
	addTone(t, a, 0, 16000)
	s := enc.Stats()
	boxes, arrows := mediatest.Drawn(t, s.DOT())
	require.Len(t, boxes, len(s.Nodes)+len(s.Streams)+1, "the actors, the callers and the destination")
	require.Len(t, arrows, len(s.Edges)+1)
	require.Contains(t, arrows, "encode 1 → mux")
	require.Equal(t, pipeline.NoStream, s.Nodes[len(s.Nodes)-1].Stream)
	require.NoError(t, enc.Close())
}
