package shelf_test

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/internal/shelf"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

func TestFramesComeBackWithoutABuffer(t *testing.T) {
	mediatest.NoLeaks(t)
	var s shelf.Frames
	f := s.Get()
	f.SetWidth(16)
	f.SetHeight(16)
	f.SetPixelFormat(astiav.PixelFormatGray8)
	require.NoError(t, f.AllocBuffer(0))
	s.Put(f)
	require.Same(t, f, s.Get())
	require.Zero(t, f.Width(), "it is blank again")
	s.Put(f)
	s.Close()
}

func TestFramesThatComeBackAfterCloseAreFreed(t *testing.T) {
	mediatest.NoLeaks(t)
	var s shelf.Frames
	f := s.Get()
	s.Close()
	require.Equal(t, 1, live.Count(), "the frame is in use")
	s.Put(f)
	require.Zero(t, live.Count())
}

func TestPackets(t *testing.T) {
	mediatest.NoLeaks(t)
	var s shelf.Packets
	p, q := s.Get(), s.Get()
	require.NoError(t, p.AllocPayload(100))
	s.Put(p)
	require.Same(t, p, s.Get())
	require.Zero(t, p.Size())
	s.Put(p)
	s.Close()
	s.Put(q)
}
