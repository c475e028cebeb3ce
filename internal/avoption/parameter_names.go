package avoption

// parameterNames are the names that the parser of the library behind an encoder knows. They are what a misspelt name is compared with; the library itself
// decides, as newer ones know more. Those of x264 r3095 and r3108 (x264_param_parse in common/base.c), x265 3.5 and 4.1 (x265_param_parse in common/param.cpp),
// SVT-AV1 1.4.1 and 2.3.0 (svt_av1_enc_parse_parameter in EbEncSettings.c) and libaom 3.6.0 (encoder_set_option in av1/av1_cx_iface.c).
// x264 and x265 take "_" for "-", and "no-" before what is on or off.
var parameterNames = map[string][]string{
	"libx264":    x264Parameters,
	"libx264rgb": x264Parameters,
	"libx265": {
		"allow-non-conformance", "amp", "analysis-load", "analysis-load-reuse-level", "analysis-reuse-file", "analysis-reuse-level",
		"analysis-reuse-mode", "analysis-save", "analysis-save-reuse-level", "analyze-src-pics", "annexb", "aq-mode", "aq-motion", "aq-strength",
		"asm", "atc-sei", "aud", "b-adapt", "b-intra", "b-pyramid", "bframe-bias", "bframes", "bitrate", "cbqpoffs", "chromaloc", "chunk-end",
		"chunk-start", "cip", "cll", "colormatrix", "colorprim", "const-vbv", "constrained-intra", "copy-pic", "cplxblur", "crf", "crf-max",
		"crf-min", "crop-rect", "crqpoffs", "csv", "csv-log-level", "ctu", "ctu-info", "cu-lossless", "cu-stats", "cutree", "deblock",
		"dhdr10-info", "dhdr10-opt", "display-window", "dolby-vision-profile", "dup-threshold", "dynamic-rd", "dynamic-refine", "early-skip",
		"fades", "fast-intra", "field", "force-flush", "fps", "frame-dup", "frame-threads", "gop-lookahead", "hash", "hdr", "hdr-opt", "hdr10",
		"hdr10-opt", "hevc-aq", "high-tier", "hist-scenecut", "hme", "hme-range", "hme-search", "hrd", "hrd-concat", "idr-recovery-sei", "info",
		"input-csp", "input-res", "interlace", "intra-refresh", "ip-factor", "ipratio", "keyint", "lambda-file", "level", "level-idc", "lft",
		"limit-modes", "limit-refs", "limit-sao", "limit-tu", "log", "log-level", "log2-max-poc-lsb", "lookahead-slices", "lookahead-threads",
		"lossless", "lowpass-dct", "masking-strength", "master-display", "max-ausize-factor", "max-cll", "max-luma", "max-merge", "max-tu-size",
		"max-vbv-fullness", "me", "merange", "min-cu-size", "min-keyint", "min-luma", "min-vbv-fullness", "multi-pass-opt-analysis",
		"multi-pass-opt-distortion", "multi-pass-opt-rps", "nalu-file", "nr-inter", "nr-intra", "numa-pools", "open-gop", "opt-cu-delta-qp",
		"opt-qp-pps", "opt-ref-list-length-pps", "overscan", "pass", "pb-factor", "pbratio", "pic-struct", "pme", "pmode", "pools", "psnr",
		"psy-rd", "psy-rdoq", "qblur", "qcomp", "qg-size", "qp", "qp-adaptation-range", "qpmax", "qpmin", "qpstep", "radl", "range", "rc-grain",
		"rc-lookahead", "rd", "rd-refine", "rdoq", "rdoq-level", "rdpenalty", "rect", "ref", "refine-analysis-type", "refine-ctu-distortion",
		"refine-inter", "refine-intra", "refine-mv", "repeat-headers", "rskip", "rskip-edge-threshold", "sao", "sao-non-deblock", "sar",
		"scale-factor", "scaling-list", "scenecut", "scenecut-aware-qp", "scenecut-bias", "selective-sao", "signhide", "single-sei", "slices",
		"slow-firstpass", "splitrd-skip", "ssim", "ssim-rd", "stats", "strict-cbr", "strong-intra-smoothing", "subme", "temporal-layers",
		"temporal-mvp", "total-frames", "transfer", "tskip", "tskip-fast", "tu-inter-depth", "tu-intra-depth", "uhd-bd", "vbv-bufsize",
		"vbv-end", "vbv-end-fr-adj", "vbv-init", "vbv-live-multi-pass", "vbv-maxrate", "videoformat", "vui-hrd-info", "vui-timing-info",
		"weightb", "weightp", "wpp", "zones",
	},
	"libsvtav1": {
		"aq-mode", "asm", "buf-initial-sz", "buf-optimal-sz", "buf-sz", "chroma-qindex-offsets", "chroma-sample-position",
		"chroma-u-ac-qindex-offset", "chroma-u-dc-qindex-offset", "chroma-v-ac-qindex-offset", "chroma-v-dc-qindex-offset", "color-format",
		"color-primaries", "color-range", "content-light", "crf", "enable-cdef", "enable-dlf", "enable-force-key-frames", "enable-hdr",
		"enable-mfmv", "enable-overlays", "enable-qm", "enable-restoration", "enable-stat-report", "enable-tf", "enable-tpl-la", "fast-decode",
		"film-grain", "film-grain-denoise", "forced-max-frame-height", "forced-max-frame-width", "fps-denom", "fps-num", "gop-constraint-rc",
		"height", "hierarchical-levels", "input-depth", "intra-period", "irefresh-type", "key-frame-chroma-qindex-offset",
		"key-frame-qindex-offset", "keyint", "level", "lookahead", "lp", "luma-y-dc-qindex-offset", "mastering-display", "matrix-coefficients",
		"max-qp", "maxsection-pct", "mbr", "mbr-overshoot-pct", "min-qp", "minsection-pct", "pass", "pin", "pred-struct", "preset", "profile",
		"qindex-offsets", "qm-max", "qm-min", "rc", "recode-loop", "resize-denom", "resize-kf-denom", "resize-mode", "rmv", "scd", "scm",
		"sframe-dist", "sframe-mode", "ss", "superres-denom", "superres-kf-denom", "superres-kf-qthres", "superres-mode", "superres-qthres",
		"tbr", "tier", "tile-columns", "tile-rows", "transfer-characteristics", "tune", "undershoot-pct", "use-fixed-qindex-offsets",
		"use-q-file", "width",
	},
	"libaom-av1": {
		"aq-mode", "arnr-maxframes", "arnr-strength", "auto-alt-ref", "auto-intra-tools-off", "cdf-update-mode", "chroma-sample-position",
		"coeff-cost-upd-freq", "color-primaries", "cpu-used", "cq-level", "delta-lf-mode", "deltaq-mode", "deltaq-strength",
		"denoise-block-size", "denoise-noise-level", "disable-trellis-quant", "dist-metric", "dv-cost-upd-freq", "enable-1to4-partitions",
		"enable-ab-partitions", "enable-angle-delta", "enable-cdef", "enable-cfl-intra", "enable-chroma-deltaq", "enable-diagonal-intra",
		"enable-diff-wtd-comp", "enable-directional-intra", "enable-dist-wtd-comp", "enable-dnl-denoising", "enable-dual-filter",
		"enable-filter-intra", "enable-flip-idtx", "enable-global-motion", "enable-interinter-wedge", "enable-interintra-comp",
		"enable-interintra-wedge", "enable-intra-edge-filter", "enable-intrabc", "enable-keyframe-filtering", "enable-masked-comp",
		"enable-obmc", "enable-onesided-comp", "enable-order-hint", "enable-overlay", "enable-paeth-intra", "enable-palette", "enable-qm",
		"enable-rect-partitions", "enable-rect-tx", "enable-ref-frame-mvs", "enable-restoration", "enable-smooth-interintra",
		"enable-smooth-intra", "enable-tpl-model", "enable-tx64", "enable-warped-motion", "error-resilient", "film-grain-table",
		"film-grain-test", "force-video-mode", "fp-mt", "frame-boost", "frame-parallel", "fwd-kf-dist", "gf-cbr-boost", "gf-max-pyr-height",
		"gf-min-pyr-height", "input-chroma-subsampling-x", "input-chroma-subsampling-y", "kf-max-pyr-height", "loopfilter-control",
		"matrix-coefficients", "max-gf-interval", "max-inter-rate", "max-intra-rate", "max-partition-size", "max-reference-frames", "min-cr",
		"min-gf-interval", "min-partition-size", "mode-cost-upd-freq", "mtu-size", "mv-cost-upd-freq", "noise-sensitivity", "num-tile-groups",
		"partition-info-path", "passes", "qm-max", "qm-min", "quant-b-adapt", "reduced-reference-set", "reduced-tx-type-set", "row-mt",
		"sb-qp-sweep", "sb-size", "second-pass-log", "set-tier-mask", "sframe-mode", "sharpness", "static-thresh", "strict-level-conformance",
		"target-seq-level-idx", "tile-columns", "tile-height", "tile-rows", "tile-width", "timing-info", "transfer-characteristics", "tune",
		"tune-content", "two-pass-output", "use-inter-dct-only", "use-intra-dct-only", "use-intra-default-tx-only", "vbr-corpus-complexity-lap",
	},
	// Those that vpx_ts_param_parse in FFmpeg's libvpxenc.c knows, for libvpx's temporal layers.
	"libvpx":     vpxParameters,
	"libvpx-vp9": vpxParameters,
}

var (
	vpxParameters = []string{
		"ts_number_layers", "ts_target_bitrate", "ts_rate_decimator", "ts_periodicity", "ts_layer_id", "ts_layering_mode",
	}
	x264Parameters = []string{
		"8x8dct", "alternative-transfer", "analyse", "annexb", "aq-mode", "aq-strength", "asm", "aud", "avcintra-class", "avcintra-flavor",
		"b-adapt", "b-bias", "b-pyramid", "bff", "bframes", "bitrate", "bluray-compat", "cabac", "cabac-idc", "chroma-me", "chroma-qp-offset",
		"chromaloc", "cll", "colormatrix", "colorprim", "constrained-intra", "cplx-blur", "cplxblur", "cpu-independent", "cqm", "cqm4", "cqm4i",
		"cqm4ic", "cqm4iy", "cqm4p", "cqm4pc", "cqm4py", "cqm8", "cqm8i", "cqm8p", "cqmfile", "crf", "crf-max", "crop-rect", "dct-decimate",
		"deadzone-inter", "deadzone-intra", "deblock", "deterministic", "direct", "direct-pred", "dpb-size", "dump-yuv", "fake-interlaced",
		"fast-pskip", "filler", "filter", "force-cfr", "fps", "frame-packing", "frameref", "fullrange", "global-header", "interlaced",
		"intra-refresh", "ip-factor", "ipratio", "keyint", "keyint-min", "level", "level-idc", "log", "lookahead-threads", "mastering-display",
		"mbtree", "me", "me-range", "merange", "min-keyint", "mixed-refs", "mv-range", "mv-range-thread", "mvrange", "mvrange-thread",
		"n-deterministic", "nal-hrd", "nf", "nr", "open-gop", "opencl", "opencl-clbin", "opencl-device", "overscan", "partitions", "pass",
		"pb-factor", "pbratio", "pic-struct", "psnr", "psy", "psy-rd", "qblur", "qcomp", "qp", "qp-max", "qp-min", "qp-step", "qpmax", "qpmin",
		"qpstep", "ratetol", "rc-lookahead", "ref", "repeat-headers", "sar", "scenecut", "slice-max-mbs", "slice-max-size", "slice-min-mbs",
		"sliced-threads", "slices", "slices-max", "sps-id", "ssim", "stats", "stitchable", "subme", "subq", "sync-lookahead", "tff", "threads",
		"transfer", "trellis", "vbv-bufsize", "vbv-init", "vbv-maxrate", "videoformat", "weight-b", "weightb", "weightp", "zones",
	}
)
