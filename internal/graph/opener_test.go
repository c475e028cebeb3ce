package graph

import (
	"errors"
	"fmt"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
)

// unopenable returns an attempt to open DNxHD with a size that it does not encode, and a counter of
// the encoders that the attempt opened.
func unopenable(t *testing.T, options int) (a *videoAttempt, opened *int) {
	t.Helper()
	p, err := plan.NewVideo(plan.VideoConfig{
		Width: 64, Height: 64, FrameRate: 25, Codec: "dnxhd", PixelFormat: "yuv422p",
	})
	require.NoError(t, err)
	dnxhd := astiav.FindEncoderByName("dnxhd")
	plans, err := p.ForEncoder(dnxhd)
	require.NoError(t, err)
	encoded := plans[0]
	for i := range options {
		encoded.Options = append(encoded.Options, avoption.Option{Field: fmt.Sprint(i), Key: "g", Value: "12"})
	}
	a = (&videoOpening{plan: p}).attempt(encoded, dnxhd)
	opened = new(int)
	a.opener.SetUp = func(cc *astiav.CodecContext) {
		*opened++
		a.setUp(cc)
	}
	return a, opened
}

// TestSearchForReasonIsBounded searches for the reason of a refusal among more options than can be
// tried.
func TestSearchForReasonIsBounded(t *testing.T) {
	a, opened := unopenable(t, 2*codec.MaxProbes)
	_, err := a.opener.Open()
	require.Error(t, err)
	_, ok := errors.AsType[*fault.ConfigError](a.explain(err))
	require.True(t, ok, "an error without the reason")
	require.Equal(t, codec.MaxProbes+1, *opened)
}

// TestSearchForReasonCanBeCanceled searches until the caller has given up.
func TestSearchForReasonCanBeCanceled(t *testing.T) {
	const most = 5
	a, opened := unopenable(t, 100)
	a.opener.Canceled = func() bool { return *opened >= most }
	_, err := a.opener.Open()
	require.Error(t, err)
	require.Error(t, a.explain(err))
	require.Equal(t, most, *opened)

	r := &refusal{canceled: func() bool { return true }}
	require.False(t, r.accepts(muxer.Config{}, nil), "no header is tried after the caller has given up")
	r = &refusal{headers: mostHeaders}
	require.False(t, r.accepts(muxer.Config{}, nil), "no more than mostHeaders are tried")
}
