package fault_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/fault"
)

// TestConfigErrorText checks the words of errors: the field, the value as its type shows it, the
// reason, the cause and what would work.
func TestConfigErrorText(t *testing.T) {
	for name, c := range map[string]struct {
		err  *fault.ConfigError
		want string
	}{
		"field":  {&fault.ConfigError{Field: "Image", Reason: "is nil"}, "Image: is nil"},
		"number": {&fault.ConfigError{Field: "Width", Value: -2, Reason: "must be above 0"}, "Width -2: must be above 0"},
		"text":   {&fault.ConfigError{Field: "Codec", Value: "x\x00y", Reason: "no"}, `Codec "x\x00y": no`},
		"supported": {
			&fault.ConfigError{Field: "Device", Value: "gpu", Reason: "no", Supported: []string{"cpu", "cuda"}},
			`Device "gpu": no (supported: cpu, cuda)`,
		},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, "avloom: "+c.want, c.err.Error()) })
	}
}

// TestConfigErrorIsBounded checks that a value or a list of any length gives a text that can be
// read.
func TestConfigErrorIsBounded(t *testing.T) {
	long := &fault.ConfigError{Field: "Codec", Value: strings.Repeat("x", 1<<20), Reason: "no"}
	require.Less(t, len(long.Error()), 300)
	many := &fault.ConfigError{Field: "Codec", Value: "x", Reason: "no"}
	for i := range 1000 {
		many.Supported = append(many.Supported, fmt.Sprint("name", i))
	}
	require.Less(t, len(many.Error()), 500)
	require.Regexp(t, `name0, name1, .* and \d+ more\)$`, many.Error())
	require.Len(t, many.Supported, 1000, "the field keeps all of them")
}

// TestConfigErrorHasItsCause checks that errors.Is sees through a ConfigError.
func TestConfigErrorHasItsCause(t *testing.T) {
	err := fmt.Errorf("open: %w", &fault.ConfigError{Field: "Codec", Reason: "no", Err: io.ErrUnexpectedEOF})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	config, ok := errors.AsType[*fault.ConfigError](err)
	require.True(t, ok)
	require.Equal(t, "Codec", config.Field)
}
