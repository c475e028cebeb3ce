package codec

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// exactInterval are the encoders that make no key frame when they are asked, but make one of each
// frame whose number is a multiple of the interval that they are given.
var exactInterval = []string{
	"libsvtav1", "ffv1", "snow", "svq1", "flashsv", "flashsv2", "qtrle", "smc", "zmbv", "msvideo1",
}

// noSceneChange is the threshold at which FFmpeg's MPEG encoders make no key frame of a new scene.
// They demand it for closed GOPs (mpegvideo_enc.c).
const noSceneChange = 1_000_000_000

// SegmentOptions returns the options, beside those that the config sets, with which segments of so
// many frames each can begin with a key frame after which nothing depends on the frames before. The
// encoder is asked for these key frames, unless it makes them by itself. An error is a
// *fault.ConfigError.
func SegmentOptions(codec *astiav.Codec, segments []int64, options []avoption.Option) ([]avoption.Option, error) {
	encoder := codec.Name()
	switch {
	case len(segments) == 0 || OnlyKeys(codec, options):
		return nil, nil
	case slices.Contains(mpegInterEncoders, encoder):
		return closeMPEG(options)
	case slices.Contains(keysOnDemand, encoder):
		return nil, CheckKeysOnDemand(codec, options)
	case !slices.Contains(exactInterval, encoder):
		e := segmentError(encoder + " cannot place key frames where segments begin; take another encoder")
		e.Supported = slices.DeleteFunc(slices.Concat(keysOnDemand, exactInterval), isHardware)
		return nil, e
	}
	shortest := slices.Min(segments)
	for _, n := range segments {
		if n%shortest != 0 {
			const text = "%s has one interval of key frames, and %d frames are no multiple of %d, " +
				"which another output has; make one length a multiple of the other, or take another encoder"
			return nil, segmentError(fmt.Sprintf(text, encoder, n, shortest))
		}
	}
	if _, err := checkInterval(encoder, shortest, options); err != nil || hasInterval(encoder, options) {
		return nil, err
	}
	if shortest > math.MaxInt32 {
		return nil, segmentError(fmt.Sprintf("must be at most %d frames for %s", math.MaxInt32, encoder))
	}
	return KeyIntervalOptions(codec, int(shortest))
}

// CheckSegments returns an error if an encoder that has been opened with these options does not
// begin segments of so many frames with key frames after which nothing depends on the frames
// before.
func CheckSegments(codec *astiav.Codec, frames int64, options []avoption.Option) error {
	encoder := codec.Name()
	missing, err := SegmentOptions(codec, []int64{frames}, options)
	switch {
	case err != nil:
		return err
	case slices.Contains(exactInterval, encoder) && !hasInterval(encoder, options):
		const text = "%s has been opened without an interval of key frames; " +
			"set VideoConfig.KeyInterval to a divisor of %d frames"
		return segmentError(fmt.Sprintf(text, encoder, frames))
	case slices.Contains(mpegInterEncoders, encoder) && len(missing) > 0:
		return segmentError("the encoder has been opened with B-frames before key frames; set ExtraOptions[flags] to +cgop " +
			"and ExtraOptions[sc_threshold] to " + strconv.Itoa(noSceneChange))
	}
	return nil
}

func segmentError(reason string) *fault.ConfigError {
	return &fault.ConfigError{Field: "SegmentEvery", Reason: reason}
}

// intervalOption returns the option that holds the interval of an encoder of exactInterval.
func intervalOption(encoder string, options []avoption.Option) (o avoption.Option, ok bool) {
	key := "g"
	if encoder == "zmbv" || encoder == "msvideo1" { // see KeyIntervalOptions
		key = "keyint_min"
	}
	i := slices.IndexFunc(options, func(o avoption.Option) bool { return o.Key == key })
	if i < 0 {
		return o, false
	}
	return options[i], true
}

func hasInterval(encoder string, options []avoption.Option) bool {
	_, ok := intervalOption(encoder, options)
	return ok
}

// checkInterval returns the interval that the options set, and an error if a segment is no multiple
// of it.
func checkInterval(encoder string, segment int64, options []avoption.Option) (interval int64, err error) {
	o, ok := intervalOption(encoder, options)
	if !ok {
		return 0, nil
	}
	interval, err = strconv.ParseInt(o.Value, 10, 64)
	if encoder == "msvideo1" {
		interval++
	}
	if err == nil && interval > 0 && segment%interval == 0 {
		return interval, nil
	}
	const text = "%s makes key frames at this interval only, and SegmentEvery needs one every %d frames; " +
		"give a divisor of that"
	return 0, o.ConfigError(fmt.Sprintf(text, encoder, segment))
}

// closeMPEG returns the options with which FFmpeg's MPEG encoders put no B-frames between a key
// frame and the frame that is shown before it.
func closeMPEG(options []avoption.Option) (more []avoption.Option, err error) {
	find := func(key string) int {
		return slices.IndexFunc(options, func(o avoption.Option) bool { return o.Key == key })
	}
	bFrames := find("bf")
	if bFrames < 0 || options[bFrames].Value == "0" {
		return nil, nil
	}
	add := func(key, value string) {
		more = append(more, avoption.Option{Field: "SegmentEvery", Key: key, Value: value, Given: value})
	}
	if i := find("flags"); i < 0 || !slices.Contains(splitFlags(options[i].Value), "+cgop") {
		add("flags", "+cgop")
	}
	i := find("sc_threshold")
	if i < 0 {
		add("sc_threshold", strconv.Itoa(noSceneChange))
		return more, nil
	}
	threshold, err := strconv.ParseInt(options[i].Value, 10, 64)
	if err != nil || threshold < noSceneChange {
		const text = "must be %d beside B-frames and SegmentEvery: FFmpeg closes no GOP otherwise; leave it out, or bf"
		return nil, options[i].ConfigError(fmt.Sprintf(text, noSceneChange))
	}
	return more, nil
}

// splitFlags returns the flags of an option such as "+cgop-bitexact", each with its sign.
func splitFlags(value string) (flags []string) {
	start := 0
	for i, c := range value {
		if (c == '+' || c == '-') && i > start {
			flags = append(flags, value[start:i])
			start = i
		}
	}
	return append(flags, value[start:])
}
