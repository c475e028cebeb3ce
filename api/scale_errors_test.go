package api_test

import "github.com/avloom/avloom/api"

// outSize sets the size of the encoded video.
func outSize(width, height int) func(*api.VideoConfig) {
	return func(c *api.VideoConfig) { c.OutWidth, c.OutHeight = width, height }
}

// outSizeOf sets the size of the encoded video, the encoder and the format of the input.
func outSizeOf(codec, input string, width, height int) func(*api.VideoConfig) {
	return func(c *api.VideoConfig) {
		c.Codec, c.InputFormat, c.OutWidth, c.OutHeight = codec, input, width, height
	}
}

// scaleRefusals are what is wrong with the size of the encoded video.
func scaleRefusals() []refusal {
	scaler := func(name string) func(*api.VideoConfig) {
		return func(c *api.VideoConfig) { c.Scaler = name }
	}
	return []refusal{
		{name: "size to encode negative", field: "OutHeight", video: outSize(32, -32)},
		{name: "size to encode beyond all numbers", field: "OutWidth", video: outSize(1<<62, 0)},
		{name: "size to encode too large", field: "OutHeight", video: outSize(64, 1<<29)},
		{name: "size to encode that keeps the shape, too large", field: "OutWidth", video: func(c *api.VideoConfig) {
			c.Height, c.OutWidth = 8000, 8000
		}},
		{name: "size to encode odd", field: "OutWidth", video: outSize(33, 0)},
		{name: "size to encode odd, of packed pixels, padded", field: "OddSize", video: func(c *api.VideoConfig) {
			c.Codec, c.PixelFormat, c.OutWidth, c.OutHeight, c.OddSize = "rawvideo", "yuyv422", 33, 16, api.OddSizePad
		}},
		{name: "scaler unknown", field: "Scaler", video: scaler("bicubik")},
		{name: "scaler in other letters", field: "Scaler", video: scaler("Lanczos")},
		{name: "scaler with NUL", field: "Scaler", video: scaler("area\x00")},
		{name: "palette encoded in another size", field: "OutWidth", video: func(c *api.VideoConfig) {
			c.Codec, c.InputFormat, c.PixelFormat, c.OutWidth = "png", "pal8", "pal8", 32
		}},
		{
			name: "input that cannot be scaled", field: "OutHeight",
			video: outSizeOf("rawvideo", "xv30be", 0, 32),
		},
		{name: "shape that swscale does not scale to", field: "OutWidth", video: func(c *api.VideoConfig) {
			c.Width, c.Height, c.OutWidth, c.OutHeight = 8192, 16, 16, 4096
		}},
		{name: "size of pictures by option", field: "ExtraOptions[s]", video: with("s", "640x480")},
		{name: "size to encode that the codec lacks", format: "avi", field: "OutWidth", video: outSizeOf("h263", "", 90, 64)},
		{name: "size to encode that the codec lacks, by its height", format: "avi", field: "OutHeight", video: outSizeOf("h263", "", 0, 90)},
		{name: "size to encode below the codec's least", format: "mkv", field: "OutWidth", video: outSizeOf("libx265", "", 8, 8)},
		{name: "size to encode that shows only in a picture", format: "nut", field: "OutWidth", video: outSizeOf("snow", "", 2, 2)},
	}
}
