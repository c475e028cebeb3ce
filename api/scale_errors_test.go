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
		{name: "dithering unknown", field: "Dither", video: func(c *api.VideoConfig) { c.Dither = "siera2" }},
		{name: "dithering with NUL", field: "Dither", video: func(c *api.VideoConfig) { c.Dither = "bayer\x00" }},
		{name: "dithering without palettes", field: "Dither", video: func(c *api.VideoConfig) { c.Dither = "bayer" }},
		{name: "dithering of given palettes", field: "Dither", format: "gif", video: func(c *api.VideoConfig) {
			c.Codec, c.Preset, c.InputFormat, c.Dither = "", "", "pal8", "bayer"
		}},
		{name: "palette encoded in another size", field: "OutWidth", video: func(c *api.VideoConfig) {
			c.Codec, c.InputFormat, c.PixelFormat, c.OutWidth = "apng", "pal8", "pal8", 32
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

// rateControlRefusals are what is wrong with BitRate and KeyInterval.
func rateControlRefusals() []refusal {
	bitRate := func(codec string, rate int64, options ...any) func(*api.VideoConfig) {
		return func(c *api.VideoConfig) {
			c.Codec, c.BitRate, c.ExtraOptions = codec, rate, map[string]any{}
			for i := 0; i < len(options); i += 2 {
				c.ExtraOptions[options[i].(string)] = options[i+1]
			}
		}
	}
	interval := func(codec string, frames int, options ...any) func(*api.VideoConfig) {
		return func(c *api.VideoConfig) {
			bitRate(codec, 0, options...)(c)
			c.KeyInterval = frames
		}
	}
	withCRF := func(codec string) func(*api.VideoConfig) {
		return func(c *api.VideoConfig) {
			quality := 20.0
			c.Codec, c.CRF, c.BitRate = codec, &quality, 500_000
		}
	}
	return []refusal{
		{name: "bit rate of video negative", field: "BitRate", video: bitRate("libx264", -1)},
		{name: "bit rate of video negative, without a codec", field: "BitRate", video: bitRate("", -1)},
		{name: "bit rate of video beyond all encoders", field: "BitRate", video: bitRate("libx264", 1<<40)},
		{name: "bit rate of video in kbit/s", field: "BitRate", video: bitRate("libx265", 800)},
		{name: "bit rate of video, of a lossless codec", field: "BitRate", video: bitRate("ffv1", 500_000)},
		{name: "bit rate of video, of png", field: "BitRate", video: bitRate("png", 500_000)},
		{name: "bit rate of video, of no compression", field: "BitRate", video: bitRate("rawvideo", 500_000)},
		{name: "bit rate of video and crf, x264", field: "BitRate", video: withCRF("libx264")},
		{name: "bit rate of video and crf, x265", field: "BitRate", video: withCRF("libx265")},
		{name: "bit rate of video and crf, SVT-AV1", field: "BitRate", video: withCRF("libsvtav1")},
		{name: "bit rate of video and qp", field: "BitRate", video: bitRate("libx264", 500_000, "qp", 20)},
		{name: "bit rate of video and lossless", field: "BitRate", video: bitRate("libvpx-vp9", 500_000, "lossless", 1)},
		{name: "bit rate of video and a fixed quality", field: "BitRate", video: bitRate("mpeg4", 500_000, "flags", "+qscale", "global_quality", 354)},
		{name: "bit rate of video twice", field: "ExtraOptions[b]", video: bitRate("libx264", 500_000, "b", "500k")},
		{name: "bit rate of video twice, as a parameter", field: "ExtraOptions[x264-params]", video: bitRate("libx264", 500_000, "x264-params", "bitrate=500")},
		{name: "bit rate of video, and crf as a parameter", field: "ExtraOptions[x265-params]", video: bitRate("libx265", 500_000, "x265-params", "crf=20")},
		{name: "bit rate that DNxHD lacks", format: "mov", field: "Codec", video: func(c *api.VideoConfig) {
			c.Codec, c.Width, c.Height, c.BitRate = "dnxhd", 1920, 1080, 5_000_000
		}},
		{name: "bit rate of a container's default that is lossless", format: "gif", field: "BitRate", video: bitRate("", 500_000)},
		{name: "key interval negative", field: "KeyInterval", video: interval("", -2)},
		{name: "key interval beyond all numbers", field: "KeyInterval", video: interval("libx264", 1<<40)},
		{name: "key interval beyond MPEG's", field: "KeyInterval", video: interval("mpeg4", 601)},
		{name: "key interval of gif", field: "KeyInterval", video: interval("gif", 10)},
		{name: "key interval twice", field: "ExtraOptions[g]", video: interval("libx264", 10, "g", 10)},
		{name: "key interval twice, as a parameter", field: "ExtraOptions[x264-params]", video: interval("libx264", 10, "x264-params", "keyint=10")},
		{name: "key interval twice, as a parameter of x265", field: "ExtraOptions[x265-params]", video: interval("libx265", 10, "x265-params", "keyint=10")},
		{name: "key interval twice, as a parameter of SVT-AV1", field: "ExtraOptions[svtav1-params]", video: interval("libsvtav1", 10, "svtav1-params", "keyint=10")},
		{name: "key interval twice, as what zmbv takes for it", field: "ExtraOptions[keyint_min]", video: interval("zmbv", 10, "keyint_min", 10)},
	}
}
