package api

import "github.com/avloom/avloom/internal/plan"

// plan returns the config as package plan reads it.
func (c VideoConfig) plan() plan.VideoConfig {
	return plan.VideoConfig{
		Width: c.Width, Height: c.Height, FrameRate: c.FrameRate, Device: c.Device, Codec: c.Codec,
		PixelFormat: c.PixelFormat, CRF: c.CRF, Preset: c.Preset, ExtraOptions: c.ExtraOptions,
		InputFormat: c.InputFormat, ColorSpace: c.ColorSpace, ColorRange: c.ColorRange,
		ColorPrimaries: c.ColorPrimaries, ColorTransfer: c.ColorTransfer, PixelAspect: c.PixelAspect,
		Tag: c.Tag, Metadata: c.Metadata, Disposition: c.Disposition, Rotation: c.Rotation, HDR: c.HDR.plan(),
		Projection: c.Projection, Stereo: c.Stereo, OddSize: plan.OddSize(c.OddSize),
		OutWidth: c.OutWidth, OutHeight: c.OutHeight, Scaler: c.Scaler, Dither: c.Dither, OutFrameRate: c.OutFrameRate,
		VariableRate: c.VariableRate, OnFull: plan.OnFull(c.OnFull), BitRate: c.BitRate,
		KeyInterval: c.KeyInterval, Threads: c.Threads,
	}
}

// plan returns the config as package plan reads it.
func (c AudioConfig) plan() plan.AudioConfig { return plan.AudioConfig(c) }

// plan returns the frames as package plan reads them.
func (f Frames) plan() plan.Frames {
	return plan.Frames{
		Data: f.Data, Layout: plan.Layout(f.Layout), Strides: f.Strides, BottomUp: f.BottomUp, PTS: f.PTS,
	}
}

// plan returns the frames as package plan reads them.
func (f DeviceFrames) plan() plan.DeviceFrames {
	return plan.DeviceFrames{
		Ptr: f.Ptr, N: f.N, Pitch: f.Pitch, Layout: plan.Layout(f.Layout), BottomUp: f.BottomUp,
		Stream: f.Stream, PTS: f.PTS,
	}
}
