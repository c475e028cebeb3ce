package cookbook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

// carState is the state of a simulated car at a picture.
type carState struct {
	Frame int        `json:"frame"`
	Place [2]float64 `json:"place"`
	Note  string     `json:"note"`
}

func carAt(k int) carState {
	return carState{Frame: k, Place: [2]float64{float64(k) / 8, -1.5}, Note: `{\an8} <b>"` + strconv.Itoa(k) + `"</b> & \N ü`}
}

// simulation yields the first n pictures of the film, each with the state of a car.
func simulation(n int) iter.Seq2[[]byte, any] {
	return func(yield func([]byte, any) bool) {
		k := 0
		for rgb := range pictures(width, height, n) {
			if !yield(rgb, carAt(k)) {
				return
			}
			k++
		}
	}
}

func ExampleTelemetry() {
	printStreams("film.mkv", "codec_name,codec_type", func(path string) error {
		return cookbook.Telemetry(context.Background(), path, width, height, simulation(30))
	})
	// Output:
	// codec_name=h264|codec_type=video
	// codec_name=webvtt|codec_type=subtitle
}

// TestTelemetry takes the texts out of the file with ffmpeg, and compares each of them, and the
// time of each, with what went in.
func TestTelemetry(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.mkv", func(path string) error {
		return cookbook.Telemetry(t.Context(), path, width, height, simulation(60))
	})
	file := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:s:0", "-c", "copy", "-f", "webvtt", "-")
	cues := strings.Split(strings.TrimSpace(string(file)), "\n\n")[1:] // without the head of the file
	require.Len(t, cues, 60)
	for k, cue := range cues {
		text, err := json.Marshal(carAt(k))
		require.NoError(t, err)
		begin, end := math.Round(float64(k)*1000/30), math.Round(float64(k+1)*1000/30)
		want := fmt.Sprintf("00:%06.3f --> 00:%06.3f\n%s", begin/1000, end/1000, text)
		assert.Equal(t, want, cue)
	}
	requirePSNR(t, path, 34, shots(60))
	requirePlayers(t, path, 30, shots(60), "GStreamer", "VLC", "Chromium")
}
