package color

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// firstBT709Height is the height from which video is taken for high definition, whose matrix is
// BT.709 (ITU-R BT.709); below it that of BT.601.
const firstBT709Height = 720

// matrices are those that swscale converts to, by the names of VideoConfig and by FFmpeg's.
var matrices = map[string]astiav.ColorSpace{
	"bt601": astiav.ColorSpaceSmpte170M, "smpte170m": astiav.ColorSpaceSmpte170M, "bt470bg": astiav.ColorSpaceBt470Bg,
	"bt709": astiav.ColorSpaceBt709, "bt2020": astiav.ColorSpaceBt2020Ncl, "bt2020nc": astiav.ColorSpaceBt2020Ncl,
	"bt2020_ncl": astiav.ColorSpaceBt2020Ncl, "fcc": astiav.ColorSpaceFcc, "smpte240m": astiav.ColorSpaceSmpte240M,
}

// matrixNames are those names, the usual first.
var matrixNames = []string{
	"bt601",
	"bt709",
	"bt2020",
	"smpte170m",
	"bt470bg",
	"smpte240m",
	"fcc",
	"bt2020nc",
	"bt2020_ncl",
}

// Wishes are the wishes for colour, from wherever they came.
type Wishes struct {
	Space, ColorRange, primaries, transfer, Location avoption.Setting
}

// Fields are the fields of a config that concern colour; "" is the default.
type Fields struct{ Space, Range, Primaries, Transfer string }

// NewWishes collects the wishes for colour from the fields and the options, which exclude each
// other.
func NewWishes(fields Fields, options map[string]any) (Wishes, error) {
	s := Wishes{
		Space: avoption.Setting{
			Field: "ColorSpace",
			Value: fields.Space,
		},
		ColorRange: avoption.Setting{Field: "ColorRange", Value: fields.Range},
		primaries: avoption.Setting{
			Field: "ColorPrimaries",
			Value: fields.Primaries,
		},
		transfer: avoption.Setting{Field: "ColorTransfer", Value: fields.Transfer},
	}
	for _, from := range []struct {
		key string
		to  *avoption.Setting
	}{
		{"colorspace", &s.Space},
		{"color_range", &s.ColorRange},
		{"color_primaries", &s.primaries},
		{"color_trc", &s.transfer},
		{"chroma_sample_location", &s.Location},
	} {
		extra, ok := options[from.key]
		if !ok {
			continue
		}
		text, err := avoption.Text(from.key, extra)
		if err != nil {
			return s, err
		}
		if text == "" {
			return s, &fault.ConfigError{
				Field:  avoption.ExtraField(from.key),
				Value:  text,
				Reason: "is empty; name a value or drop it",
			}
		}
		*from.to = avoption.Setting{Field: avoption.ExtraField(from.key), Value: text}
	}
	return s, nil
}

// Check finds names that stand for nothing.
func (s *Wishes) Check() error {
	_, _, err := s.Resolve(Target{Format: astiav.PixelFormatYuv444P})
	return err
}

// Target is the video whose colour is to be settled.
type Target struct {
	Format    astiav.PixelFormat
	Codec     astiav.CodecID
	Container string // "": not known yet
	Height    int
}

// Overruled is a wish for colour that the format, the codec or the container does not know.
type Overruled struct {
	avoption.Setting
	by string // what fixes it
}

// String says what became of the wish.
func (o Overruled) String() string {
	return fmt.Sprintf("%s %q: %s cannot say it; pixels and tags follow what it can", o.Field, o.Value, o.by)
}

// Resolve turns the wishes into the tags of a video. What the format, the codec or the container
// cannot say is overruled, and the pixels follow the tags, so that a reader sees what was put in.
func (s *Wishes) Resolve(t Target) (color astiavx.Color, lost []Overruled, err error) {
	wished := t.defaults()
	err = fault.First(
		choose(&wished.Space, s.Space, "colorspace", findMatrix, matrixNames),
		choose(&wished.Range, s.ColorRange, "color_range", astiavx.FindColorRange, []string{"tv", "pc"}),
		choose(
			&wished.Primaries,
			s.primaries,
			"color_primaries",
			astiavx.FindColorPrimaries,
			astiavx.ColorNames("primaries"),
		),
		choose(&wished.Transfer, s.transfer, "color_trc", astiavx.FindColorTransfer, astiavx.ColorNames("transfer")),
		choose(
			&wished.Location,
			s.Location,
			"chroma_sample_location",
			astiavx.FindChromaLocation,
			astiavx.ColorNames("location"),
		),
	)
	color = t.fit(wished)
	lost = append(lost, overruledBy(t, s.Space, sameMatrix(wished.Space, color.Space))...)
	lost = append(lost, overruledBy(t, s.ColorRange, wished.Range == color.Range)...)
	lost = append(lost, overruledBy(t, s.Location, wished.Location == color.Location)...)
	return color, lost, err
}

// overruled is the setting, if it says something that was not kept.
func overruledBy(t Target, s avoption.Setting, kept bool) []Overruled {
	if s.Value == "" || kept {
		return nil
	}
	by := t.Format.Name()
	if t.Codec != astiav.CodecIDNone {
		by += " in " + t.Codec.Name()
	}
	if t.Container != "" {
		by += " in " + t.Container
	}
	return []Overruled{{s, by}}
}

func findMatrix(name string) (astiav.ColorSpace, bool) { v, ok := matrices[name]; return v, ok }

// choose sets to to what the setting names, if it names anything: one of those supported, or what
// FFmpeg's option of this key takes for the same, "full" for "pc" or a number.
func choose[T ~int | ~uint32](
	to *T,
	s avoption.Setting,
	key string,
	find func(string) (T, bool),
	supported []string,
) error {
	if s.Value == "" {
		return nil
	}
	if v, ok := find(s.Value); ok && slices.Contains(supported, s.Value) {
		*to = v
		return nil
	}
	if n, err := astiavx.CheckEncoderOption("", key, s.Value); err == nil {
		for _, name := range supported {
			if v, _ := find(name); v == T(n) {
				*to = v
				return nil
			}
		}
	}
	return &fault.ConfigError{
		Field:     s.Field,
		Value:     s.Value,
		Reason:    colorReasons[key] + fault.DidYouMean(s.Value, supported),
		Supported: supported,
	}
}

var colorReasons = map[string]string{
	"colorspace":             "there is no such matrix, or no conversion to it",
	"color_range":            "there is no such range",
	"color_primaries":        "there are no such primaries",
	"color_trc":              "there is no such transfer characteristic",
	"chroma_sample_location": "there is no such chroma location",
}
