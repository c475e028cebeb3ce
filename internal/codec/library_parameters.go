package codec

import (
	"slices"
	"strconv"
	"strings"

	"github.com/asticode/go-astiav"
	"golang.org/x/sys/cpu"

	"github.com/avloom/avloom/internal/avoption"
)

// mostFrameThreads is X265_MAX_FRAME_THREADS (x265's common/common.h): with more, x265 does not open.
const mostFrameThreads = 16

// ThreadCount is libavcodec's thread count for an encoder: of x265 it is the number of frames at a time.
func ThreadCount(encoder string, threads int) int {
	if encoder == "libx265" {
		return min(threads, mostFrameThreads)
	}
	return threads
}

// threading are options without which an encoder leaves the threads that it is given idle: libvpx gives each a column of tiles of VP9, of which narrow
// pictures have one, unless it may give them rows; the file is the same. FFmpeg gives mjpeg's frames one thread, whose rate control
// needs them in order, but cuts a picture into slices if told to.
var threading = map[string]avoption.Option{
	"libvpx-vp9": {Key: "row-mt", Value: "1"},
	"mjpeg":      {Key: "thread_type", Value: "slice"},
}

// withThreading adds the option that lets the encoder use its threads, except where the user has said it.
func (o *Opener) withThreading(options []avoption.Option) []avoption.Option {
	ours, ok := threading[o.Codec.Name()]
	if !ok || o.Threads == 1 || slices.ContainsFunc(options, func(o avoption.Option) bool { return o.Key == ours.Key }) {
		return options
	}
	ours.Field, ours.Given = avoption.ExtraField(ours.Key), ours.Value
	return append(slices.Clone(options), ours)
}

// libraryParameters are what is said to the library behind an encoder because FFmpeg does not: how many threads it may have, which SVT-AV1
// and the pool of x265 would otherwise take from the machine, that x265 write nothing to stderr, whose log level FFmpeg mistakes, that
// x264 leave AVX-512 alone where it makes the file depend on chance, that x265 keep from overrunning its memory, that x265 make more than one
// column of blocks, and to libaom where the chroma lies.
func (o *Opener) libraryParameters(width, height int, options []avoption.Option) (key string, ours []avoption.Parameter) {
	threads := o.Threads
	switch o.Codec.Name() {
	case "libaom-av1":
		key = "aom-params"
		if position, ok := av1Positions[o.Location]; ok {
			ours = append(ours, avoption.Parameter{Name: "chroma-sample-position", Value: position})
		}
	case "libx264", "libx264rgb":
		key = "x264-params"
		if cpu.X86.HasAVX512F && hasMacroblockTree(options) {
			ours = append(ours, avoption.Parameter{Name: "asm", Value: "AVX2"})
		}
	case "libsvtav1":
		key = "svtav1-params"
		if threads > 0 {
			ours = append(ours, avoption.Parameter{Name: "lp", Value: strconv.Itoa(threads)})
		}
	case "libx265":
		key = "x265-params"
		ours = append(ours, avoption.Parameter{Name: "log-level", Value: "none"})
		if threads > 0 {
			ours = append(ours, avoption.Parameter{Name: "pools", Value: strconv.Itoa(threads)})
		}
		if width < leastForTree {
			ours = append(ours, avoption.Parameter{Name: "cutree", Value: "0"})
		}
		if size := o.blocksOfTwoColumns(width, height, options); size != "" {
			ours = append(ours, avoption.Parameter{Name: "ctu", Value: size})
		}
	}
	return key, ours
}

// blocksOfTwoColumns is the size of x265's blocks (CTU) for a picture that would otherwise be one of them wide; "": leave it. In a single column x265
// (3.5 at least) searches in what nobody wrote, as valgrind sees, and equal input gives different files. FFmpeg makes the blocks small enough for all but
// these widths; for a width of 16 there are none that are. Placebo divides blocks so often that they must be larger than 16.
func (o *Opener) blocksOfTwoColumns(width, height int, options []avoption.Option) string {
	placebo := slices.ContainsFunc(options, func(o avoption.Option) bool { return o.Key == "preset" && (o.Value == "placebo" || o.Value == "9") })
	switch {
	case width == 64 && height >= 64:
		return "32"
	case width == 32 && height >= 32 && !placebo:
		return "16"
	}
	return ""
}

// av1Positions are AV1's names of where 4:2:0 chroma lies (chroma_sample_position, 6.4.2), as libaom takes them.
var av1Positions = map[astiav.ChromaLocation]string{
	astiav.ChromaLocationLeft: "vertical", astiav.ChromaLocationTopleft: "colocated",
}

// hasMacroblockTree says whether x264 weighs blocks by how much later frames refer to them, which all presets but the two fastest do. Its AVX-512 code
// for that (up to version 164 at least) reads memory that nobody wrote, so that equal input gives different files; that for AVX2 does not, and
// takes 8 % more time at preset medium.
func hasMacroblockTree(options []avoption.Option) bool {
	return !slices.ContainsFunc(options, func(o avoption.Option) bool {
		i := avoption.ChoiceIndex("libx264", "preset", o.Value)
		return o.Key == "preset" && (i == 0 || i == 1)
	})
}

// leastForTree is the width from which x265 (3.5 at least) has the four blocks in a row that its code for the tree of blocks always writes: with fewer it
// writes beyond its buffer, as valgrind sees, and the process ends in free().
const leastForTree = 64

// sameParameters are other names of those of ours, and those that may ask for more than ours allows.
var sameParameters = map[string]string{"log": "log-level", "numa-pools": "pools", "min-cu-size": "ctu", "tu-intra-depth": "ctu", "tu-inter-depth": "ctu"}

// withLibraryParameters adds our parameters to the option that holds those of the library, except what the user has said there.
func (o *Opener) withLibraryParameters(width, height int, options []avoption.Option) ([]avoption.Option, error) {
	key, ours := o.libraryParameters(width, height, options)
	if len(ours) == 0 {
		return options, nil
	}
	i := slices.IndexFunc(options, func(o avoption.Option) bool { return o.Key == key })
	if i < 0 {
		return append(options, avoption.Option{Field: avoption.ExtraField(key), Key: key, Value: avoption.JoinParameters(ours), Given: avoption.JoinParameters(ours)}), nil
	}
	theirs, err := options[i].Parameters()
	if err != nil {
		return nil, err
	}
	ours = slices.DeleteFunc(ours, func(p avoption.Parameter) bool {
		return slices.ContainsFunc(theirs, func(t avoption.Parameter) bool {
			return strings.TrimPrefix(t.FoldedName(), "no-") == p.Name || sameParameters[t.FoldedName()] == p.Name
		})
	})
	options = slices.Clone(options)
	options[i].Value = avoption.JoinParameters(append(ours, theirs...)) // ours first: x265 heeds its log level from there on
	return options, nil
}
