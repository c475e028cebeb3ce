package astiavx_test

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestScalerIsSilent converts pictures to every pixel format that swscale can write, and checks
// that nothing reaches stderr. Left out are the formats of JPEG, about which swscale warns: nodes
// gives a Scaler the same format with a range instead.
func TestScalerIsSilent(t *testing.T) {
	mediatest.NoLeaks(t)
	flags := astiav.NewSoftwareScaleContextFlags(astiav.SoftwareScaleContextFlagFullChrHInt)
	for _, from := range []astiav.PixelFormat{
		astiav.PixelFormatRgb24, astiav.PixelFormatYuv420P, astiav.PixelFormatGbrp16Le,
	} {
		for _, name := range astiavx.PixelFormats(canScaleToPlain) {
			noise := mediatest.StderrOf(t, func() {
				src, dst := newPicture(t, from), newPicture(t, astiav.FindPixelFormatByName(name))
				defer src.Free()
				defer dst.Free()
				scaler := astiavx.NewScaler(flags, 2)
				defer scaler.Free()
				require.NoError(t, scaler.Convert(dst, src), name)
				require.NoError(t, scaler.Convert(dst, src), name)
			})
			require.Empty(t, noise, "%s to %s", from.Name(), name)
		}
	}
}

// newPicture allocates a picture, whose width is odd.
func newPicture(t *testing.T, format astiav.PixelFormat) *astiav.Frame {
	t.Helper()
	f := astiav.AllocFrame()
	f.SetWidth(31)
	f.SetHeight(16)
	f.SetPixelFormat(format)
	require.NoError(t, f.AllocBuffer(0))
	require.NoError(t, f.ImageFillBlack())
	return f
}

func canScaleToPlain(f astiav.PixelFormat) bool {
	return astiavx.CanScaleTo(f) && astiavx.WithoutRange(f) == f
}
