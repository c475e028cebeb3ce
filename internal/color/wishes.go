package color

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// Wishes are the colour properties that the user asks for, with the field or option that names
// each. A Setting without a value asks for nothing.
type Wishes struct {
	Space     avoption.Setting // the matrix
	Range     avoption.Setting
	Primaries avoption.Setting
	Transfer  avoption.Setting
	Location  avoption.Setting // of chroma
}

// Fields are the fields of a config that concern colour; "" asks for nothing.
type Fields struct{ Space, Range, Primaries, Transfer string }

// NewWishes collects the wishes from the fields of a config and from its ExtraOptions. An option
// replaces the field of the same property; the caller checks that not both are set. NewWishes does
// not check the names: see Check.
func NewWishes(fields Fields, options map[string]any) (Wishes, error) {
	w := Wishes{
		Space:     avoption.Setting{Field: "ColorSpace", Value: fields.Space},
		Range:     avoption.Setting{Field: "ColorRange", Value: fields.Range},
		Primaries: avoption.Setting{Field: "ColorPrimaries", Value: fields.Primaries},
		Transfer:  avoption.Setting{Field: "ColorTransfer", Value: fields.Transfer},
	}
	for _, option := range []struct {
		key  string
		wish *avoption.Setting
	}{
		{"colorspace", &w.Space},
		{"color_range", &w.Range},
		{"color_primaries", &w.Primaries},
		{"color_trc", &w.Transfer},
		{"chroma_sample_location", &w.Location},
	} {
		value, ok := options[option.key]
		if !ok {
			continue
		}
		text, err := avoption.Text(option.key, value)
		if err != nil {
			return w, err
		}
		field := avoption.ExtraField(option.key)
		if text == "" {
			return w, &fault.ConfigError{Field: field, Value: text, Reason: "is empty; name a value or drop it"}
		}
		*option.wish = avoption.Setting{Field: field, Value: text}
	}
	return w, nil
}

// Check returns an error for the first name that stands for nothing.
func (w *Wishes) Check() error {
	_, _, err := w.Resolve(Target{Format: astiav.PixelFormatYuv444P})
	return err
}

// UnmetWish is a wish that the pixel format, the codec or the container cannot signal.
type UnmetWish struct {
	avoption.Setting
	limit string // the format, codec and container, or the encoder
}

// String says which wish is not met, what cannot signal it, and what happens instead.
func (u UnmetWish) String() string {
	const text = "%s %q: %s cannot signal it; pixels and tags use a value that it can signal"
	return fmt.Sprintf(text, u.Field, u.Value, u.limit)
}

// Resolve turns the wishes into the colour properties of a video. Properties that the pixel format,
// the codec or the container cannot signal are replaced, and returned as unmet wishes. The caller
// converts the pixels to the result, so that a reader sees the colours of the input.
func (w *Wishes) Resolve(t Target) (color astiavx.Color, unmet []UnmetWish, err error) {
	wanted := t.defaults()
	if err := w.apply(&wanted); err != nil {
		return t.fit(wanted), nil, err
	}
	color = t.fit(wanted)
	note := func(wish avoption.Setting, met bool) {
		if wish.Value != "" && !met {
			unmet = append(unmet, UnmetWish{Setting: wish, limit: t.limit()})
		}
	}
	note(w.Space, sameMatrix(wanted.Space, color.Space))
	note(w.Range, wanted.Range == color.Range)
	note(w.Location, wanted.Location == color.Location)
	return color, unmet, nil
}

// apply sets the properties that the wishes name.
func (w *Wishes) apply(color *astiavx.Color) error {
	return fault.First(
		resolve(&color.Space, w.Space, matrixProperty),
		resolve(&color.Range, w.Range, rangeProperty),
		resolve(&color.Primaries, w.Primaries, primariesProperty()),
		resolve(&color.Transfer, w.Transfer, transferProperty()),
		resolve(&color.Location, w.Location, locationProperty()),
	)
}

// limit names the pixel format, the codec and the container, as far as they are known.
func (t Target) limit() string {
	name := t.Format.Name()
	if t.Codec != astiav.CodecIDNone {
		name += " in " + t.Codec.Name()
	}
	if t.Container != "" {
		name += " in " + t.Container
	}
	return name
}
