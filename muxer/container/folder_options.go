package container

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"
)

// Segments says how an output of many files is cut.
type Segments struct {
	Name  string   // of the index, or the pattern of pictures
	Every *big.Rat // seconds from one cut to the next; nil: pictures are not cut
	Keep  int      // how many segments of a stream stay; 0: all
	Rings int      // how many streams have segments of their own
}

// usualSegment is how long a segment lasts if nobody says, in seconds.
const usualSegment = 4

// UsualSegment returns how long a segment lasts if the program does not say: the whole number of
// pictures that comes closest to four seconds. Without pictures it is four seconds.
func UsualSegment(rate astiav.Rational) *big.Rat {
	if rate.Num() <= 0 {
		return big.NewRat(usualSegment, 1)
	}
	num, den := int64(rate.Num()), int64(rate.Den())
	pictures := max(1, (2*usualSegment*num+den)/(2*den))
	return new(big.Rat).Mul(big.NewRat(pictures, 1), big.NewRat(den, num))
}

// Micros returns how many whole microseconds a segment lasts, rounded down.
func (s Segments) Micros() int64 {
	micros := new(big.Int).Mul(s.Every.Num(), big.NewInt(1_000_000))
	return micros.Div(micros, s.Every.Denom()).Int64()
}

// Passed returns how many cuts have passed at a time of a clock.
func (s Segments) Passed(ticks int64, clock astiav.Rational) int64 {
	passed := new(big.Rat).Mul(big.NewRat(ticks, 1), big.NewRat(int64(clock.Num()), int64(clock.Den())))
	passed.Quo(passed, s.Every)
	return new(big.Int).Div(passed.Num(), passed.Denom()).Int64()
}

// HLSMicros returns the length of a segment that FFmpeg's muxer for HLS is told: less by as much as
// the time of a picture can be too small after it was rounded to a tick of the container and to a
// microsecond. Package muxer sees to it that FFmpeg does not cut too early.
func (s Segments) HLSMicros(inside string) int64 {
	rounding := int64(1)
	if inside == "mpegts" {
		rounding = 1_000_000/90_000 + 1
	}
	return max(1, s.Micros()-rounding)
}

// folderOptions returns the options of a muxer that writes many files.
func (s Spec) folderOptions() map[string]string {
	options := map[string]string{"fflags": "+bitexact"}
	switch s.Format {
	case HLS:
		maps.Copy(options, s.hlsOptions())
	case DASH:
		stem := cleanStem(s.Segments.Name)
		maps.Copy(options, map[string]string{
			"seg_duration": micros(s.Segments.Micros()), "window_size": fmt.Sprint(s.Segments.Keep),
			"extra_window_size": "0", // or FFmpeg tries later to remove files that are gone
			"init_seg_name":     stem + "-$RepresentationID$-init.mp4",
			"media_seg_name":    stem + "-$RepresentationID$-$Number%05d$.m4s",
			// FFmpeg's WebM keeps a packet of sound back, and never writes the last one.
			"dash_segment_type": "mp4",
		})
	case Pictures:
		options["start_number"] = "0"
	}
	maps.Copy(options, s.Options)
	s.addSurface(options)
	if s.Format == HLS && s.hasPictures() && !strings.Contains(s.Options["hls_flags"], "independent_segments") {
		options["hls_flags"] += "+independent_segments"
	}
	return options
}

// hlsOptions returns the options of FFmpeg's muxer for HLS. A playlist to which segments are only
// added says so: players then let their users go back to the beginning.
func (s Spec) hlsOptions() map[string]string {
	files := HLSFiles(s.Segments.Name, s.Options)
	options := map[string]string{
		"hls_segment_type": "fmp4", "hls_segment_filename": FileURL(files.Numbers),
		"hls_list_size": fmt.Sprint(s.Segments.Keep),
		"hls_time":      micros(s.Segments.HLSMicros(Inside(s.Format, s.Options))),
	}
	if s.Segments.Keep == 0 {
		options["hls_playlist_type"] = "event"
	}
	if len(files.Headers) > 0 {
		options["hls_fmp4_init_filename"] = files.Headers[0]
		// Otherwise FFmpeg moves all times, and no index says what of the sound is priming.
		options["avoid_negative_ts"] = "disabled"
	}
	return options
}

// hasPictures says whether there is a stream of pictures.
func (s Spec) hasPictures() bool {
	isVideo := func(id astiav.CodecID) bool { return id.MediaType() == astiav.MediaTypeVideo }
	return slices.ContainsFunc(s.Codecs, isVideo)
}

func micros(n int64) string { return fmt.Sprintf("%dus", n) }

// FileURL returns the URL that FFmpeg gets for a file of an output of many files. No protocol has
// its scheme, so that no rename and no removal by FFmpeg reaches a file. The slash keeps the scheme
// out of playlists.
func FileURL(name string) string { return fileScheme + name }

// FileName returns the name of a file from the URL that FFmpeg got for it.
func FileName(url string) (name string, ok bool) { return strings.CutPrefix(url, fileScheme) }

const fileScheme = "avl:/"

// takenOptions are the options that a program may set for an output of many files. All others name
// files, have them written in other ways, or belong to the network.
var takenOptions = map[string][]string{
	HLS: {
		"start_number", "hls_segment_type", "hls_flags", "hls_playlist_type", "hls_base_url", "hls_allow_cache",
		"hls_segment_options", "hls_fmp4_init_resend",
	},
	DASH: {
		"adaptation_sets", "use_template", "use_timeline", "utc_timing_url", "target_latency", "update_period",
		"suggested_presentation_delay", "min_playback_rate", "max_playback_rate", "mpd_profile", "frag_type",
		"frag_duration", "format_options", "dash_segment_type", "availability_start_time_ms", "write_prft",
	},
	Pictures: {"start_number"},
}

// takenValues are the values that such an option may have, where they are few.
var takenValues = map[string][]string{
	"hls_flags": {
		"independent_segments", "program_date_time", "omit_endlist", "round_durations", "discont_start",
	},
	"dash_segment_type": {"mp4"},
}

// insteadOf are the settings of avloom that do what an option does.
var insteadOf = map[string]string{
	"hls_time": "SegmentEvery", "seg_duration": "SegmentEvery", "hls_init_time": "SegmentEvery",
	"hls_list_size": "SegmentKeep", "window_size": "SegmentKeep", "extra_window_size": "SegmentKeep",
	"hls_delete_threshold": "SegmentKeep",
}

// CheckFolderOption returns why an output of many files does not take an option of its muxer, and
// what it takes; "": it does.
func CheckFolderOption(format, key, value string) (reason string, supported []string) {
	taken := takenOptions[format]
	if instead := insteadOf[key]; instead != "" {
		return "set " + instead + " instead", nil
	}
	if !slices.Contains(taken, key) {
		return "avloom itself decides how the files of a folder are named and written; these can be set", taken
	}
	values := takenValues[key]
	for _, v := range strings.FieldsFunc(value, func(r rune) bool { return r == '+' || r == '-' }) {
		if len(values) > 0 && !slices.Contains(values, v) {
			return "a folder takes these values only", values
		}
	}
	return "", nil
}
