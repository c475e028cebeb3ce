package muxer

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The sizes are those of RFC 9639, table 18.
func TestFLACNumbers(t *testing.T) {
	for number, size := range map[int64]int{
		0: 1, 0x7f: 1, 0x80: 2, 0x7ff: 2, 0x800: 3, 0xffff: 3, 0x10000: 4, 0x1fffff: 4, 0x200000: 5, 0x3ffffff: 5,
		0x4000000: 6, 0x7fffffff: 6, 0x80000000: 7, 0xfffffffff: 7,
	} {
		coded := appendFLACNumber([]byte{1, 2}, number)[2:]
		require.Len(t, coded, size, "of %#x", number)
		if number < 0x110000 && (number < 0xd800 || number > 0xdfff) {
			require.Equal(t, string(rune(number)), string(coded))
		}
		got, n := decodeFLACNumber(coded)
		require.Equal(t, number, got)
		require.Equal(t, size, n)
		if size > 1 {
			_, n = decodeFLACNumber(coded[:size-1])
			require.Zero(t, n, "it is cut")
		}
	}
}
