package color

import (
	"slices"

	"github.com/asticode/go-astiav"
)

// CodecRules tell which colour properties a codec signals in its own bitstream, and which it fixes,
// so that its readers take them for granted. Readers follow the codec, whatever the container
// signals.
//
// A property that is in none of the lists is left to the container.
type CodecRules struct {
	matrices      []astiav.ColorSpace     // the matrices that it can stand for; nil: any
	locations     []astiav.ChromaLocation // where its 4:2:0 chroma can lie; nil: anywhere
	location422   astiav.ChromaLocation   // where the chroma lies that has all lines, but fewer columns
	onlyLimited   bool                    // it has no full range
	OnlyFullRange bool                    // it has no limited range
	SignalsRange  bool                    // its bitstream tells the range
}

// RulesFor returns the rules of a codec. A codec that has none signals and fixes nothing.
func RulesFor(codec astiav.CodecID) CodecRules { return codecRules[codec] }

// codecRules are the codecs that signal or fix a property. A codec fixes the first value of each
// list, unless the user asks for another one of the list.
var codecRules = func() map[astiav.CodecID]CodecRules {
	const left, center, topleft = astiav.ChromaLocationLeft, astiav.ChromaLocationCenter, astiav.ChromaLocationTopleft
	location := func(l ...astiav.ChromaLocation) []astiav.ChromaLocation { return l }
	matrix := func(m ...astiav.ColorSpace) []astiav.ColorSpace { return m }
	const bt601, bt709 = astiav.ColorSpaceBt470Bg, astiav.ColorSpaceBt709
	return map[astiav.CodecID]CodecRules{
		astiav.CodecIDH264: {SignalsRange: true, location422: left}, // ITU-T H.264, figure 6-2
		astiav.CodecIDHevc: {SignalsRange: true, location422: left}, // ITU-T H.265, figure 6-2
		astiav.CodecIDVp9:  {SignalsRange: true},
		// AV1 (chroma_sample_position in 6.4.2) has no value for the centre.
		astiav.CodecIDAv1: {SignalsRange: true, locations: location(left, topleft)},
		// VP8 (RFC 6386, 9.2) has one matrix. Its clamping_type is not a range.
		astiav.CodecIDVp8: {matrices: matrix(bt601), onlyLimited: true},
		// JFIF (ITU-T T.871, 7 and 9)
		astiav.CodecIDMjpeg: {matrices: matrix(bt601), locations: location(center), OnlyFullRange: true},
		astiav.CodecIDAmv:   {matrices: matrix(bt601), locations: location(center), OnlyFullRange: true},
		// ISO/IEC 11172-2, 2.4.1; ISO/IEC 13818-2, figures 6-1 and 6-2; ISO/IEC 14496-2, 6.1.3.6
		astiav.CodecIDMpeg1Video: {locations: location(center), onlyLimited: true},
		astiav.CodecIDMpeg2Video: {locations: location(left), location422: left, onlyLimited: true},
		astiav.CodecIDMpeg4:      {locations: location(left)},
		astiav.CodecIDH261:       {locations: location(center), onlyLimited: true}, // ITU-T H.261, figure 2
		astiav.CodecIDH263:       {locations: location(center), onlyLimited: true}, // ITU-T H.263, figure 2
		astiav.CodecIDH263P:      {locations: location(center), onlyLimited: true},
		astiav.CodecIDFlv1:       {locations: location(center), onlyLimited: true}, // a form of H.263
		// IEC 61834-2: BT.601, each chroma sample lies on the first of its pixels
		astiav.CodecIDDvvideo: {matrices: matrix(bt601), locations: location(topleft), location422: left, onlyLimited: true},
		astiav.CodecIDSpeedhq: {matrices: matrix(bt601), locations: location(center), onlyLimited: true},
		astiav.CodecIDProres:  {onlyLimited: true}, // SMPTE RDD 36, 5.1.1 signals the matrix, but no range
		astiav.CodecIDDnxhd:   {matrices: matrix(bt709), SignalsRange: true},
		astiav.CodecIDDirac:   {matrices: matrix(bt709, bt601), SignalsRange: true}, // VC-2: SMPTE ST 2042-1, table 11.7
		astiav.CodecIDUtvideo: {matrices: matrix(bt601, bt709), onlyLimited: true},  // ULY and ULH
	}
}()

// signalsRange says whether a container signals the range of its video. The colr box of mov (nclc)
// does not, and the other containers have no field for it.
func signalsRange(container string) bool {
	return slices.Contains([]string{"", "mp4", "avif", "matroska", "webm"}, container)
}

// LeastCapableContainer returns the name of the container that limits what can be signaled: the
// first that does not signal the range, otherwise the first of all; "" if names is empty.
func LeastCapableContainer(names []string) string {
	if i := slices.IndexFunc(names, func(name string) bool { return !signalsRange(name) }); i >= 0 {
		return names[i]
	}
	return append(names, "")[0]
}
