package subtitle

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMaybeMarkup compares it with the expression, by texts of the characters that matter.
func TestMaybeMarkup(t *testing.T) {
	require.False(t, maybeMarkup(`{"speed":[1.5,-2],"state":{"gear":"r"}}`))
	random, signs := rand.New(rand.NewPCG(1, 2)), []rune("<>{}&;:\\nNa1#/ \"ü\n")
	for range 20_000 {
		text := make([]rune, 1+random.IntN(8))
		for i := range text {
			text[i] = signs[random.IntN(len(signs))]
		}
		if subRipMarkup.MatchString(string(text)) {
			require.True(t, maybeMarkup(string(text)), "%q", string(text))
		}
	}
}
