package cookbook

import (
	"context"
	"encoding/binary"
	"iter"
	"math"

	"github.com/avloom/avloom/api"
)

// HDR10 writes HDR pictures into an mp4, mov or mkv file of HEVC. They are R G B of BT.2020, row by
// row, each a code of PQ, as PQCode returns it.
func HDR10(ctx context.Context, path string, width, height int, pictures iter.Seq[[]uint16]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, InputFormat: "rgb48le", OddSize: api.OddSizePad,
		Codec: "libx265", PixelFormat: "yuv420p10le",
		ColorPrimaries: "bt2020", ColorTransfer: "smpte2084", ColorSpace: "bt2020",
		ExtraOptions: map[string]any{"crf": 18, "chroma_sample_location": "topleft"},
		HDR: &api.HDR{ // the display on which the film was made; MaxCLL and MaxFALL of the film, if known
			Primaries:  [3][2]float64{{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}, // BT.2020
			WhitePoint: [2]float64{0.3127, 0.3290}, MinLuminance: 0.0005, MaxLuminance: 1000,
			MaxCLL: 1000, MaxFALL: 400,
		},
	})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	raw := make([]byte, 0, 6*width*height)
	for picture := range pictures {
		raw = raw[:0]
		for _, code := range picture { // the conversion to YUV takes 0xff00 for white
			raw = binary.LittleEndian.AppendUint16(raw, uint16(uint32(code)*255/256))
		}
		if err := video.AddFrames(ctx, api.Frames{Data: raw, Layout: api.Raw}); err != nil {
			return err
		}
	}
	return enc.Close()
}

// PQCode returns the code of PQ (SMPTE ST 2084) for light of this many cd/m², from 0 to 10000.
func PQCode(light float64) uint16 {
	const m1, m2, c1, c2, c3 = 2610.0 / 16384, 2523.0 / 32, 3424.0 / 4096, 2413.0 / 128, 2392.0 / 128
	p := math.Pow(min(max(light/10000, 0), 1), m1)
	return uint16(math.Round(65535 * math.Pow((c1+c2*p)/(1+c3*p), m2)))
}
