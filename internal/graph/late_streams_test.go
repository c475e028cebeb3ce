package graph

import (
	"testing"

	"github.com/asticode/go-astikit"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/nodes"
)

// Libaom tells its header with the first packet, and mp4 needs a packet of E-AC-3. An output that
// joins later gets both, and keeps them beyond the end of the run.
func TestLateStreamsAreComplete(t *testing.T) {
	mediatest.NoLeaks(t)
	matroska, ok := astiavx.GuessContainer("matroska", "")
	require.True(t, ok)
	a := &assembly{closer: astikit.NewCloser()}

	p, err := plan.NewVideo(plan.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "libaom-av1"})
	require.NoError(t, err)
	video, err := open(p, codec.Share{}, matroska)
	require.NoError(t, err)
	defer nodes.FreeCodecContext(video.codec)
	pictures, err := (&videoBuild{plan: p}).describe(a, video)
	require.NoError(t, err)
	a.addStream(pictures, video.learn, OpenStream{}, nil, nil)

	q, err := plan.NewAudio(plan.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "eac3"})
	require.NoError(t, err)
	audio, err := (&audioOpening{plan: q, containers: []astiavx.Container{matroska}}).open()
	require.NoError(t, err)
	defer nodes.FreeCodecContext(audio.codec)
	sound, err := audio.describe(a)
	require.NoError(t, err)
	a.addStream(sound, audio.learn, OpenStream{}, nil, nil)

	late := lateStreams{streams: a.streams, learners: a.learners}
	require.Empty(t, a.streams[0].Codec.Parameters.ExtraData())
	streams, err := late.describe("mp4")
	require.NoError(t, err)
	again, err := late.describe("matroska")
	require.NoError(t, err)
	require.Same(t, streams[0].Codec, again[0].Codec, "the header is found once")
	freeStreams(again)
	late.free()
	_, err = late.describe("mp4")
	require.ErrorIs(t, err, ErrOver)

	require.NotEmpty(t, streams[0].Codec.Parameters.ExtraData())
	require.Equal(t, "libaom-av1", streams[0].Codec.Encoder)
	require.NotEmpty(t, streams[1].Sample)
	freeStreams(streams)
	require.False(t, streams[0].Codec.Hold(), "nobody holds it any more")
}
