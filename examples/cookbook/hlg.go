package cookbook

import (
	"context"
	"encoding/binary"
	"iter"
	"math"

	"github.com/avloom/avloom/api"
)

// HLG writes HDR pictures into an mp4, mov or mkv file of HEVC that displays without HDR show well,
// too. They are R G B of BT.2020, row by row, each a code of HLG, as HLGCode returns it.
func HLG(ctx context.Context, path string, width, height int, pictures iter.Seq[[]uint16]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, InputFormat: "rgb48le", OddSize: api.OddSizePad,
		Codec: "libx265", PixelFormat: "yuv420p10le",
		ColorPrimaries: "bt2020", ColorTransfer: "arib-std-b67", ColorSpace: "bt2020",
		ExtraOptions: map[string]any{"crf": 18, "chroma_sample_location": "topleft"},
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

// HLGCode returns the code of HLG (ITU-R BT.2100) for light of the scene, from 0 to 1, which is the
// brightest that the camera takes. A white page is at 0.265.
func HLGCode(light float64) uint16 {
	const a, b, c = 0.17883277, 0.28466892, 0.55991073
	light = min(max(light, 0), 1)
	if light <= 1.0/12 {
		return uint16(math.Round(65535 * math.Sqrt(3*light)))
	}
	return uint16(math.Round(65535 * (a*math.Log(12*light-b) + c)))
}
