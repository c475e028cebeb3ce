package container

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckFinish(t *testing.T) {
	for _, c := range []struct {
		format, option, value string
		needsFile             bool
	}{
		{"film_cpk", "", "", true},
		{"mp4", "", "", false},
		{"mp4", "movflags", "+use_metadata_tags+faststart", true},
		{"mp4", "movflags", "faststart-faststart", false},
		{"mp4", "movflags", "-faststart+faststart", true},
		{"mp4", "movflags", "+global_sidx", true},
		{"mkv", "movflags", "faststart", false},
		{"flv", "flvflags", "add_keyframe_index", true},
		{"matroska", "cues_to_front", "1", true},
		{"matroska", "cues_to_front", "false", false},
	} {
		s := Spec{Format: c.format, CanSeek: true, Options: map[string]string{c.option: c.value}}
		err := s.CheckFinish()
		if !c.needsFile {
			require.NoError(t, err, "%+v", c)
			continue
		}
		require.Equal(t, &NeedsFileError{Option: c.option}, err, "%+v", c)
		s.CanReadAgain = true
		require.NoError(t, s.CheckFinish(), "%+v", c)
	}
	require.ErrorIs(t, Spec{Format: "aiff"}.CheckFinish(), ErrFrontToBack)
	require.NoError(t, Spec{Format: "aiff", CanSeek: true}.CheckFinish())
}

func TestSizeLimit(t *testing.T) {
	require.Zero(t, Spec{Format: "mp4"}.SizeLimit())
	require.Zero(t, Spec{Format: "wav", CanSeek: true}.SizeLimit(), "rf64 is auto")
	require.Zero(t, Spec{Format: "wav"}.SizeLimit(), "the header says that the size is unknown")
	never := map[string]string{"rf64": "never"}
	limit := Spec{Format: "wav", CanSeek: true, Options: never}.SizeLimit()
	require.Equal(t, SizeLimit(1<<32-1), limit)
	require.True(t, limit.Fits(1<<32-1-trailerRoom))
	require.False(t, limit.Fits(1<<32-trailerRoom))
	require.True(t, Spec{Format: "rso"}.SizeLimit().Fits(1<<16-1+8), "rso has no trailer")
	require.False(t, Spec{Format: "rso"}.SizeLimit().Fits(1<<16+8))
	require.True(t, SizeLimit(0).Fits(1<<62))
}
