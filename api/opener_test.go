package api

import (
	"errors"
	"fmt"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/muxer"
)

// unopenable returns a plan whose size DNxHD does not know, and an opener of it that counts how often it opens something.
func unopenable(t *testing.T, options int) (p *videoPlan, o *opener, s settledVideo, opened *int) {
	t.Helper()
	p, err := newVideoPlan(VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "dnxhd", PixelFormat: "yuv422p"})
	require.NoError(t, err)
	codec := astiav.FindEncoderByName("dnxhd")
	plans, err := p.settle(codec)
	require.NoError(t, err)
	s = plans[0]
	for i := range options {
		s.own = append(s.own, codecOption{field: fmt.Sprint(i), key: "g", value: "12"})
	}
	opened = new(int)
	o = &opener{codec: codec, options: s.own}
	o.setUp = func(cc *astiav.CodecContext, probe string) {
		*opened++
		p.setUp(cc, o, s, probe)
	}
	return p, o, s, opened
}

// TestWhyHasAnEnd looks for what keeps an encoder from opening among more options than can be tried.
func TestWhyHasAnEnd(t *testing.T) {
	p, o, s, opened := unopenable(t, 2*mostTries)
	_, err := o.open()
	require.Error(t, err)
	_, ok := errors.AsType[*ConfigError](p.explain(o, s, err))
	require.True(t, ok, "what has not been found out is said in general")
	require.Equal(t, mostTries+1, *opened)
}

// TestWhyEndsWithWhoAsks looks for it until nobody wants to know.
func TestWhyEndsWithWhoAsks(t *testing.T) {
	const most = 5
	p, o, s, opened := unopenable(t, 100)
	o.wanted = func() bool { return *opened < most }
	_, err := o.open()
	require.Error(t, err)
	require.Error(t, p.explain(o, s, err))
	require.Equal(t, most, *opened)

	b := &builder{wanted: func() bool { return false }}
	require.False(t, b.takes(muxer.Config{}, nil), "no header is tried for nobody")
	b = &builder{headers: mostHeaders}
	require.False(t, b.takes(muxer.Config{}, nil), "nor one too many")
}
