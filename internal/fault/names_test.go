package fault_test

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/fault"
)

// TestDidYouMean checks which misspelt names get a suggestion, and that no other name does.
func TestDidYouMean(t *testing.T) {
	names := []string{"preset", "profile", "tune", "crf", "qp"}
	for misspelt, want := range map[string]string{
		"presett": "preset", "prest": "preset", "pofile": "profile", "tnue": "tune",
		"xyzzy": "", "": "", "bufsize": "",
	} {
		got := fault.DidYouMean(misspelt, names)
		if want == "" {
			require.NotContains(t, got, "did you mean", misspelt)
			continue
		}
		require.Contains(t, got, `did you mean "`+want+`"?`, misspelt)
	}
}

// TestWithoutPrefix checks that an error loses the prefix in its text and keeps its cause.
func TestWithoutPrefix(t *testing.T) {
	require.NoError(t, fault.WithoutPrefix(nil))
	config := &fault.ConfigError{Field: "Codec", Reason: "no", Err: io.ErrUnexpectedEOF}
	err := fault.WithoutPrefix(config)
	require.EqualError(t, err, "Codec: no: unexpected EOF")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorIs(t, err, config)
}

// TestFirst checks that the first error counts, and that nil stays nil.
func TestFirst(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	require.NoError(t, fault.First())
	require.NoError(t, fault.First(nil, nil))
	require.Equal(t, one, fault.First(nil, one, two))
}
