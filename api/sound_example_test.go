package api_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/avloom/avloom/api"
)

// openSound opens an encoder with one stream of sound that is written into memory.
func openSound(file *api.MemoryFile, channels int) (*api.Encoder, *api.AudioStream) {
	enc := api.NewEncoder()
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: channels})
	if err != nil {
		log.Fatal(err)
	}
	if err := enc.OpenWriter(context.Background(), file, "wav"); err != nil {
		log.Fatal(err)
	}
	return enc, audio
}

// Stereo as most programs keep it: left, right, left, right.
func ExampleAudioStream_AddInterleaved() {
	var file api.MemoryFile
	enc, audio := openSound(&file, 2)
	fmt.Println(audio.AddInterleaved(context.Background(), []float32{0.5, -0.5, 0.25, -0.25}))
	fmt.Println(enc.Close(), enc.Stats().Streams[0].Accepted, "samples per channel")
	// Output:
	// <nil>
	// <nil> 2 samples per channel
}

// The 16-bit samples of a game engine are in the wav file bit by bit.
func ExampleAudioStream_AddInt16() {
	var file api.MemoryFile
	enc, audio := openSound(&file, 2)
	fmt.Println(audio.AddInt16(context.Background(), []int16{32767, -32768, 1, -1}))
	fmt.Println(enc.Close())
	wav := file.Bytes()
	fmt.Printf("% x\n", wav[len(wav)-8:])
	// Output:
	// <nil>
	// <nil>
	// ff 7f 00 80 01 00 ff ff
}

// A sound that is heard at 2.5 s, with silence before it.
func ExampleAudioStream_SilenceUntil() {
	ctx := context.Background()
	var file api.MemoryFile
	enc, audio := openSound(&file, 1)
	fmt.Println(audio.SilenceUntil(ctx, 2500*time.Millisecond))
	fmt.Println(audio.AddInt16(ctx, []int16{1000, -1000, 1000, -1000}))
	fmt.Println(audio.SilenceUntil(ctx, time.Second))
	fmt.Println(enc.Close(), enc.Stats().Streams[0].Accepted)
	// Output:
	// <nil>
	// <nil>
	// avloom: at 1s: the stream has reached 2.500083333s (120004 samples at 48000 Hz); give that or a later time
	// <nil> 120004
}
