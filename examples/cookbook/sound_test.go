package cookbook_test

import (
	"context"
	"iter"
	"testing"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleSound() {
	printStreams("sound.m4a", "codec_name,profile,sample_rate,channels", func(path string) error {
		return cookbook.Sound(context.Background(), path, sound(30))
	})
	// Output: codec_name=aac|profile=LC|sample_rate=48000|channels=2
}

// sound yields the sound of the film's first n pictures.
func sound(n int) iter.Seq[[]float32] {
	return func(yield func([]float32) bool) {
		for _, samples := range film(2, 2, n) {
			if !yield(samples) {
				return
			}
		}
	}
}

// TestSound compares the sound of each kind of file.
func TestSound(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, least := range map[string]float64{
		"sound.m4a": 25, "sound.mp3": 25, "sound.opus": 25, "sound.flac": 130, "sound.wav": 80,
	} {
		t.Run(name, func(t *testing.T) {
			path := written(t, name, func(path string) error {
				return cookbook.Sound(t.Context(), path, sound(30))
			})
			requireSound(t, path, 0, 30, least)
		})
	}
}
