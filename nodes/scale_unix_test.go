//go:build unix

package nodes

import (
	"fmt"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestRowsOfScaledPictures scales pictures of every format, by each method and by one and several
// threads, from rows between pages that cannot be read. They become what pictures without padding
// become.
func TestRowsOfScaledPictures(t *testing.T) {
	mediatest.NoLeaks(t)
	outputs, methods := []string{"yuv420p", "rgb24", "gray", "yuva444p", "nv12", "yuv420p10le"}, Scalers()
	sizes := [][4]int{{67, 6, 30, 40}, {3, 2, 64, 64}, {130, 8, 12, 2}, {2, 160, 8, 6}}
	for k, name := range astiavx.PixelFormats(astiavx.CanScaleFrom) {
		input := astiav.FindPixelFormatByName(name)
		for i, size := range sizes {
			if !mediatest.Long(t) && (k+i)%4 != 0 {
				continue
			}
			output := astiav.FindPixelFormatByName(outputs[(k+i)%len(outputs)])
			cfg := sameSize(size[0], size[1], output, bt709(astiav.ColorRangeMpeg))
			if astiavx.DescribePixelFormat(output).RGB {
				cfg.Color.Space, cfg.Color.Range = astiav.ColorSpaceRgb, astiav.ColorRangeJpeg
			}
			cfg.InputFormat, cfg.InputColor = input, bt709(astiav.ColorRangeMpeg)
			cfg.ScaledWidth, cfg.ScaledHeight, cfg.OutWidth, cfg.OutHeight = size[2], size[3], size[2], size[3]
			cfg.Scaler = methods[(k+i)%len(methods)]
			in, free := arrangement{}.arrange(t, input, size[0], size[1], 0)
			want := converted(t, cfg, in)
			free()
			for j, a := range arrangements {
				cfg.Threads = 1 + j%3
				in, free := a.arrange(t, input, size[0], size[1], byte(17*j+k))
				got := converted(t, cfg, in)
				free()
				require.Equal(t, want, got, fmt.Sprintf("%s to %s, %v by %s, %s", input, output, size, cfg.Scaler, a.name))
			}
		}
	}
}
