package api

import "github.com/avloom/avloom/internal/plan"

// spec is the config as the planner reads it.
func (c VideoConfig) spec() plan.VideoConfig {
	return plan.VideoConfig{
		Width: c.Width, Height: c.Height, FrameRate: c.FrameRate, Device: c.Device, Codec: c.Codec,
		PixelFormat: c.PixelFormat, CRF: c.CRF, Preset: c.Preset, ExtraOptions: c.ExtraOptions,
		InputFormat: c.InputFormat, ColorSpace: c.ColorSpace, ColorRange: c.ColorRange,
		ColorPrimaries: c.ColorPrimaries, ColorTransfer: c.ColorTransfer, PixelAspect: c.PixelAspect,
		Tag: c.Tag, OddSize: plan.OddSize(c.OddSize), Threads: c.Threads,
	}
}

// spec is the config as the planner reads it.
func (c AudioConfig) spec() plan.AudioConfig { return plan.AudioConfig(c) }

// batch is the frames as the planner reads them.
func (f Frames) batch() plan.Frames {
	return plan.Frames{Data: f.Data, Layout: plan.Layout(f.Layout), PTS: f.PTS}
}

// batch is the frames as the planner reads them.
func (f DeviceFrames) batch() plan.DeviceFrames {
	return plan.DeviceFrames{Ptr: f.Ptr, N: f.N, Pitch: f.Pitch, Layout: plan.Layout(f.Layout), Stream: f.Stream}
}
