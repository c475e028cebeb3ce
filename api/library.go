package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/asticode/go-astiav"
	"golang.org/x/sys/cpu"
)

// mostFrameThreads is X265_MAX_FRAME_THREADS (x265's common/common.h): with more, x265 does not open.
const mostFrameThreads = 16

// threadCount is libavcodec's thread count for an encoder: of x265 it is the number of frames at a time.
func threadCount(encoder string, threads int) int {
	if encoder == "libx265" {
		return min(threads, mostFrameThreads)
	}
	return threads
}

// threading are options without which an encoder leaves the threads that it is given idle: libvpx gives each a column of tiles of VP9, of which narrow
// pictures have one, unless it may give them rows; the file is the same. FFmpeg gives mjpeg's frames one thread, whose rate control
// needs them in order, but cuts a picture into slices if told to.
var threading = map[string]codecOption{
	"libvpx-vp9": {key: "row-mt", value: "1"},
	"mjpeg":      {key: "thread_type", value: "slice"},
}

// withThreading adds the option that lets the encoder use its threads, except where the user has said it.
func (o *opener) withThreading(options []codecOption) []codecOption {
	ours, ok := threading[o.codec.Name()]
	if !ok || o.threads == 1 || slices.ContainsFunc(options, func(o codecOption) bool { return o.key == ours.key }) {
		return options
	}
	ours.field, ours.given = extraField(ours.key), ours.value
	return append(slices.Clone(options), ours)
}

// libraryParameters are what is said to the library behind an encoder because FFmpeg does not: how many threads it may have, which SVT-AV1
// and the pool of x265 would otherwise take from the machine, that x265 write nothing to stderr, whose log level FFmpeg mistakes, that
// x264 leave AVX-512 alone where it makes the file depend on chance, that x265 keep from overrunning its memory, that x265 make more than one
// column of blocks, and to libaom where the chroma lies.
func (o *opener) libraryParameters(width, height int, options []codecOption) (key string, ours []parameter) {
	threads := o.threads
	switch o.codec.Name() {
	case "libaom-av1":
		key = "aom-params"
		if position, ok := av1Positions[o.location]; ok {
			ours = append(ours, parameter{"chroma-sample-position", position})
		}
	case "libx264", "libx264rgb":
		key = "x264-params"
		if cpu.X86.HasAVX512F && hasMacroblockTree(options) {
			ours = append(ours, parameter{"asm", "AVX2"})
		}
	case "libsvtav1":
		key = "svtav1-params"
		if threads > 0 {
			ours = append(ours, parameter{"lp", strconv.Itoa(threads)})
		}
	case "libx265":
		key = "x265-params"
		ours = append(ours, parameter{"log-level", "none"})
		if threads > 0 {
			ours = append(ours, parameter{"pools", strconv.Itoa(threads)})
		}
		if width < leastForTree {
			ours = append(ours, parameter{"cutree", "0"})
		}
		if size := o.blocksOfTwoColumns(width, height, options); size != "" {
			ours = append(ours, parameter{"ctu", size})
		}
	}
	return key, ours
}

// blocksOfTwoColumns is the size of x265's blocks (CTU) for a picture that would otherwise be one of them wide; "": leave it. In a single column x265
// (3.5 at least) searches in what nobody wrote, as valgrind sees, and equal input gives different files. FFmpeg makes the blocks small enough for all but
// these widths; for a width of 16 there are none that are. Placebo divides blocks so often that they must be larger than 16.
func (o *opener) blocksOfTwoColumns(width, height int, options []codecOption) string {
	placebo := slices.ContainsFunc(options, func(o codecOption) bool { return o.key == "preset" && (o.value == "placebo" || o.value == "9") })
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
func hasMacroblockTree(options []codecOption) bool {
	return !slices.ContainsFunc(options, func(o codecOption) bool {
		i := x264Choices["preset"].index(o.value)
		return o.key == "preset" && (i == 0 || i == 1)
	})
}

// leastForTree is the width from which x265 (3.5 at least) has the four blocks in a row that its code for the tree of blocks always writes: with fewer it
// writes beyond its buffer, as valgrind sees, and the process ends in free().
const leastForTree = 64

// sameParameters are other names of those of ours, and those that may ask for more than ours allows.
var sameParameters = map[string]string{"log": "log-level", "numa-pools": "pools", "min-cu-size": "ctu", "tu-intra-depth": "ctu", "tu-inter-depth": "ctu"}

// withLibraryParameters adds our parameters to the option that holds those of the library, except what the user has said there.
func (o *opener) withLibraryParameters(width, height int, options []codecOption) ([]codecOption, error) {
	key, ours := o.libraryParameters(width, height, options)
	if len(ours) == 0 {
		return options, nil
	}
	i := slices.IndexFunc(options, func(o codecOption) bool { return o.key == key })
	if i < 0 {
		return append(options, codecOption{field: extraField(key), key: key, value: joinParameters(ours), given: joinParameters(ours)}), nil
	}
	theirs, err := options[i].parameters()
	if err != nil {
		return nil, err
	}
	ours = slices.DeleteFunc(ours, func(p parameter) bool {
		return slices.ContainsFunc(theirs, func(t parameter) bool {
			return strings.TrimPrefix(t.flat(), "no-") == p.name || sameParameters[t.flat()] == p.name
		})
	})
	options = slices.Clone(options)
	options[i].value = joinParameters(append(ours, theirs...)) // ours first: x265 heeds its log level from there on
	return options, nil
}

// joinParameters writes parameters so that av_dict_parse_string reads them back.
func joinParameters(all []parameter) string {
	escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`, `:`, `\:`, `=`, `\=`, " ", `\ `)
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = escape.Replace(p.name) + "=" + escape.Replace(p.value)
	}
	return strings.Join(texts, ":")
}
