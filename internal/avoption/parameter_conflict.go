package avoption

import (
	"fmt"
	"slices"
	"strings"
)

// checkConflict returns an error about a parameter that sets the same thing as a field of the
// config or another option.
func (o Option) checkConflict(encoder string, p Parameter, setBy map[string]string) error {
	name := strings.ToLower(p.FoldedName())
	if field, ok := parameterFields[name]; ok {
		return o.ConfigError(fmt.Sprintf("%s does not belong in it; set %s instead", p.Name, field))
	}
	if encoder == "libx265" && strings.HasSuffix(name, "annexb") { // FFmpeg finds headers by their start codes
		return o.ConfigError(p.Name + " does not belong in it: the container decides that; drop it")
	}
	keys := optionKeys(Parameter{Name: name})
	controls := rateControls[encoder]
	if slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(controls, key) }) {
		keys = append(keys, controls...)
	}
	for _, key := range keys {
		field, ok := setBy[FoldName(key)]
		if ok && field != o.Field {
			return o.ConfigError(fmt.Sprintf("%s in it sets what %s sets too; give one of the two", p.Name, field))
		}
	}
	return nil
}

// optionKeys returns the keys of the options that set the same thing as a parameter.
func optionKeys(p Parameter) []string {
	return append(slices.Clone(parameterOptions[p.FoldedName()]), p.FoldedName())
}

// parameterFields has the field to set instead of a parameter. Such a parameter would change the
// colours, the format or the size that the pixels are converted to, or that the container signals,
// without the conversion or the container taking part.
var parameterFields = map[string]string{
	"colormatrix": "ColorSpace", "matrix-coefficients": "ColorSpace",
	"colorprim": "ColorPrimaries", "color-primaries": "ColorPrimaries",
	"transfer": "ColorTransfer", "transfer-characteristics": "ColorTransfer",
	"fullrange": "ColorRange", "range": "ColorRange", "color-range": "ColorRange",
	"chromaloc":              "ExtraOptions[chroma_sample_location]",
	"chroma-sample-position": "ExtraOptions[chroma_sample_location]",
	"fps":                    encodedRate, "fps-num": encodedRate, "fps-denom": encodedRate,
	"input-res": "Width and Height", "width": "Width and Height", "height": "Width and Height",
	"input-csp": "PixelFormat", "input-depth": "PixelFormat", "color-format": "PixelFormat",
	"input-chroma-subsampling-x": "PixelFormat", "input-chroma-subsampling-y": "PixelFormat",
}

// encodedRate names the fields that decide the rate of the encoded video.
const encodedRate = "FrameRate or OutFrameRate"

// parameterOptions has the keys of the options by which FFmpeg sets a parameter, where they differ
// from the parameter's name.
var parameterOptions = map[string][]string{
	"bitrate": {"b"}, "tbr": {"b"}, "cq-level": {"crf"}, "keyint": {"g"}, "min-keyint": {"keyint_min"},
	"bframes": {"bf"}, "ref": {"refs"}, "frameref": {"refs"}, "b-adapt": {"b_strategy"},
	"scenecut": {"sc_threshold"}, "nr": {"noise_reduction"}, "me": {"motion-est", "me_method"},
	"merange": {"me_range"}, "subme": {"subq"}, "direct": {"direct-pred"},
	"qpmin": {"qmin"}, "qpmax": {"qmax"}, "qpstep": {"qdiff"}, "min-qp": {"qmin"}, "max-qp": {"qmax"},
	"vbv-maxrate": {"maxrate"}, "vbv-bufsize": {"bufsize"}, "mbr": {"maxrate"},
	"ipratio": {"i_qfactor"}, "pbratio": {"b_qfactor"}, "chroma-qp-offset": {"chromaoffset"},
	"level-idc": {"level"}, "deblock": {"deblock"}, "stats": {"passlogfile", "x265-stats"},
	"frame-threads": {"threads"}, "pools": {"threads"}, "numa-pools": {"threads"}, "lp": {"threads"},
}
