package main

import (
	"context"
	"fmt"
	"math"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/api"
)

// pictures adds the pictures of a track to a video stream.
type pictures struct {
	to     *api.VideoStream
	track  *track
	start  float64 // of the clip, in seconds
	count  int     // of the pictures that were added
	buffer []byte  // holds one picture
}

// addPictures adds a video stream to an encoder, and lets the track deliver its pictures there.
func addPictures(ctx context.Context, enc *api.Encoder, t *track, start, crf float64) error {
	stream, err := enc.AddVideo(videoConfig(t, crf))
	if err != nil {
		return err
	}
	p := &pictures{to: stream, track: t, start: start}
	t.deliver = func(f *astiav.Frame) error { return p.add(ctx, f) }
	return nil
}

// add adds one picture. The encoder presents picture k at k/FrameRate, so the times of the pictures
// must be those.
func (p *pictures) add(ctx context.Context, f *astiav.Frame) error {
	rate := p.track.rate.Float64()
	late := p.track.late(f, p.start, float64(p.count)/rate)
	if math.Abs(late) > 0.5/rate {
		return fmt.Errorf("picture %d is %.3f s off the beat of %.3f pictures per second; "+
			"this example needs a constant rate", p.count, late, rate)
	}
	size, err := f.ImageBufferSize(1)
	if err != nil {
		return err
	}
	if len(p.buffer) != size {
		p.buffer = make([]byte, size)
	}
	if _, err := f.ImageCopyToBuffer(p.buffer, 1); err != nil { // leaves out the decoder's padding
		return err
	}
	p.count++
	return p.to.AddFrames(ctx, api.Frames{Data: p.buffer, Layout: api.Raw})
}

// videoConfig returns a configuration for video that differs from the track's only in its
// compression.
func videoConfig(t *track, crf float64) api.VideoConfig {
	d := t.decoder
	cfg := api.VideoConfig{
		Width: d.Width(), Height: d.Height(), FrameRate: t.rate.Float64(), CRF: &crf,
		InputFormat: d.PixelFormat().Name(), PixelFormat: d.PixelFormat().Name(),
		ColorPrimaries: primaries[d.ColorPrimaries()], ColorTransfer: transfers[d.ColorTransferCharacteristic()],
		ExtraOptions: map[string]any{},
	}
	if s := d.ColorSpace(); s != astiav.ColorSpaceUnspecified && s != astiav.ColorSpaceRgb {
		cfg.ColorSpace = s.Name()
	}
	if r := d.ColorRange(); r != astiav.ColorRangeUnspecified {
		cfg.ColorRange = r.Name()
	}
	if location, ok := locations[d.ChromaLocation()]; ok {
		cfg.ExtraOptions["chroma_sample_location"] = location
	}
	if aspect := d.SampleAspectRatio(); aspect.Num() > 0 {
		cfg.ExtraOptions["aspect"] = aspect.String()
	}
	return cfg
}

// The names of colour properties, for which go-astiav has only numbers. The encoder's default is
// used for a number that is not in a table.
var (
	primaries = map[astiav.ColorPrimaries]string{
		astiav.ColorPrimariesBt709:     "bt709",
		astiav.ColorPrimariesBt470Bg:   "bt470bg",
		astiav.ColorPrimariesSmpte170M: "smpte170m",
		astiav.ColorPrimariesBt2020:    "bt2020",
		astiav.ColorPrimariesSmpte432:  "smpte432",
	}
	transfers = map[astiav.ColorTransferCharacteristic]string{
		astiav.ColorTransferCharacteristicBt709:      "bt709",
		astiav.ColorTransferCharacteristicSmpte170M:  "smpte170m",
		astiav.ColorTransferCharacteristicBt202010:   "bt2020-10",
		astiav.ColorTransferCharacteristicSmpte2084:  "smpte2084",
		astiav.ColorTransferCharacteristicAribStdB67: "arib-std-b67",
		astiav.ColorTransferCharacteristicIec6196621: "iec61966-2-1",
	}
	locations = map[astiav.ChromaLocation]string{
		astiav.ChromaLocationLeft:    "left",
		astiav.ChromaLocationCenter:  "center",
		astiav.ChromaLocationTopleft: "topleft",
	}
)
