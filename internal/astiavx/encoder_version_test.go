package astiavx

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
)

func TestEncoderVersion(t *testing.T) {
	for _, encoder := range []string{"libx265", "libaom-av1", "libvpx", "libvpx-vp9", "libsvtav1"} {
		if astiav.FindEncoderByName(encoder) != nil {
			require.Regexp(t, `\d+\.\d+`, EncoderVersion(encoder), encoder)
		}
	}
	require.Empty(t, EncoderVersion("ffv1"))
}
