package api_test

import (
	"math"

	"github.com/avloom/avloom/api"
)

// outRate sets the encoder, the rate of the input and that of the encoded video.
func outRate(codec string, in, out float64) func(*api.VideoConfig) {
	return func(c *api.VideoConfig) { c.Codec, c.FrameRate, c.OutFrameRate = codec, in, out }
}

// rateRefusals are what is wrong with the rate of the encoded video.
func rateRefusals() []refusal {
	return []refusal{
		{name: "rate to encode negative", field: "OutFrameRate", video: outRate("", 25, -25)},
		{name: "rate to encode that is no number", field: "OutFrameRate", video: outRate("", 25, math.NaN())},
		{name: "rate to encode endless", field: "OutFrameRate", video: outRate("", 25, math.Inf(1))},
		{name: "rate to encode too small", field: "OutFrameRate", video: outRate("", 25, 1e-7)},
		{name: "rate to encode too large", field: "OutFrameRate", video: outRate("", 25, 3e9)},
		{name: "rate to encode that the codec lacks", format: "mkv", field: "OutFrameRate", video: outRate("mpeg2video", 25, 33)},
		{name: "rate that the container lacks", format: "gif", field: "FrameRate", video: outRate("gif", 60, 0)},
		{name: "rate to encode that the container lacks", format: "gif", field: "OutFrameRate", video: outRate("gif", 25, 60)},
		{name: "rate to encode too slow for the container", format: "mp4", field: "OutFrameRate", video: outRate("mpeg4", 25, 0.000001)},
		{name: "rate of the encoder by option", field: "ExtraOptions[r]", video: with("r", 25)},
		{name: "rate in the encoder's parameters", field: "ExtraOptions[x264-params]", video: with2("libx264", "x264-params", "fps=25")},
	}
}
