package plan

import (
	"fmt"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/color"
	"github.com/avloom/avloom/internal/fault"
)

// checkNames returns an error for a text with a NUL byte, at which C would end it.
func (p *Video) checkNames() error {
	c := &p.Config
	return avoption.CheckTexts(
		avoption.Setting{Field: "Device", Value: c.Device},
		avoption.Setting{Field: "Codec", Value: c.Codec},
		avoption.Setting{Field: "PixelFormat", Value: c.PixelFormat},
		avoption.Setting{Field: "Preset", Value: c.Preset},
		avoption.Setting{Field: "Scaler", Value: c.Scaler},
		avoption.Setting{Field: "Dither", Value: c.Dither},
		avoption.Setting{Field: "InputFormat", Value: c.InputFormat},
		avoption.Setting{Field: "ColorSpace", Value: c.ColorSpace},
		avoption.Setting{Field: "ColorRange", Value: c.ColorRange},
		avoption.Setting{Field: "ColorPrimaries", Value: c.ColorPrimaries},
		avoption.Setting{Field: "ColorTransfer", Value: c.ColorTransfer},
	)
}

// checkSize checks that the size is positive and that FFmpeg takes it.
func (p *Video) checkSize() error {
	width, height := p.Config.Width, p.Config.Height
	for _, side := range []struct {
		field string
		n     int
	}{{"Width", width}, {"Height", height}} {
		if side.n <= 0 {
			reason := "must be above 0: the size of the input frames in pixels"
			return &fault.ConfigError{Field: side.field, Value: side.n, Reason: reason}
		}
	}
	if astiavx.ValidSize(width, height) {
		return nil
	}
	field, larger := "Width", width
	if height > width {
		field, larger = "Height", height
	}
	return tooLarge(Side{field, larger}, fmt.Sprintf("%d×%d pixels are", width, height))
}

// checkDevice checks the name of the device, and that no setting contradicts it.
func (p *Video) checkDevice() error {
	if p.Config.Device == "" || p.Config.Device == "cpu" {
		return nil
	}
	if !p.OnCUDA() {
		supported := []string{"cpu", "cuda", "cuda:N"}
		reason := "there is no such device"
		return &fault.ConfigError{Field: "Device", Value: p.Config.Device, Reason: reason, Supported: supported}
	}
	if index, ok := p.Config.ExtraOptions["gpu"]; ok {
		return &fault.ConfigError{Field: avoption.ExtraField("gpu"), Value: index, Reason: "set Device instead"}
	}
	if p.Config.PixelFormat != "" {
		reason := "must be empty on CUDA, which encodes nv12"
		return &fault.ConfigError{Field: "PixelFormat", Value: p.Config.PixelFormat, Reason: reason}
	}
	return nil
}

// readColor collects the wishes for colour.
func (p *Video) readColor() (err error) {
	cfg := &p.Config
	p.Color, err = color.NewWishes(color.Fields{
		Space: cfg.ColorSpace, Range: cfg.ColorRange, Primaries: cfg.ColorPrimaries, Transfer: cfg.ColorTransfer,
	}, cfg.ExtraOptions)
	return err
}

// checkOddSize checks that OddSize is one of the choices.
func (p *Video) checkOddSize() error {
	choice := p.Config.OddSize
	if choice >= 0 && int(choice) < len(OddSizeNames) {
		return nil
	}
	return noSuchChoice("OddSize", int(choice), OddSizeNames)
}

// checkOnFull checks that OnFull is one of the choices.
func (p *Video) checkOnFull() error {
	choice := p.Config.OnFull
	if choice >= 0 && int(choice) < len(OnFullNames) {
		return nil
	}
	return noSuchChoice("OnFull", int(choice), OnFullNames)
}

// noSuchChoice returns the error about a number that is none of the choices of a field.
func noSuchChoice(field string, value int, choices []string) error {
	return &fault.ConfigError{Field: field, Value: value, Reason: "there is no such choice", Supported: choices}
}
