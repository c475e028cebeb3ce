package api_test

import (
	"fmt"
	"testing"

	"github.com/avloom/avloom/api"
)

// BenchmarkSound measures what a second of sound costs, by the call that brings it, into the
// encoder that costs least and into one that compresses.
func BenchmarkSound(b *testing.B) {
	const rate = 48000
	for _, codec := range []string{"pcm_s16le", "flac"} {
		for _, channels := range []int{2, 6} {
			planar := tone(channels, 0, rate)
			whole := make([]int16, rate*channels)
			for i := range whole {
				whole[i] = int16(planar[i%channels][i/channels] * 32767)
			}
			interleaved := make([]float32, len(whole))
			for i, v := range whole {
				interleaved[i] = float32(v) / 32768
				planar[i%channels][i/channels] = interleaved[i]
			}
			calls := []struct {
				name string
				feed func(a *api.AudioStream) error
			}{
				{"AddSamples", func(a *api.AudioStream) error { return a.AddSamples(b.Context(), planar) }},
				{"AddInterleaved", func(a *api.AudioStream) error { return a.AddInterleaved(b.Context(), interleaved) }},
				{"AddInt16", func(a *api.AudioStream) error { return a.AddInt16(b.Context(), whole) }},
			}
			for _, call := range calls {
				b.Run(fmt.Sprintf("%s/%d channels/%s", codec, channels, call.name), func(b *testing.B) {
					enc := api.NewEncoder()
					a, err := enc.AddAudio(api.AudioConfig{SampleRate: rate, NumChannels: channels, Codec: codec})
					if err != nil {
						b.Fatal(err)
					}
					if err := enc.OpenWriter(b.Context(), discard{}, "nut"); err != nil {
						b.Fatal(err)
					}
					for b.Loop() {
						if err := call.feed(a); err != nil {
							b.Fatal(err)
						}
					}
					if err := enc.Close(); err != nil {
						b.Fatal(err)
					}
				})
			}
		}
	}
}
