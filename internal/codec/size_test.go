package codec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLargerSize(t *testing.T) {
	for name, c := range map[string]struct {
		width, height int
		opens         func(w, h int) bool
		w, h          int // 0: no larger size helps
	}{
		"a least height":     {1930, 8, func(_, h int) bool { return h >= 16 }, 1930, 16},
		"a least width":      {8, 1080, func(w, _ int) bool { return w >= 16 }, 16, 1080},
		"a width of 146":     {64, 64, func(w, _ int) bool { return w >= 145 }, 146, 64},
		"a least size":       {8, 8, func(w, h int) bool { return w >= 64 && h >= 64 }, 64, 64},
		"a multiple of 4":    {66, 66, func(w, h int) bool { return w%4 == 0 && h%4 == 0 }, 68, 68},
		"a greatest width":   {5000, 64, func(w, _ int) bool { return w <= 4096 }, 0, 0},
		"nothing helps":      {64, 64, func(_, _ int) bool { return false }, 0, 0},
		"one size, far away": {64, 64, func(w, h int) bool { return w == 352 && h == 288 }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			w, h, ok := LargerSize(c.width, c.height, 2, 2, func(w, h int) bool {
				asked++
				return c.opens(w, h)
			})
			require.Equal(t, c.w > 0, ok)
			require.Equal(t, [2]int{c.w, c.h}, [2]int{w, h})
			require.LessOrEqual(t, asked, 16, "each probe opens an encoder")
		})
	}
}
