package codec

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// TestCheckTwoPass checks every spelling of the flags for one pass of two, and that encoders with a
// file of statistics may have them.
func TestCheckTwoPass(t *testing.T) {
	check := func(encoder, key, value string) error {
		return CheckTwoPass(encoder, []avoption.Option{
			{Field: avoption.ExtraField(key), Key: key, Value: value, Given: value},
		})
	}
	for _, value := range []string{
		"pass1", "+pass1", "+pass2", "+bitexact+pass1", "+pass1-bitexact", "512", "1024", "0x200", "+1024",
	} {
		var config *fault.ConfigError
		require.ErrorAs(t, check("libvpx-vp9", "flags", value), &config, value)
		require.Equal(t, "ExtraOptions[flags]", config.Field)
		require.NoError(t, check("libx264", "flags", value), value)
		require.NoError(t, check("libx264rgb", "flags", value), value)
	}
	for _, value := range []string{"+bitexact", "-pass1", "+pass1-pass1", "0"} {
		require.NoError(t, check("libvpx-vp9", "flags", value), value)
	}
	for value, refused := range map[string]bool{"pass=1": true, "rc=1:pass=2": true, "pass=0": false, "rc=1": false} {
		require.Equal(t, refused, check("libsvtav1", "svtav1-params", value) != nil, value)
	}
}
