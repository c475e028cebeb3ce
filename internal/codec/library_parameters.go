package codec

import (
	"slices"
	"strconv"
	"strings"

	"github.com/asticode/go-astiav"
	"golang.org/x/sys/cpu"

	"github.com/avloom/avloom/internal/avoption"
)

// withLibraryParameters returns the options with avloom's parameters for the library behind the
// encoder. The parameters that the config sets take precedence. The size is in pixels.
func (o *Opener) withLibraryParameters(width, height int, options []avoption.Option) ([]avoption.Option, error) {
	key, added := o.libraryParameters(width, height, options)
	if len(added) == 0 {
		return options, nil
	}
	i := slices.IndexFunc(options, func(o avoption.Option) bool { return o.Key == key })
	if i < 0 {
		value := avoption.JoinParameters(added)
		option := avoption.Option{Field: avoption.ExtraField(key), Key: key, Value: value, Given: value}
		return append(slices.Clip(options), option), nil // other goroutines open encoders with the same options
	}
	given, err := options[i].Parameters()
	if err != nil {
		return nil, err
	}
	added = slices.DeleteFunc(added, func(p avoption.Parameter) bool {
		return slices.ContainsFunc(given, func(g avoption.Parameter) bool { return replaces(g, p) })
	})
	options = slices.Clone(options)
	// The added parameters come first, since x265 obeys its log level only from there on.
	options[i].Value = avoption.JoinParameters(append(added, given...))
	return options, nil
}

// libraryParameters returns the parameters that FFmpeg does not set, and the key of the option that
// holds them.
func (o *Opener) libraryParameters(
	width, height int, options []avoption.Option,
) (key string, added []avoption.Parameter) {
	switch o.Codec.Name() {
	case "libaom-av1":
		key = "aom-params"
		position, ok := av1Positions[o.Location]
		if ok {
			added = append(added, avoption.Parameter{Name: "chroma-sample-position", Value: position})
		}
	case "libx264", "libx264rgb":
		key, added = "x264-params", o.framePackingParameters()
		if cpu.X86.HasAVX512F && hasMacroblockTree(options) {
			added = append(added, avoption.Parameter{Name: "asm", Value: "AVX2"})
		}
	case "libsvtav1": // would otherwise use as many threads as the machine has cores
		key = "svtav1-params"
		if o.Threads > 0 {
			added = append(added, avoption.Parameter{Name: "lp", Value: strconv.Itoa(svtLevel(o.Threads))})
		}
	case "libx265":
		key, added = "x265-params", o.x265Parameters(width, height, options)
	}
	return key, added
}

// sameParameters has the parameter of avloom that another parameter replaces: by another name, or
// because it may ask for more than avloom's value allows.
var sameParameters = map[string]string{
	"log": "log-level", "numa-pools": "pools",
	"min-cu-size": "ctu", "tu-intra-depth": "ctu", "tu-inter-depth": "ctu",
}

// replaces reports whether a parameter of the config takes the place of one that avloom would add.
func replaces(given, added avoption.Parameter) bool {
	name := given.FoldedName()
	return strings.TrimPrefix(name, "no-") == added.Name || sameParameters[name] == added.Name
}

// av1Positions has AV1's names for the position of 4:2:0 chroma (chroma_sample_position, 6.4.2), as
// libaom takes them.
var av1Positions = map[astiav.ChromaLocation]string{
	astiav.ChromaLocationLeft: "vertical", astiav.ChromaLocationTopleft: "colocated",
}

// hasMacroblockTree reports whether x264 weighs blocks by how much later frames refer to them, as
// all presets but the two fastest do. Its AVX-512 code for the tree (up to version 164 at least)
// reads memory that was not written, and equal input gives different files. Its AVX2 code does not,
// and takes 8 % more time at preset medium.
func hasMacroblockTree(options []avoption.Option) bool {
	return !slices.ContainsFunc(options, func(o avoption.Option) bool {
		i := avoption.ChoiceIndex("libx264", "preset", o.Value)
		return o.Key == "preset" && (i == 0 || i == 1)
	})
}
