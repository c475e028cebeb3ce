package color

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// property is a colour property with the names of its values.
type property[T ~int | ~uint32] struct {
	key     string                 // of FFmpeg's option
	names   []string               // that a wish can use, the usual ones first
	find    func(string) (T, bool) // the value of a name
	unknown string                 // the error about a name that stands for nothing
}

// matrices are the matrices to which swscale converts, by the names of VideoConfig and by FFmpeg's.
var matrices = map[string]astiav.ColorSpace{
	"bt601": astiav.ColorSpaceSmpte170M, "smpte170m": astiav.ColorSpaceSmpte170M, "bt470bg": astiav.ColorSpaceBt470Bg,
	"bt709": astiav.ColorSpaceBt709, "bt2020": astiav.ColorSpaceBt2020Ncl, "bt2020nc": astiav.ColorSpaceBt2020Ncl,
	"bt2020_ncl": astiav.ColorSpaceBt2020Ncl, "fcc": astiav.ColorSpaceFcc, "smpte240m": astiav.ColorSpaceSmpte240M,
}

// matrixNames are the names of the matrices, the usual ones first.
var matrixNames = []string{
	"bt601", "bt709", "bt2020", "smpte170m", "bt470bg", "smpte240m", "fcc", "bt2020nc", "bt2020_ncl",
}

var matrixProperty = property[astiav.ColorSpace]{
	key: "colorspace", names: matrixNames, unknown: "there is no such matrix, or no conversion to it",
	find: func(name string) (astiav.ColorSpace, bool) { m, ok := matrices[name]; return m, ok },
}

var rangeProperty = property[astiav.ColorRange]{
	key: "color_range", names: []string{"tv", "pc"}, unknown: "there is no such range", find: astiavx.FindColorRange,
}

func primariesProperty() property[astiav.ColorPrimaries] {
	return property[astiav.ColorPrimaries]{
		key: "color_primaries", names: namesOf(astiavx.ColorPrimariesName), unknown: "there are no such primaries",
		find: astiavx.FindColorPrimaries,
	}
}

func transferProperty() property[astiav.ColorTransferCharacteristic] {
	return property[astiav.ColorTransferCharacteristic]{
		key: "color_trc", names: namesOf(astiavx.ColorTransferName), unknown: "there is no such transfer characteristic",
		find: astiavx.FindColorTransfer,
	}
}

func locationProperty() property[astiav.ChromaLocation] {
	return property[astiav.ChromaLocation]{
		key: "chroma_sample_location", names: namesOf(astiavx.ChromaLocationName),
		unknown: "there is no such chroma location", find: astiavx.FindChromaLocation,
	}
}

// namesOf returns the names of all values of a colour property. name returns FFmpeg's name of a
// value.
func namesOf[T ~int | ~uint32](name func(T) string) []string {
	const unspecified, end = 0, 32 // of each property; no value is larger
	var names []string
	for v := T(unspecified + 1); v < end; v++ {
		if n := name(v); n != "" && n != "reserved" && n != "unknown" {
			names = append(names, n)
		}
	}
	return names
}

// resolve sets value to the value that a wish names, if it names one: by one of the names of the
// property, or by anything that FFmpeg's option takes for the same value, such as "full" for "pc",
// or a number.
func resolve[T ~int | ~uint32](value *T, wish avoption.Setting, p property[T]) error {
	if wish.Value == "" {
		return nil
	}
	if v, ok := p.find(wish.Value); ok && slices.Contains(p.names, wish.Value) {
		*value = v
		return nil
	}
	n, err := astiavx.CheckEncoderOption("", p.key, wish.Value)
	if err == nil {
		for _, name := range p.names {
			if v, _ := p.find(name); v == T(n) {
				*value = v
				return nil
			}
		}
	}
	reason := p.unknown + fault.DidYouMean(wish.Value, p.names)
	return &fault.ConfigError{Field: wish.Field, Value: wish.Value, Reason: reason, Supported: p.names}
}
