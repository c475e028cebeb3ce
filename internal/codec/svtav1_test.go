package codec

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/nodes"
)

func TestLevelsOfSVTAV1(t *testing.T) {
	for processors, level := range map[int]int{1: 1, 2: 2, 3: 3, 5: 3, 6: 4, 11: 4, 12: 5, 23: 5, 24: 6, 64: 6} {
		require.Equal(t, level, svtLevelOf(processors), processors)
	}
}

// TestSVTAV1sComeAndGo opens and frees encoders of SVT-AV1 at the same time. Without a lock the
// library ends the process, in nearly every run.
func TestSVTAV1sComeAndGo(t *testing.T) {
	mediatest.NoLeaks(t)
	var users errgroup.Group
	for range 4 {
		users.Go(func() error {
			for range 25 {
				o := Opener{Codec: astiav.FindEncoderByName("libsvtav1"), Threads: 1, SetUp: func(cc *astiav.CodecContext) {
					cc.SetWidth(64)
					cc.SetHeight(64)
					cc.SetPixelFormat(astiav.PixelFormatYuv420P)
					cc.SetTimeBase(astiav.NewRational(1, 25))
				}}
				cc, err := o.Open()
				if err != nil {
					return err
				}
				nodes.FreeCodecContext(cc)
			}
			return nil
		})
	}
	require.NoError(t, users.Wait())
}
